"""A database whose ledger is in the schema of earlier releases goes on with it."""

from dataclasses import replace

import pytest

from pgproof.errors import RefusedError
from pgproof.report import silent
from pgproof.run.lock import Mutex
from tests.project import Project

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
    former.write("0001.t", "create table t (a int);")
    with pytest.raises(RefusedError, match="edited after it was applied"):
        former.migrate()


def test_a_runner_of_either_setting_waits_for_the_other(former: Project) -> None:
    with former.connect() as other:
        Mutex(other, "ledger", silent).take(1)
        with pytest.raises(Exception, match="another runner holds the lock"):
            former.migrate(wait=0)


def test_a_schema_that_is_set_is_taken_at_its_word(former: Project) -> None:
    other = former.with_settings(ledger_schema="history")
    assert other.states()["0001.t"] == "applied", "by yoyo's table, as any ledger of yoyo is"
    default = former.with_settings(ledger_schema="ledger")
    assert default.states()["0002.i"] == "partial"


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
