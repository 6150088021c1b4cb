"""What is in Barman's folders: the backups, their chains, and what their verification said."""

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
class Backup:
    """A base backup. Times are UTC, `size` is in bytes, `parent` is the backup it adds to.

    `verified_at` is None until a verification passed; `problem` is what the last one found.
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


def original(settings: BackupSettings) -> Path:
    """Return the data folder that the newest backup was taken of. Raises InputError."""
    newest = find(settings)
    file = folder(settings) / "meta" / f"{newest.backup_id}{_INFO}"
    lines = file.read_text(encoding="utf-8").splitlines()
    return Path(next(line for line in lines if line.startswith("pgdata=")).partition("=")[2])


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
    """Keep what a verification found: a problem, or none."""
    file = _record_file(settings, backup_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).isoformat()
    file.write_text(json.dumps({"at": now, "problem": problem}) + "\n", encoding="utf-8")


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


def _read(file: Path, checked: Mapping[str, Any]) -> Backup:
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    values = {key: None if value == "None" else value for key, _, value in pairs}
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
        verified_at=_time(checked.get("at")) if problem is None else None,
        problem=problem,
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
