"""Scratch databases are dropped, whatever ends the command that made them."""

import pytest

from pgproof.scratch.databases import databases
from tests.project import Project

LEFT = "select datname from pg_database where datname like 'pgproof_scratch_%'"


def test_a_signal_during_a_statement_leaves_no_database(project: Project) -> None:
    with pytest.raises(KeyboardInterrupt), databases(project.url) as made:
        made.create()
        made.connection.pgconn.send_query(b"select pg_sleep(600)")
        raise KeyboardInterrupt
    assert project.query(LEFT) == []
