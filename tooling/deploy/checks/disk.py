"""Whether the disks of data, WAL and tablespaces have room, also for pending rewrites."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tooling.deploy.findings import Check, Connection, Finding, Given, error, setting, warning
from tooling.metrics import storage

_REMEDY = "Free space, or enlarge the disk, before anything is written."


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    folders = storage.folders(connection)
    for name, folder in folders.items():
        if name.startswith(storage.TABLESPACE):
            yield warning(
                f"the {name} is in {folder}: a restore needs that folder as well",
                f"Make it there before a restore, or drop {name}.",
            )
    data = Path(setting(connection, "data_directory"))
    if not _is_ours(connection, data):
        yield warning(
            "not checked: the server's disk cannot be seen from here",
            "Run the check on the server's machine, as root or as the server's account.",
        )
        return
    rewritten = sum(
        size.bytes
        for relation, size in given.plan.sizes.items()
        if any(
            effect.rewrites and effect.relation == relation
            for file in given.plan.files
            for statement in file.statements
            for effect in statement.effects
        )
    )
    for name, folder in folders.items():
        try:
            usage = shutil.disk_usage(folder)
        except OSError as failed:
            yield warning(f"the disk of the {name} ({folder}) is not checked: {failed}", _REMEDY)
            continue
        share = usage.free * 100 / usage.total
        if share < given.min_free:
            yield error(
                f"the disk of the {name} ({folder}) has {share:.0f} % free,"
                f" not {given.min_free:g} %",
                _REMEDY,
            )
        if usage.free < 2 * rewritten:
            yield error(
                f"pending migrations rewrite {rewritten / 1e6:,.0f} MB, and the disk of the {name}"
                f" has {usage.free / 1e6:,.0f} MB free",
                _REMEDY,
            )


def _is_ours(connection: Connection, data: Path) -> bool:
    """Tell whether the folder is this server's, not another's under the same name."""
    try:
        first = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return (
        len(first) > 3
        and first[3] == setting(connection, "port")
        and os.access(data, os.R_OK | os.X_OK)
    )


CHECK = Check(
    "disk", "Free space for data, WAL, tablespaces and what pending migrations rewrite.", _look
)
