"""A server or database that takes no writes is refused before anything; looking at it works."""

import tempfile
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgproof import server as embedded
from pgproof.compat.rehearsal import rehearse
from pgproof.errors import Exit, RefusedError
from tests import servers
from tests.project import Project


def looked_at(project: Project, state: str) -> None:
    assert project.states()["0002.u"] == state
    assert [file.id for file in project.plan().files] == ["0002.u"]
    assert project.migrate(dry_run=True).pending == ["0002.u"]


@pytest.mark.parametrize("of", ["database {0}", "role postgres in database {0}"])
def test_a_database_made_read_only_is_refused(project: Project, of: str) -> None:
    project.write("0001.t", "create table t ();")
    project.migrate()
    project.write("0002.u", "create table u ();")
    name = of.format(project.value("select current_database()"))
    project.query(f"alter {name} set default_transaction_read_only = on")
    for writes in (project.migrate, project.rollback):
        with pytest.raises(RefusedError, match="default_transaction_read_only is on") as caught:
            writes()
        assert caught.value.exit_code == Exit.REFUSED
    looked_at(project, "pending")
    assert project.value("select to_regclass('u') is null")


def test_who_says_so_writes_to_a_read_only_database(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("0001.t", "create table t ();")
    name = project.value("select current_database()")
    project.query(f"alter database {name} set default_transaction_read_only = on")
    with pytest.raises(RefusedError, match="is read-only") as caught:
        project.migrate()
    _, _, remedy = str(caught.value.hint).partition("PGOPTIONS=")
    monkeypatch.setenv("PGOPTIONS", remedy.strip("'"))
    assert project.migrate().applied == ["0001.t"]


def test_a_standby_is_refused_and_looked_at(project: Project) -> None:
    with tempfile.TemporaryDirectory(prefix="pgproof-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        there = replace(project, url=embedded.start(data))
        try:
            there.write("0001.t", "create table t ();")
            there.migrate()
            there.write("0002.u", "create table u ();")
            servers.make_standby(data)
            with psycopg.connect(there.url) as connection:
                found = connection.execute("select pg_is_in_recovery()").fetchone()
            assert found == (True,)
            for writes in (there.migrate, there.rollback):
                with pytest.raises(RefusedError, match="the server is a standby"):
                    writes()
            looked_at(there, "pending")
            found = rehearse(there.url, there.settings)
            assert found and found.omitted == "a standby takes no database for a copy"
        finally:
            embedded.stop(data)
