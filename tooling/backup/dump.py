"""Logical dumps: a database in one portable file, which is read again before it counts."""

import fcntl
import functools
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import make_conninfo

from tooling.backup import barman, programs, sealing
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit, ToolingError

DUMP = ".dump"
_PARTIAL = ".partial"
_SUM = ".sha256"


@dataclass(frozen=True)
class Dump:
    """A dump of a database: its file, bytes, SHA-256 and the server's major version.

    `deleted` names the older dumps that went.
    """

    file: Path
    database: str
    postgresql: int
    size: int
    sha256: str
    deleted: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "file": str(self.file)}


def dump(settings: BackupSettings, connection: psycopg.Connection[Any], keep: int) -> Dump:
    """Write one database, as it is at one moment, into a file; keep the newest `keep` of it.

    The file is pg_dump's custom format, encrypted for the recipients of the settings if there are
    any; beside it is a file for `sha256sum --check`. Both appear only once the whole dump was read
    again. Raises ToolingError, LOCKED while another dump is made, and InputError for recipients
    that cannot be read.
    """
    keys = sealing.recipients(settings.recipients) if settings.recipients else []
    database = connection.info.dbname
    major = connection.info.server_version // 10000
    bin_dir = programs.find(major, settings.bin_dir)
    folder = settings.home / "dumps"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = quote(database, safe="")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    file = folder / f"{stem}-{stamp}{DUMP}{sealing.SUFFIX if keys else ''}"
    partial = file.with_name(file.name + _PARTIAL)
    plain = folder / f"plain{_PARTIAL}" if keys else partial
    with _alone(folder):
        for left in folder.glob(f"*{_PARTIAL}"):
            left.unlink()
        try:
            for new in {plain, partial}:
                new.touch(mode=0o600)
            run(bin_dir, "pg_dump", ["--format=custom", f"--file={plain}"], connection)
            read(bin_dir, plain)
            if keys:
                with partial.open("wb") as opened:
                    sealing.seal(functools.partial(sealing.copy, plain), opened, keys)
            with partial.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            file.with_name(file.name + _SUM).write_text(f"{digest}  {file.name}\n", "utf-8")
            partial.rename(file)
        finally:
            partial.unlink(missing_ok=True)
            plain.unlink(missing_ok=True)
        deleted = _prune(folder, stem, keep)
    return Dump(file, database, major, file.stat().st_size, digest, tuple(deleted))


def run(
    bin_dir: Path, program: str, options: Sequence[str], connection: psycopg.Connection[Any]
) -> None:
    """Run pg_dump or pg_restore on the database of a connection. Raises ToolingError.

    A password goes by the environment: a command line can be read by everybody on the machine.
    """
    target = barman.without_settings(connection.info.get_parameters())
    password = {"PGPASSWORD": connection.info.password} if connection.info.password else {}
    _run(bin_dir, program, [*options, "--no-password", f"--dbname={make_conninfo('', **target)}"],
         password)  # fmt: skip


def read(bin_dir: Path, file: Path) -> None:
    """Read a dump to its end, unpacking every block. Raises ToolingError if it is damaged."""
    _run(bin_dir, "pg_restore", [f"--file={os.devnull}", str(file)], {})


def _run(bin_dir: Path, program: str, words: Sequence[str], given: dict[str, str]) -> None:
    done = programs.run(bin_dir, program, *words, **given)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error: " in line]
        said = (lines or done.stderr.splitlines() or ["it said nothing"])[0]
        raise ToolingError(f"{program}: {said.rpartition('error: ')[2]}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder, so that what is half-made in it is nobody's at work."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ToolingError(
            f"another dump is being written into {folder}",
            hint="Try again when it has ended.",
            exit_code=Exit.LOCKED,
        ) from error
    finally:
        os.close(held)


def _prune(folder: Path, stem: str, keep: int) -> list[str]:
    """Delete all dumps of a database but the newest; return their names."""
    ending = re.compile(
        rf"{re.escape(stem)}-\d{{8}}T\d{{6}}\.\d{{6}}Z{re.escape(DUMP)}({re.escape(sealing.SUFFIX)})?"
    )
    found = [one for one in folder.iterdir() if ending.fullmatch(one.name)]
    old = sorted(found)[:-keep]
    for file in old:
        file.unlink()
        file.with_name(file.name + _SUM).unlink(missing_ok=True)
    return [file.name for file in old]
