"""How a backup is shown: its line in a list, and the exit code that its state has."""

from typing import TYPE_CHECKING

from tooling import printing
from tooling.errors import Exit

if TYPE_CHECKING:
    from tooling.backup.catalog import Backup
    from tooling.backup.points import Window


def row(backup: "Backup") -> tuple[str, ...]:
    """Return the cells of a backup: its ID, kind, size and state.

    A checked one has the right checksums; a verified one was restored by the recovery test, too.
    """
    kind = "incremental" if backup.parent else "full"
    return backup.backup_id, kind, f"{backup.size / 1e6:,.1f} MB", _state(backup)


def window(found: "Window | None") -> str:
    """Return to which moments a backup can be restored."""
    if found is None:
        return "on a timeline that was left"
    until = f"{found.begin:%Y-%m-%d %H:%M:%S} to {found.end:%Y-%m-%d %H:%M:%S}"
    return f"{until}, then {found.missing} is missing" if found.missing else until


def show(backup: "Backup", as_json: bool) -> int:
    """Print a backup; return DAMAGED if it is, else OK."""
    printing.say_result(backup.as_dict(), printing.columns([row(backup)]), as_json=as_json)
    if not backup.problem:
        return Exit.OK
    if not as_json:
        printing.say("hint: Take a full backup now: `tooling backup run --full`.", err=True)
    return Exit.DAMAGED


def _state(backup: "Backup") -> str:
    if not backup.is_done:
        return backup.status.lower()
    if backup.problem:
        return f"DAMAGED: {backup.problem}"
    if backup.verified_at:
        return "verified"
    return "checked" if backup.checked_at else "not checked"
