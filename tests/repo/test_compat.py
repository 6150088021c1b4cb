"""The newest migration and its rollback leave the application's statements as they are."""

import pytest

from tests import compat
from tests.conftest import ROOT
from tooling.server.server import Server


@pytest.mark.timeout(1800)
def test_the_newest_migration_breaks_no_statement_of_the_application(
    server: Server, migrated_template: str, empty_database: str
) -> None:
    """`make compat` does so for every migration."""
    files = sorted((ROOT / "migrations").glob("*.sql"))
    newest = [one.stem for one in files if not one.stem.endswith(".rollback")][-1]
    found = compat.check(empty_database, only=[newest])
    assert found.migrations == (newest,) and found.stopped is None
    assert compat.unmeant(found) == []
    assert found.checked >= 25
