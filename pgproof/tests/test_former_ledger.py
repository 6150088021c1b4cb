"""Runners' ledgers in other schemas: of earlier releases, which is gone on with, or of others."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.errors import Exit, RefusedError
from pgproof.report import silent
from pgproof.run.lock import Mutex
from tests.project import Project, in_background

SCHEMAS = "select nspname::text from pg_namespace where nspname in ('ledger', 'pgproof') order by 1"


@pytest.fixture
def former(project: Project) -> Project:
    """Return a project that was migrated with its ledger in `ledger`; its settings say nothing."""
    project.write("0001.t", "create table t ();")
    project.write("0002.i", "-- transactional: false\nselect 1;\nselect 1 / 0;\nvacuum;")
    with pytest.raises(Exception, match="division by zero"):
        project.with_settings(ledger_schema="ledger").migrate()
    return project


def test_its_hashes_and_its_journal_are_those_of_the_former_ledger(former: Project) -> None:
    assert former.states() == {"0001.t": "applied", "0002.i": "partial"}
    former.write("0002.i", "-- transactional: false\nselect 1;\nselect 1 / 1;\nvacuum;")
    assert former.migrate().applied == ["0002.i"]
    assert former.query(SCHEMAS) == [("ledger",)]
    assert former.rollback(to="0001.t").rolled_back == ["0002.i"]
    former.write("0001.t", "create table t ( /* a comment */ );")
    assert former.migrate().commented == ["0001.t"]
    former.write("0001.t", "create table t (a int);")
    with pytest.raises(RefusedError, match="edited after it was applied"):
        former.migrate()


def test_one_whose_hashes_all_differ_is_not_taken_for_the_folders(former: Project) -> None:
    """It may be another project's, or this one's and edited: that is asked."""
    for file in former.folder.glob("0002*"):
        file.unlink()
    former.write("0001.t", "create table other ();")
    for attempt in (former.migrate, former.states, former.plan, former.rollback):
        with pytest.raises(RefusedError, match=r"names 0001\.t, with other content") as caught:
            attempt()
    assert "set ledger_schema to ledger; " in (caught.value.hint or "")
    assert "--adopt none" in (caught.value.hint or "")
    assert former.query(SCHEMAS) == [("ledger",)]
    with pytest.raises(RefusedError, match="edited after it was applied"):
        former.with_settings(ledger_schema="ledger").migrate()
    assert former.with_settings(adopt="none").migrate().applied == ["0001.t"]
    assert former.value("select count(*) from pgproof.migration_files") == 1


def test_one_that_is_made_while_a_runner_waits_has_a_lock_of_its_own(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    with project.connect() as holder:
        Mutex(holder, "pgproof", silent).take(1)
        with in_background(lambda: project.migrate(wait=60)) as outcome:
            while not project.said("waiting_for_runner") and not outcome:
                time.sleep(0.01)
            project.with_settings(ledger_schema="ledger").migrate()
            holder.execute("select pg_advisory_unlock_all()")
    assert "has made the ledger meanwhile, in the schema ledger" in str(outcome[0])
    assert outcome[0].exit_code == Exit.LOCKED
    assert project.migrate().already == 1


def test_one_that_has_a_journal_alone_is_the_folders(project: Project) -> None:
    project.write("0001.i", "-- transactional: false\ncreate table t ();\nselect 1 / 0;\nvacuum;")
    with pytest.raises(Exception, match="division by zero"):
        project.with_settings(ledger_schema="ledger").migrate()
    project.write("0001.i", "-- transactional: false\ncreate table t ();\nselect 1;\nvacuum;")
    assert project.migrate().applied == ["0001.i"]
    assert project.query(SCHEMAS) == [("ledger",)]


def test_a_runner_of_either_setting_waits_for_the_other(former: Project) -> None:
    with former.connect() as other:
        Mutex(other, "ledger", silent).take(1)
        with pytest.raises(Exception, match="another runner holds the lock"):
            former.migrate(wait=0)


@pytest.mark.parametrize("schema", ["ledger", "elsewhere"])
def test_the_same_files_under_another_ledger_are_asked_about(project: Project, schema: str) -> None:
    """The setting may have been changed; or the files make the objects of another tenant."""
    project.write("0001.t", "create table if not exists t (); insert into t default values;")
    project.write("0002.u", "create table u ();")
    project.with_settings(ledger_schema=schema).migrate()
    other = project.with_settings(ledger_schema="history")
    for attempt in (other.migrate, other.states, other.plan, other.rollback):
        with pytest.raises(RefusedError, match=r"names 0001\.t, with the same content") as caught:
            attempt()
    assert f"set ledger_schema to {schema}; " in (caught.value.hint or "")
    tenant = other.with_settings(adopt="none", search_path="tenant")
    project.query("create schema tenant")
    assert tenant.migrate().applied == ["0001.t", "0002.u"]
    assert tenant.with_settings(adopt=None).states() == {"0001.t": "applied", "0002.u": "applied"}


def test_a_project_that_shares_names_alone_is_another(project: Project, tmp_path: Path) -> None:
    project.write("0001.init", "create table a_first (x int);")
    project.migrate()
    (tmp_path / "other").mkdir()
    other = Project.make(tmp_path / "other", project.url, ledger_schema="theirs")
    other.write("0001.init", "create table b_first (x int);")
    other.write("0002.more", "create table b_second (x int);")
    assert other.states() == {"0001.init": "pending", "0002.more": "pending"}
    assert other.migrate().applied == ["0001.init", "0002.more"]
    assert other.query("select to_regclass('b_first') is not null") == [(True,)]
    assert project.states() == {"0001.init": "applied"}


def test_a_former_ledger_that_may_not_be_read_is_refused(former: Project) -> None:
    former.query("create role test_guest login")
    try:
        guest = replace(former, url=former.url.replace("postgres@", "test_guest@"))
        with pytest.raises(RefusedError, match="ledger, which this user may not read"):
            guest.states()
    finally:
        former.query("drop role test_guest")


def test_another_projects_ledger_is_left_alone(former: Project) -> None:
    for file in former.folder.iterdir():
        file.unlink()
    former.write("0001.other", "create table other ();")
    assert former.migrate().applied == ["0001.other"]
    assert former.query(SCHEMAS) == [("ledger",), ("pgproof",)]
    assert former.states() == {"0001.other": "applied"}
