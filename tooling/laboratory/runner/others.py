"""Other runners on the same SQL, each as its own command."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from tooling.server.programs import psql_program

_BUILD = Path("build").resolve()
_ENV = """
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
_REVISION = """
from pathlib import Path
from alembic import op

revision, down_revision = {revision!r}, {down!r}


def upgrade():
    op.get_bind().exec_driver_sql(Path({path!r}).read_text())
"""


class NotInstalledError(Exception):
    """The other runner is not on this machine."""


Command = tuple[list[str], Mapping[str, str]]
Maker = Callable[[list[Path], Path, str], Command | None]


def yoyo(files: list[Path], _scratch: Path, url: str) -> Command:
    """Return the command of `yoyo apply` on the folder of the files."""
    database = url.replace("postgresql://", "postgresql+psycopg://")
    program = str(Path(sys.executable).with_name("yoyo"))
    arguments = ["apply", "--batch", "--no-config-file", "--database", database]
    return [program, *arguments, str(files[0].parent)], os.environ


def alembic(files: list[Path], scratch: Path, url: str) -> Command | None:
    """Return the command of `alembic upgrade head`, a revision a file; None without alembic."""
    packages = _installed("alembic")
    if packages is None:
        return None
    folder = scratch / "alembic"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(_ENV)
    before = None
    for number, path in enumerate(files):
        revision = f"r{number:04}"
        text = _REVISION.format(revision=revision, down=before, path=str(path))
        (folder / "versions" / f"{revision}.py").write_text(text)
        before = revision
    database = url.replace("postgresql://", "postgresql+psycopg://").replace("%", "%%")
    config = scratch / "alembic.ini"
    config.write_text(f"[alembic]\nscript_location = {folder}\nsqlalchemy.url = {database}\n")
    command = [sys.executable, "-m", "alembic", "--config", str(config), "upgrade", "head"]
    return command, {**os.environ, "PYTHONPATH": str(packages)}


def sqitch(files: list[Path], scratch: Path, url: str) -> Command | None:
    """Return the command of `sqitch deploy`, a change a file; None where it is not installed."""
    program = shutil.which("sqitch")
    if program is None:
        return None
    (scratch / "deploy").mkdir()
    plan = "%syntax-version=1.0.0\n%project=bench\n\n"
    for number, path in enumerate(files):
        name = f"c{number:04}"
        plan += f"{name} 2025-01-01T00:00:00Z bench <bench@example.org>\n"
        text = path.read_text(encoding="utf-8")
        (scratch / "deploy" / f"{name}.sql").write_text(f"begin;\n{text}\ncommit;\n")
    (scratch / "sqitch.plan").write_text(plan)
    (scratch / "sqitch.conf").write_text("[core]\n    engine = pg\n")
    target = url.replace("postgresql://", "db:pg://")
    arguments = ["--client", str(psql_program()), "--chdir", str(scratch), "deploy", target]
    names = {"SQITCH_FULLNAME": "bench", "SQITCH_EMAIL": "bench@example.org"}
    return [program, *arguments], {**os.environ, **names}


def dbmate(files: list[Path], scratch: Path, url: str) -> Command | None:
    """Return the command of `dbmate migrate`; None where npm cannot bring the program."""
    program = _BUILD / "dbmate" / "package" / "bin" / "dbmate"
    if not program.is_file():
        program.parents[2].mkdir(parents=True, exist_ok=True)
        fetch = "npm pack --silent @dbmate/linux-x64 | xargs tar --extract --file"
        if not _done(["sh", "-c", fetch], program.parents[2]):
            return None
    for path in files:
        text = path.read_text(encoding="utf-8")
        name = path.name.replace(".", "_", 1)
        (scratch / name).write_text(f"-- migrate:up\n{text}\n-- migrate:down\n")
    place = conninfo_to_dict(url)
    target = f"postgres://{place['user']}@/{place['dbname']}?socket={place['host']}"
    arguments = ["--url", target, "--migrations-dir", str(scratch), "--no-dump-schema", "migrate"]
    return [str(program), *arguments], os.environ


def pgmigrate(files: list[Path], scratch: Path, url: str) -> Command | None:
    """Return the command of `pgmigrate migrate`; None where pip cannot bring it."""
    packages = _installed("yandex-pgmigrate", "psycopg2-binary")
    if packages is None:
        return None
    (scratch / "migrations").mkdir()
    for number, path in enumerate(files, 1):
        shutil.copy(path, scratch / "migrations" / f"V{number:04}__bench.sql")
    arguments = ["-d", str(scratch), "-c", url, "-t", "latest", "migrate"]
    command = [sys.executable, str(packages / "pgmigrate.py"), *arguments]
    return command, {**os.environ, "PYTHONPATH": str(packages)}


def _installed(*names: str) -> Path | None:
    """Return the folder that holds packages of the index and what they need."""
    target = _BUILD / names[0]
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), *names]
    return target if target.is_dir() or _done(install, Path.cwd()) else None


def _done(command: list[str], folder: Path) -> bool:
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True)  # noqa: S603
    return done.returncode == 0


RUNNERS: Mapping[str, Maker] = {
    "yoyo": yoyo,
    "alembic": alembic,
    "sqitch": sqitch,
    "dbmate": dbmate,
    "pgmigrate": pgmigrate,
}
