"""How a backup is shown: its line in a list, and the exit code that its state has."""

from typing import TYPE_CHECKING

from tooling import printing
from tooling.errors import Exit

if TYPE_CHECKING:
    from tooling.backup.catalog import Backup


def row(backup: "Backup") -> tuple[str, ...]:
    """Return the cells of a backup: its ID, kind, size and state."""
    state = backup.status.lower() if not backup.is_done else "verified"
    if backup.is_done and not backup.verified_at:
        state = f"DAMAGED: {backup.problem}" if backup.problem else "not verified"
    kind = "incremental" if backup.parent else "full"
    return backup.backup_id, kind, f"{backup.size / 1e6:,.1f} MB", state


def show(backup: "Backup", as_json: bool) -> int:
    """Print a backup; return DAMAGED if it is, else OK."""
    printing.say_result(backup.as_dict(), printing.columns([row(backup)]), as_json=as_json)
    if not backup.problem:
        return Exit.OK
    if not as_json:
        printing.say("hint: Take a full backup now: `tooling backup run --full`.", err=True)
    return Exit.DAMAGED
