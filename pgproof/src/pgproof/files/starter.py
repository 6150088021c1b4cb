"""A repository to begin with: settings, a first migration, a test of it, and what CI runs."""

from pathlib import Path

from pgproof.errors import RefusedError
from pgproof.settings import FILE

_SETTINGS = """\
migrations = "migrations"
# Started by `pgproof migrate` where neither --dsn, DATABASE_URL nor PG* name a server.
server = ".pgproof"
"""

_MIGRATION = """\
-- 0001.people
--
-- why    Something to begin with.
-- locks  Nothing that exists.
-- undo   0001.people.rollback.sql; every person is lost.

create table people (
    person_id bigint      generated always as identity primary key,
    name      text        not null,
    added_at  timestamptz not null default now()
);
"""

_ROLLBACK = """\
drop table people;
"""

_TEST = '''\
"""Every migration can be applied, undone and applied again."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from pgproof import server, settings
from pgproof.run.migrate import migrate
from pgproof.run.rollback import rollback

ROOT = Path(__file__).parent.parent


class Migrations(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        data = Path(folder.name) / "data"
        self.url = server.start(data)
        self.addCleanup(server.stop, data)
        self.settings = replace(settings.load(ROOT), server=data)

    def test_each_is_applied_undone_and_applied_again(self) -> None:
        applied = migrate(self.url, self.settings).applied
        for name in reversed(applied):
            self.assertEqual(rollback(self.url, self.settings).rolled_back, [name])
        self.assertEqual(migrate(self.url, self.settings).applied, applied)


if __name__ == "__main__":
    unittest.main()
'''

_WORKFLOW = """\
name: migrations
on: [push, pull_request]
jobs:
  migrations:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install 'pgproof[server,lint]'
      - run: pgproof plan --markdown - >>"$GITHUB_STEP_SUMMARY"
      - run: pgproof migrate
      - run: pgproof status
      - run: python -m unittest discover tests
"""

FILES = {
    FILE: _SETTINGS,
    "migrations/0001.people.sql": _MIGRATION,
    "migrations/0001.people.rollback.sql": _ROLLBACK,
    "tests/test_migrations.py": _TEST,
    ".github/workflows/migrations.yml": _WORKFLOW,
    ".gitignore": "/.pgproof/\n",
    ".gitattributes": "*.sql text eol=lf\n",
}


def begin(folder: Path, *, dry_run: bool = False) -> list[Path]:
    """Write FILES into `folder`, made if it is missing; return their paths.

    Raises RefusedError, and writes nothing, if one of them is there.
    """
    paths = {folder / name: text for name, text in FILES.items()}
    there = [path for path in paths if path.exists()]
    if there:
        raise RefusedError(
            f"{there[0]} is there already", hint="Begin in an empty folder, or write by hand."
        )
    for path, text in () if dry_run else paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    return list(paths)
