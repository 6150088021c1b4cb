"""Bring backups back from the object store to a machine that has none."""

import gzip
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from pyrage import x25519

from tooling.backup import barman, catalog, sealing, ship, store
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit, InputError, RefusedError, ToolingError

_BASE = re.compile(r"base/(\w+)\.tar\.gz\.age")
_TABLESPACE = re.compile(r"\w+/base/\w+/data/pg_tblspc/\d+")
_LOG = re.compile(r"wals/([0-9A-F]{24}|[0-9A-F]{8}\.history)\.gz\.age")


def fetch(
    settings: BackupSettings,
    identity: Path,
    backup_id: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Backup:
    """Make the folder of backups anew: one backup, those it adds to, and the log since; return it.

    Without `backup_id` the newest. The folder must not be there; it appears when all of it has
    arrived. Raises InputError, RefusedError, ConnectionFailedError, and ToolingError with exit code
    CHANGED if an object is damaged or the identity does not open it.
    """
    if settings.home.exists():
        raise RefusedError(
            f"{settings.home} already exists",
            hint="Move it away, or name another folder in TOOLING_BACKUP_HOME.",
        )
    keys = sealing.identities(identity)
    source = store.opened(settings)
    there = source.keys()
    known = sorted(match[1] for key in there if (match := _BASE.fullmatch(key)))
    wanted = backup_id or (known[-1] if known else None)
    if wanted not in known:
        raise InputError(
            f"the store has no backup {wanted}" if wanted else "the store has no backup",
            hint=f"It has: {', '.join(known[-5:]) or 'none'}.",
        )
    settings.home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=settings.home.parent) as scratch:
        home = Path(scratch) / "home"
        home.mkdir(mode=0o700)
        new = _Arriving(source, keys, home, tell)
        new.unpack(ship.SERVER)
        link: str | None = wanted
        while link is not None:
            new.unpack(ship.backup_key(link))
            link = _found(settings, home, link).parent
        backup = _found(settings, home, str(wanted))
        first = catalog.chain(backup, catalog.backups(_at(settings, home)))[0]
        for key in sorted(there):
            if (match := _LOG.fullmatch(key)) and (
                match[1].endswith(".history") or match[1] >= str(first.begin_wal)
            ):
                new.segment(key, match[1], catalog.folder(_at(settings, home)) / "wals")
        home.rename(settings.home)
    barman.reconfigure(settings).run("rebuild-xlogdb")
    return backup


class _Arriving:
    def __init__(
        self,
        source: store.Store,
        keys: list[x25519.Identity],
        home: Path,
        tell: Callable[[str], None],
    ):
        self._source, self._keys, self._home, self._tell = source, keys, home, tell
        self._sealed, self._open = home.with_name("sealed"), home.with_name("open")

    def unpack(self, key: str) -> None:
        """Unpack a tar archive into the new folder."""
        self._get(key)
        try:
            with tarfile.open(self._open, "r:gz") as archive:
                for member in archive:
                    if not (member.issym() and _TABLESPACE.fullmatch(member.name)):
                        archive.extract(_harmless(member), self._home)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise _damaged(key, error) from error

    def segment(self, key: str, name: str, wals: Path) -> None:
        """Put a segment or history file where Barman keeps it."""
        self._get(key)
        place = wals if name.endswith(".history") else wals / name[:16]
        place.mkdir(parents=True, exist_ok=True)
        try:
            with gzip.open(self._open) as packed, (place / name).open("wb") as opened:
                shutil.copyfileobj(packed, opened)
        except (OSError, EOFError) as error:
            raise _damaged(key, error) from error

    def _get(self, key: str) -> None:
        self._source.get(key, self._sealed)
        with self._sealed.open("rb") as sealed:
            sealing.unseal(sealed, self._open, self._keys, key)
        self._tell(key)


def _harmless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return a member as this user's; refuse what leads out of the folder.

    Anybody can seal for a public key, so that what opens is not yet what we made. The links to
    tablespaces are made when the backup is used.
    """
    parts = PurePosixPath(member.name).parts
    if not (member.isfile() or member.isdir()) or ".." in parts or member.name.startswith("/"):
        raise tarfile.TarError(f"{member.name} does not belong in a backup")
    member.uid, member.gid, member.uname, member.gname = os.geteuid(), os.getegid(), "", ""
    member.mode &= 0o700
    return member


def _at(settings: BackupSettings, home: Path) -> BackupSettings:
    from dataclasses import replace

    return replace(settings, home=home)


def _found(settings: BackupSettings, home: Path, backup_id: str) -> Backup:
    return catalog.find(_at(settings, home), backup_id)


def _damaged(key: str, error: Exception) -> ToolingError:
    return ToolingError(
        f"{key} is damaged: {error}", hint="Take an older backup.", exit_code=Exit.DAMAGED
    )
