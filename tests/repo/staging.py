"""A copy of this repository's migrations up to one of them, to stand at a point of the past."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "migrations"


def names() -> list[str]:
    """Return the migrations' names in order, without `.sql`."""
    files = sorted(MIGRATIONS.glob("*.sql"))
    return [file.stem for file in files if not file.name.endswith(".rollback.sql")]


class Stage:
    """A folder that holds some of the migrations, and a database that they are applied to."""

    def __init__(self, folder: Path, url: str):
        self.folder = folder / "migrations"
        self.folder.mkdir()
        self.url = url
        (folder / "pyproject.toml").write_text(
            "[tool.pgproof]\n"
            'ledger_schema = "ledger"\n'
            'owner = "eagle_owner"\n'
            f'before = ["{ROOT}/sql/roles.sql", "{ROOT}/sql/superuser.sql"]\n'
        )

    def add(self, *stems: str) -> None:
        """Put migrations and their rollbacks, if they have one, into the folder."""
        for stem in stems:
            shutil.copy(MIGRATIONS / f"{stem}.sql", self.folder)
            if (undo := MIGRATIONS / f"{stem}.rollback.sql").is_file():
                shutil.copy(undo, self.folder)

    def tooling(self, command: str, *arguments: str) -> None:
        """Run a command of the toolkit on folder and database; it must succeed."""
        run = [sys.executable, "-m", "tooling", command, *arguments]
        run += ["--migrations", str(self.folder), "--dsn", self.url]
        done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr[-2000:]}"
