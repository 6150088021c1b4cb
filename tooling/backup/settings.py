"""Settings of backups, from `[tool.tooling.backup]` of pyproject.toml and the environment."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tooling.errors import InputError
from tooling.settings import find_root, table

HOME = "TOOLING_BACKUP_HOME"
BIN_DIR = "TOOLING_BIN_DIR"
BUCKET = "TOOLING_BACKUP_BUCKET"
RECIPIENTS = "TOOLING_BACKUP_RECIPIENTS"


@dataclass(frozen=True)
class BackupSettings:
    """Where backups go and for how long they stay.

    `home` is the folder of the backups, `server` Barman's name for the server, `bin_dir` the folder
    of PostgreSQL's programs (None: found). After `full_every` days a backup is a full one again.
    `daily`, `weekly` and `monthly` count the days, weeks and months of which a backup stays, and
    `at_least` backups stay whatever the clock says; `wal_days` are those any moment of which can be
    restored. `time_limit_minutes` is the longest that Barman may take for a backup or a restore.
    `recipients` is a file of age public keys, a line each; `bucket`, `endpoint` and `prefix` name
    the S3-compatible store of copies.
    """

    home: Path
    server: str = "main"
    bin_dir: Path | None = None
    full_every: int = 7
    daily: int = 30
    weekly: int = 12
    monthly: int = 12
    at_least: int = 3
    wal_days: int = 7
    time_limit_minutes: int = 360
    recipients: Path | None = None
    bucket: str | None = None
    endpoint: str | None = None
    prefix: str = ""


_NUMBERS = {
    "full_every", "daily", "weekly", "monthly", "at_least", "wal_days", "time_limit_minutes",
}  # fmt: skip


def load(root: Path | None = None) -> BackupSettings:
    """Read the settings. Raises InputError for an unknown key or a value of the wrong type.

    TOOLING_BACKUP_HOME, _BUCKET and _RECIPIENTS and TOOLING_BIN_DIR stand above the file;
    AWS_ENDPOINT_URL_S3 is boto3's, and counts where the file names no endpoint.
    """
    root = find_root(root)
    found = table(root).get("backup", {})
    known = {field.name for field in fields(BackupSettings)}
    values: dict[str, Any] = {}
    for key, value in found.items():
        if key not in known:
            raise InputError(
                f"{root / 'pyproject.toml'}: unknown key {key!r} in [tool.tooling.backup]",
                hint=f"Known keys: {', '.join(sorted(known))}.",
            )
        number = isinstance(value, int) and value > 0
        if not (number if key in _NUMBERS else isinstance(value, str)):
            what = "a number above 0" if key in _NUMBERS else "a str"
            raise InputError(
                f"{root / 'pyproject.toml'}: [tool.tooling.backup] {key} must be {what}"
            )
        values[key] = value
    home = os.environ.get(HOME) or values.get("home", ".backups")
    programs = os.environ.get(BIN_DIR) or values.get("bin_dir")
    recipients = os.environ.get(RECIPIENTS) or values.get("recipients")
    return BackupSettings(
        **{
            **values,
            "home": (root / home).absolute(),
            "bin_dir": Path(programs) if programs else None,
            "bucket": os.environ.get(BUCKET) or values.get("bucket"),
            "endpoint": values.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL_S3"),
            "recipients": root / recipients if recipients else None,
        }
    )
