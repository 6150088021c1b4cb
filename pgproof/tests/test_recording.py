"""What a run records of the objects of a database, and what drift makes of the record."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgproof.drift.drift import Drift, drift
from pgproof.errors import Exit, PgproofError, RefusedError
from pgproof.ledger import recording
from pgproof.ledger.tables import Ledger
from tests.project import Project
from tests.servers import Server

_TABLE = "create table t (id integer); create table keep (id integer);"


def look(project: Project, scratch: str | None = None) -> Drift:
    return drift(project.url, project.settings, scratch)


def named(found: Drift) -> dict[str, str | None]:
    return {
        f"{one.difference.state} {one.difference.kind} {one.difference.name}": one.migration
        for one in found.differences
    }


def test_a_migrated_database_has_not_drifted(project: Project) -> None:
    project.query("create table before (id integer)")
    project.write("0001.t", _TABLE)
    project.migrate()
    found = look(project)
    assert (found.source, named(found), found.exit_code) == ("ledger", {}, Exit.OK)


def test_each_object_is_of_the_file_that_last_touched_it(project: Project) -> None:
    """Also where files run together, in DO blocks that catch errors, and without a transaction."""
    project.write("0001.t", _TABLE)
    block = "begin execute 'create table caught (id integer)'; exception when others then null; end"
    project.write("0002.caught", f"do $$ {block} $$;")
    project.write(
        "0003.index",
        "-- transactional: false\n"
        "create table apart (id integer);\n"
        "create index concurrently t_id_idx on t (id);",
    )
    project.write("0004.comment", "comment on table t is 'x';")
    after = project.folder / "post-apply.sql"
    after.write_text("grant select on keep to public;")
    project.migrate()
    rows = dict(
        project.query("select kind || ' ' || name, migration_id from pgproof.objects order by 1")
    )
    assert rows["table public.t"] == "0004.comment"
    assert rows["column public.t.id"] == "0001.t"
    assert rows["table public.caught"] == "0002.caught"
    assert rows["table public.apart"] == "0003.index"
    assert rows["index public.t_id_idx"] == "0003.index"
    assert rows["table public.keep"] == "migrations/post-apply.sql"
    assert rows["extension plpgsql"] is None
    assert named(look(project)) == {}


def test_drift_of_before_a_run_is_drift_after_it(project: Project) -> None:
    project.write("0001.t", _TABLE)
    project.migrate()
    project.query("alter table keep add column rogue integer")
    project.write("0002.u", "alter table t add column more integer;")
    project.migrate()
    assert named(look(project)) == {"unexpected column public.keep.rogue": None}


def test_a_failed_file_leaves_a_record_of_those_before_it(project: Project) -> None:
    project.write("0001.t", _TABLE)
    project.migrate()
    project.query("create table rogue ()")
    project.write("0002.u", "create table u ();")
    project.write("0003.bad", "-- transactional: false\ncreate table v ();\nselect 1 / 0;\nvacuum;")
    with pytest.raises(PgproofError, match="division by zero"):
        project.migrate()
    found = look(project)
    assert (found.source, named(found)) == ("ledger", {"unexpected table public.rogue": None})


def test_a_rollback_is_recorded(project: Project) -> None:
    project.write("0001.t", _TABLE)
    project.write("0002.u", "create table u (); drop table t;", "create table t (); drop table u;")
    project.migrate()
    project.rollback()
    assert named(look(project)) == {}
    project.query("drop table t")
    assert named(look(project)) == {"missing table public.t": "0002.u.rollback"}


def test_a_baseline_records_what_is_there(project: Project) -> None:
    project.query(_TABLE)
    project.write("0001.t", _TABLE)
    project.baseline("0001.t")
    assert named(look(project)) == {}
    project.query("drop table keep")
    assert named(look(project)) == {"missing table public.keep": None}


def test_an_interrupted_run_is_gone_on_with(project: Project) -> None:
    """What others did before the first of both is no work of the second."""
    project.write("0001.t", _TABLE)
    project.migrate()
    project.query("create table rogue ()")
    with project.connect() as killed:
        begin = recording.begin(killed, Ledger("pgproof"), None)
        assert begin
        killed.execute(begin(killed).encode())
        killed.execute("create table half_done ()")
    project.write("0002.u", "create table u ();")
    project.migrate()
    assert named(look(project)) == {"unexpected table public.rogue": None}


def test_nothing_that_keeps_the_record_from_being_written_keeps_a_file_from_being_run(
    project: Project,
) -> None:
    project.write("0001.t", _TABLE)
    project.write("0002.v", "create view v as select * from keep;")
    project.migrate()
    project.write("0003.u", "create table u ();")
    with project.connect() as other, other.transaction():
        other.execute("lock table keep")
        assert project.migrate().applied == ["0003.u"]
    assert project.said("unrecorded")


def test_a_ledger_without_a_record_is_compared_with_the_migrations(
    project: Project, server: Server
) -> None:
    project.write("0001.t", "create schema s; create table s.t (id integer);")
    (project.folder / "post-apply.sql").write_text(
        "grant usage on schema s to public; grant select on s.t to pg_monitor;"
        "grant insert, select on s.t to pg_read_all_data;"
    )
    project.migrate()
    project.query("drop table pgproof.objects, pgproof.objects_before, pgproof.objects_state")
    project.write("0002.pending", "create table u ();")
    found = look(project, server.url())
    assert (found.source, named(found)) == ("migrations", {})
    project.query("comment on table s.t is 'x'; create table rogue ()")
    assert named(look(project, server.url())) == {
        "changed table s.t": "migrations/post-apply.sql",
        "unexpected table public.rogue": None,
    }
    databases = project.query(
        "select datname from pg_database where datname like 'pgproof_scratch%'"
    )
    assert databases == []


def test_partitions_by_ranges_come_and_go(project: Project) -> None:
    project.write(
        "0001.logs",
        "create table logs (at date) partition by range (at); create index on logs (at);"
        "create table old partition of logs for values from ('2020-01-01') to ('2021-01-01');",
    )
    project.migrate()
    project.query(
        "drop table old;"
        "create table new partition of logs for values from ('2025-01-01') to ('2026-01-01')"
    )
    found = look(project)
    assert named(found) == {}
    assert {(p.difference.state, p.difference.name) for p in found.partitions} == {
        ("missing", "public.old"),
        ("unexpected", "public.new"),
    }


@pytest.fixture
def reader(project: Project) -> Iterator[str]:
    """Return a role that may log in, and nothing else."""
    project.query("create role drift_guest login")
    yield "drift_guest"
    project.query("drop owned by drift_guest; drop role drift_guest")


def test_select_on_the_ledger_is_enough(project: Project, reader: str) -> None:
    project.write("0001.t", "create schema s; create table s.t (id integer default 1);")
    project.migrate()
    guest = project.url.replace("postgres@", f"{reader}@")
    with pytest.raises(RefusedError, match="may not read the ledger"):
        drift(guest, project.settings)
    project.query(f"grant usage on schema pgproof to {reader}")
    project.query(f"grant select on all tables in schema pgproof to {reader}")
    project.query("drop table s.t")
    only = f"{guest}&options=-c%20default_transaction_read_only%3Don"
    assert named(drift(only, project.settings)) == {"missing table s.t": "0001.t"}


def test_the_command_names_and_mends(project: Project) -> None:
    project.write("0001.t", _TABLE)
    project.migrate()
    project.query("alter table keep alter id set default 3")
    done = project.run("drift", "--json")
    assert done.returncode == Exit.DRIFTED, done.stderr
    event = json.loads(done.stdout.splitlines()[-1])
    assert event["exit_code"] == Exit.DRIFTED
    assert event["differences"] == [
        {
            "kind": "column",
            "name": "public.keep.id",
            "state": "changed",
            "migration": "0001.t",
            "changes": [{"attribute": "default", "expected": None, "found": "3"}],
            "mend": ["alter table public.keep alter column id drop default"],
        }
    ]
    text = project.run("drift").stdout
    assert "column public.keep.id  changed  0001.t" in text
    assert "mend: alter table public.keep alter column id drop default;" in text


def test_nothing_applied_is_refused(project: Project) -> None:
    project.write("0001.t", _TABLE)
    with pytest.raises(RefusedError, match="nothing is applied"):
        look(project)


def test_names_that_need_quotes_are_mended(project: Project) -> None:
    """Of columns that are key words, of roles, tables and the database."""
    project.query('create role "Drift Owner"')
    try:
        project.write(
            "0001.t",
            'create table "Odd.Table" ("order" integer, "user" text, "a""b" date);'
            'alter table "Odd.Table" owner to "Drift Owner";'
            'grant select on "Odd.Table" to public;'
            'create type pair as ("left" integer);',
        )
        project.migrate()
        project.query('drop table "Odd.Table"; alter type pair rename attribute "left" to "right"')
        found = look(project)
        assert set(named(found)) == {
            'missing table public."Odd.Table"',
            'missing column public.pair."left"',
            'unexpected column public.pair."right"',
        }
        for text in (text for one in found.differences for text in one.mend):
            project.query(text)
        assert named(look(project)) == {}
    finally:
        project.query('drop owned by "Drift Owner"; drop role "Drift Owner"')


def test_objects_of_another_project_are_that_ones(project: Project, tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    one = project.with_settings(ledger_schema="one", adopt="none")
    two = Project.make(tmp_path / "two", project.url, ledger_schema="two", adopt="none")
    one.write("0001.t", _TABLE)
    two.write("0001.u", "create table u (id integer); grant create on schema public to public;")
    one.migrate()
    two.migrate()
    assert [named(look(one)), named(look(two))] == [{}, {}]
    project.query("create table rogue (); alter table u add column more text; drop table keep")
    assert set(named(look(one))) == {"unexpected table public.rogue", "missing table public.keep"}
    assert set(named(look(two))) == {
        "unexpected table public.rogue",
        "unexpected column public.u.more",
    }
