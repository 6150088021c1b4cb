"""What is in Barman's folders: the backups, their chains, and what their checks said."""

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tooling.backup.settings import BackupSettings
from tooling.errors import InputError

_INFO = "-backup.info"


@dataclass(frozen=True)
class Tablespace:
    """A tablespace: its object ID, and its folder on the server."""

    oid: int
    location: str


@dataclass(frozen=True)
class Layout:
    """Where a server has its data directory, and its files of settings: inside of it or not."""

    data: Path
    settings: Path
    others: tuple[Path, ...]

    @property
    def outside(self) -> tuple[Path, ...]:
        """The files of settings that no backup holds."""
        files = (self.settings, *self.others)
        return tuple(file for file in files if not file.is_relative_to(self.data))


@dataclass(frozen=True)
class Backup:
    """A base backup. Times are UTC, `size` is in bytes, `parent` is the backup it adds to.

    `checked_at` is None until its checksums were read and found right, `verified_at` until it was
    restored by a disaster-recovery test that passed; `problem` is what the last check found.
    """

    backup_id: str
    status: str
    parent: str | None
    begin_time: datetime | None
    end_time: datetime | None
    begin_wal: str | None
    end_wal: str | None
    begin_lsn: str | None
    end_lsn: str | None
    timeline: int
    size: int
    version: int
    segment_size: int
    checksums: bool
    tablespaces: tuple[Tablespace, ...] = ()
    checked_at: datetime | None = None
    verified_at: datetime | None = None
    problem: str | None = None

    @property
    def is_done(self) -> bool:
        """Tell whether the backup was completed."""
        return self.status == "DONE"

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; times in ISO 8601."""
        return {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in asdict(self).items()
        }


def folder(settings: BackupSettings) -> Path:
    """Return the folder that Barman keeps for the server."""
    return settings.home / settings.server


def data(settings: BackupSettings, backup_id: str) -> Path:
    """Return the folder of a backup's data directory."""
    return folder(settings) / "base" / backup_id / "data"


def backups(settings: BackupSettings) -> list[Backup]:
    """Return all backups, oldest first, failed ones included."""
    files = sorted((folder(settings) / "meta").glob(f"*{_INFO}"))
    return [_read(file, _record(settings, file.name.removesuffix(_INFO))) for file in files]


def find(settings: BackupSettings, wanted: str = "latest") -> Backup:
    """Return a backup by its id, or the newest complete one. Raises InputError."""
    found = [one for one in backups(settings) if one.is_done]
    if wanted == "latest" and found:
        return found[-1]
    for one in found:
        if one.backup_id == wanted:
            return one
    raise InputError(
        f"no complete backup {wanted} in {folder(settings)}" if found else
        f"no backup in {folder(settings)}",
        hint="`tooling backup list` shows the backups, `tooling backup run` takes one; "
        "TOOLING_BACKUP_HOME or [tool.tooling.backup] names the folder.",
    )  # fmt: skip


def layout(settings: BackupSettings) -> Layout:
    """Return where the server of the newest backup has its files. Raises InputError."""
    newest = find(settings)
    values = _values(folder(settings) / "meta" / f"{newest.backup_id}{_INFO}")
    data = Path(str(values["pgdata"]))
    others = (values.get("hba_file"), values.get("ident_file"))
    main = Path(values.get("config_file") or data / "postgresql.conf")
    return Layout(data, main, tuple(Path(one) for one in others if one))


def tablespace(settings: BackupSettings, backup_id: str, oid: int) -> Path:
    """Return the folder of a tablespace's files in a backup."""
    return folder(settings) / "base" / backup_id / str(oid)


def chain(backup: Backup, known: Sequence[Backup]) -> list[Backup]:
    """Return the full backup and all increments up to `backup`, which is the last."""
    by_id = {one.backup_id: one for one in known}
    links = [backup]
    while (parent := links[0].parent) is not None:
        if parent not in by_id:
            raise InputError(
                f"backup {links[0].backup_id} depends on {parent}, which does not exist",
                hint="Restore another backup: `tooling backup list`.",
            )
        links.insert(0, by_id[parent])
    return links


def record(settings: BackupSettings, backup_id: str, problem: str | None) -> None:
    """Keep what a check found: a problem, or none."""
    found = {"at": datetime.now(UTC).isoformat(), "problem": problem}
    _keep(settings, backup_id, {**_record(settings, backup_id), **found})


def record_restored(settings: BackupSettings, backup_id: str) -> None:
    """Keep that a disaster-recovery test restored a backup, and passed."""
    found = {"restored_at": datetime.now(UTC).isoformat()}
    _keep(settings, backup_id, {**_record(settings, backup_id), **found})


def _keep(settings: BackupSettings, backup_id: str, found: Mapping[str, Any]) -> None:
    file = _record_file(settings, backup_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found) + "\n", encoding="utf-8")


def _record_file(settings: BackupSettings, backup_id: str) -> Path:
    return settings.home / "verified" / f"{backup_id}.json"


def _record(settings: BackupSettings, backup_id: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(
            _record_file(settings, backup_id).read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return {}
    return found


def _values(file: Path) -> dict[str, str | None]:
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key: None if value == "None" else value for key, _, value in pairs}


def _read(file: Path, checked: Mapping[str, Any]) -> Backup:
    values = _values(file)
    spaces = ast.literal_eval(values.get("tablespaces") or "[]")
    problem = checked.get("problem")
    return Backup(
        backup_id=file.name.removesuffix(_INFO),
        status=values.get("status") or "EMPTY",
        parent=values.get("parent_backup_id"),
        begin_time=_time(values.get("begin_time")),
        end_time=_time(values.get("end_time")),
        begin_wal=values.get("begin_wal"),
        end_wal=values.get("end_wal"),
        begin_lsn=values.get("begin_xlog"),
        end_lsn=values.get("end_xlog"),
        timeline=int(values.get("timeline") or 0),
        size=int(values.get("size") or 0),
        version=int(values.get("version") or 0) // 10000,
        segment_size=int(values.get("xlog_segment_size") or 0),
        checksums=values.get("data_checksums") == "on",
        tablespaces=tuple(Tablespace(int(oid), str(place)) for _, oid, place in spaces),
        checked_at=_time(checked.get("at")) if problem is None else None,
        verified_at=_time(checked.get("restored_at")) if problem is None else None,
        problem=problem,
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
