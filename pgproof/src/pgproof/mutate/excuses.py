"""Mutants that no test has to kill, each with a reason."""

from pathlib import Path

from pgproof.errors import InputError
from pgproof.settings import toml

_SHAPE = 'Write [[excuse]], then mutant = "…" and reason = "…".'


def read(path: Path | None) -> dict[str, str]:
    """Return the reason of each excused mutant, by what it is called. Raises InputError."""
    if path is None:
        return {}
    document = toml(path)
    if document is None:
        raise InputError(f"{path}: there is no such file", hint="Name another with --excuses.")
    several = document.get("excuse", [])
    if set(document) - {"excuse"} or not isinstance(several, list):
        raise InputError(f"{path}: not a list of excuses", hint=_SHAPE)
    found: dict[str, str] = {}
    for number, one in enumerate(several, start=1):
        where = f"{path}: excuse {number}"
        if not isinstance(one, dict) or set(one) != {"mutant", "reason"}:
            raise InputError(f"{where} has not a mutant and a reason alone", hint=_SHAPE)
        mutant, reason = one["mutant"], one["reason"]
        if not (isinstance(mutant, str) and isinstance(reason, str) and reason.strip()):
            raise InputError(f"{where} gives no reason", hint=_SHAPE)
        if mutant in found:
            raise InputError(f"{where} excuses {mutant!r} again", hint="Remove one of the two.")
        found[mutant] = reason
    return found
