"""No statement of this project is one that a database distributed by Citus refuses.

The rules stand in docs/explanation/scaling.md, each with the laws that hold it: those of tables
over the catalogue, in tests/pgtap/laws, those of statements here.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pglast
import psycopg
import pytest

from pgproof.run.session import Session
from tests.repo.distribution import refused, statements
from tests.repo.distribution.refused import Catalogue
from tests.repo.distribution.statements import ROOT, Statement
from tests.repo.staging import names
from tooling.server.server import Server
from tooling.settings import load

Law = Callable[[Statement, Catalogue], list[str]]

FIRST = "0021"
"""Earlier migrations run before a database is distributed: 0007 copies rows as is refused."""
# Each law with a statement that it forbids, and one beside it that it allows.
SAMPLES: dict[Law, tuple[str, str]] = {
    refused.merges: (
        "merge into ops.jobs as j using (values ('a')) as v (job) on v.job = j.job"
        " when not matched then do nothing",
        "insert into ops.jobs (job) values ('a') on conflict do nothing",
    ),
    refused.grouping_sets: (
        "select status, count(*) from app.projects group by rollup (status)",
        "select status, count(*) from app.projects group by status",
    ),
    refused.recursive: (
        "with recursive r as (select account_id from app.projects union select * from r)"
        " select * from r",
        "with recursive r as (select inhrelid from pg_inherits union select * from r)"
        " select * from r",
    ),
    refused.locks_across_tenants: (
        "select * from app.projects where status = 'draft' for update",
        "select * from app.projects where account_id = $1 for update",
    ),
    refused.not_in: (
        "select * from app.projects"
        " where project_id not in (select project_id from app.event_chains)",
        "select * from app.projects as p where not exists (select from app.event_chains as c"
        " where c.account_id = p.account_id and c.project_id = p.project_id)",
    ),
    refused.volatile_changes: (
        "update app.projects set etag = gen_random_uuid() where account_id = $1",
        "update app.projects set updated_at = now() where account_id = $1",
    ),
    refused.stable_of_columns: (
        "update app.projects as p set name = format('%s', p.customer) where account_id = $1",
        "update app.projects as p set name = lower(p.customer) where account_id = $1",
    ),
    refused.varying_conflicts: (
        "insert into app.event_chains (account_id) values ($1)"
        " on conflict (account_id, project_id) do update set position = extract(epoch from now())",
        "insert into app.event_chains (account_id) values ($1)"
        " on conflict (account_id, project_id) do update set position = excluded.position",
    ),
    refused.joined_changes: (
        "update catalog.imports as i set kind = s.kind"
        " from pg_temp.staged as s where s.id = i.import_id",
        "with s as (select * from pg_temp.staged)"
        " update catalog.imports as i set kind = s.kind from s where s.id = i.import_id",
    ),
    refused.moved_rows: (
        "update app.projects set account_id = $2 where account_id = $1",
        "update app.projects set name = $2 where account_id = $1",
    ),
    refused.written_views: (
        "delete from app.account_stats where account_id = $1",
        "delete from app.projects where account_id = $1",
    ),
    refused.notices: ("select pg_notify('projects', '')", "select 1"),
    refused.shard_names: ("select tg_table_name", "select tg_op"),
    refused.unheard_settings: (
        "select set_config('app.account_id', $1, true)",
        "set local app.account_id = '…'",
    ),
    refused.selected_rows: (
        "insert into app.projects select * from jsonb_populate_recordset(null::app.projects, $1)",
        "insert into app.projects (account_id) values ($1)",
    ),
    refused.unrouted: (
        "select * from app.projects where project_id = $1",
        "select * from app.projects where account_id = $1 and project_id = $2",
    ),
    refused.timeless: (
        "select * from app.project_events where account_id = $1",
        "select * from app.project_events where account_id = $1 and occurred_at >= $2",
    ),
    refused.renamed_constraints: (
        "alter table app.projects rename constraint projects_check to projects_dates_check",
        "alter table app.projects rename column street to address",
    ),
    refused.concurrent_detachments: (
        "alter table app.project_events detach partition app.project_events_y2024m01 concurrently",
        "alter table app.project_events detach partition app.project_events_y2024m01",
    ),
    refused.refused_tables: (
        "create table app.a (b uuid) inherits (app.projects)",
        "create table app.a partition of app.project_events"
        " for values from ('2024-01-01') to ('2024-02-01')",
    ),
}
# What a law forbids and yet is right, and why.
EXCEPTIONS = {
    ("unheard_settings", "tooling/laboratory/mixed.py"):
        "pgbench prepares each statement, SET takes no parameter; its server is one it has started",
}  # fmt: skip


@dataclass(frozen=True)
class Everything:
    """All statements by where they stand, and what the laws know of the database."""

    catalogue: Catalogue
    functions: list[Statement]
    programs: list[Statement]
    migrations: list[Statement]


@pytest.fixture(scope="module")
def everything(server: Server, migrated_template: str) -> Everything:
    later = [f"{name}.sql" for name in names() if name >= FIRST]
    with psycopg.connect(server.url(migrated_template)) as connection:
        return Everything(
            refused.read(connection),
            statements.of_catalogue(connection),
            statements.of_programs(),
            [one for name in later for one in statements.of_migration(name)],
        )


def found(law: Law, among: list[Statement], catalogue: Catalogue) -> Iterator[str]:
    for one in among:
        if (law.__name__, one.origin.split(":")[0]) not in EXCEPTIONS:
            yield from (f"{one.origin}: {problem}" for problem in law(one, catalogue))


@pytest.mark.parametrize("law", SAMPLES, ids=lambda law: law.__name__)
def test_no_function_or_view_does_what_a_distributed_database_refuses(
    law: Law, everything: Everything
) -> None:
    assert set(found(law, everything.functions, everything.catalogue)) == set(), law.__doc__


@pytest.mark.parametrize("law", SAMPLES, ids=lambda law: law.__name__)
def test_no_program_does_what_a_distributed_database_refuses(
    law: Law, everything: Everything
) -> None:
    assert set(found(law, everything.programs, everything.catalogue)) == set(), law.__doc__


@pytest.mark.parametrize("law", SAMPLES, ids=lambda law: law.__name__)
def test_no_migration_to_come_does_what_a_distributed_database_refuses(
    law: Law, everything: Everything
) -> None:
    assert set(found(law, everything.migrations, everything.catalogue)) == set(), law.__doc__


@pytest.mark.parametrize("law", SAMPLES, ids=lambda law: law.__name__)
def test_a_law_tells_what_it_forbids_from_what_it_allows(law: Law, everything: Everything) -> None:
    bad, good = (
        Statement("sample", pglast.parse_sql(text)[0].stmt, is_in_trigger=True, is_tenants=True)
        for text in SAMPLES[law]
    )
    assert law(bad, everything.catalogue)
    assert law(good, everything.catalogue) == []


def test_the_statements_are_all_read(everything: Everything) -> None:
    origins = {one.origin for one in everything.functions}
    for name in ("app.chain_event()", "ops.fold_project_totals()", "app.account_stats"):
        assert name in origins
    assert len(origins) > 60
    files = {one.origin.split(":")[0] for one in everything.programs}
    assert {"tooling/catalog/merging.py", "tooling/audit/stream.py", "tooling/seeds.py"} <= files
    for several in (everything.functions, everything.programs):
        assert any(one.is_tenants for one in several)
    assert any(one.is_in_trigger for one in everything.functions)


def test_every_exception_is_needed(everything: Everything) -> None:
    laws = {law.__name__: law for law in SAMPLES}
    all_of_them = [*everything.functions, *everything.programs, *everything.migrations]
    for law, file in EXCEPTIONS:
        among = [one for one in all_of_them if one.origin.split(":")[0] == file]
        assert any(laws[law](one, everything.catalogue) for one in among), (law, file)


def test_a_migration_is_run_with_the_settings_that_citus_needs(server: Server) -> None:
    session = Session(server.url(), search_path="pg_catalog", settings=load(ROOT).session)
    session.forget(None)
    for name, value in (
        ("citus.enable_local_reference_table_foreign_keys", "off"),
        ("citus.enable_unsafe_triggers", "on"),
    ):
        query = "select current_setting(%s, true)"
        assert session.connection.execute(query, [name]).fetchone() == (value,)
    session.close()


def test_rows_are_copied_into_a_tenants_table_by_those_alone_whom_row_security_does_not_bind(
    everything: Everything,
) -> None:
    """COPY into a table with row security fails for a role that it binds."""
    copies = {
        one.origin.split(":")[0]
        for one in everything.programs
        for copy in statements.find(one.tree, pglast.ast.CopyStmt)
        if copy.is_from and copy.relation.relname != "raw_some_thing"
    }
    assert copies == {
        "tooling/laboratory/synthetic/bulk.py",  # a superuser, who says so before
        "tooling/partitions/retire.py",  # the owner, who reads a partition back
        "tooling/backup/part.py",  # into a side database, as its owner
        "tooling/catalog/rows.py",  # into a temporary table
        "tooling/catalog/staging.py",  # into a temporary table
    }


def test_no_program_acts_on_the_name_of_a_constraint_or_table() -> None:
    """On a node they carry the number of a shard: programs act on the SQLSTATE."""
    offenders = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sorted((ROOT / "tooling").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("constraint_name", "table_name")
    ]
    assert offenders == []


def test_a_partition_is_detached_by_the_statement_that_the_database_gives() -> None:
    """Concurrently here, and not there: chosen at run time, by ops.detach_statement()."""
    makers = [
        str(file.relative_to(ROOT))
        for folder, kind in (("sql", "*.sql"), ("tooling", "*.py"), ("pgproof/src", "*.py"))
        for file in sorted((ROOT / folder).rglob(kind))
        if re.search(r"alter table [^;]*detach partition", file.read_text(encoding="utf-8"))
    ]
    assert makers == [
        "sql/ops/functions/detach_statement.sql",
        "pgproof/src/pgproof/compat/statistics.py",  # of a scratch database
        "pgproof/src/pgproof/drift/alter.py",  # proposes what a person may run
        "pgproof/src/pgproof/files/outside.py",  # an example of what no transaction block takes
        "pgproof/src/pgproof/run/concurrent.py",  # ends what a migration's statement began
    ]


def test_the_page_names_the_laws_that_there_are() -> None:
    page = (ROOT / "docs/explanation/scaling.md").read_text(encoding="utf-8")
    rows = [
        line.split("|")[2]
        for line in page.splitlines()
        if line.startswith("| ") and "|" in line[2:]
    ]
    rows = rows[rows.index(" held by ") + 1 :]
    laws = "".join(file.read_text() for file in sorted((ROOT / "tests/pgtap/laws").glob("*.sql")))
    sentences = {text.replace("''", "'") for text in re.findall(r"^    '(.*)'\n\);", laws, re.M)}
    named = {sentence for row in rows for sentence in re.findall(r'"([^"]+)"', row)}
    assert named - sentences == set()
    statements_of = {law.__name__ for law in SAMPLES}
    tests = {name for name in globals() if name.startswith("test_")}
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named - statements_of - tests == set()
    assert statements_of - named == set()
    assert all(re.search(r'"|`', row) for row in rows)
