"""Passwords and keys of the compose stack: what its files ask for, written into .env once."""

import os
import re
import secrets
import string
from collections.abc import Iterable, Mapping
from pathlib import Path

from tooling.backup import sealing
from tooling.deploy.checks.passwords import KNOWN
from tooling.errors import RefusedError

FILE = ".env"
RECIPIENTS = "BACKUP_RECIPIENTS"
KEY = "backups.key"
"""The file beside .env that decrypts the copies of backups; made unless there is a KEY.pub."""
_ASKED = re.compile(r"\$\{([A-Z][A-Z0-9_]*):\?")
_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$", re.MULTILINE)
_LETTERS = string.ascii_letters + string.digits
_KINDS = {"_PASSWORD": 32, "_SECRET": 40, "_KEY": 20, "_HEX": 64}
"""Endings of names, and how many characters a value has."""
_LEAST = 16


def asked(texts: Iterable[str]) -> list[str]:
    """Return the variables that compose files cannot do without, each once, in their order."""
    return list(dict.fromkeys(name for text in texts for name in _ASKED.findall(text)))


def values(text: str) -> dict[str, str]:
    """Return the variables of an .env file; of one given twice, the last, as compose has it."""
    return {name: value.strip().strip("'\"") for name, value in _LINE.findall(text)}


def generated(name: str) -> str:
    """Return a new value: letters, digits and a hyphen, so that no file has to quote it.

    Some programs insist on a capital, a small letter, a digit and a sign. Raises RefusedError for a
    name that says neither password nor key.
    """
    length = next((count for ending, count in _KINDS.items() if name.endswith(ending)), None)
    if length is None:
        raise RefusedError(
            f"no value can be generated for {name}",
            hint=f"Give it a default in the compose file, or end it in {', '.join(_KINDS)}.",
        )
    if name.endswith("_HEX"):
        return secrets.token_hex(length // 2)
    if name.endswith("_KEY"):
        return "".join(secrets.choice(string.ascii_uppercase) for _ in range(length))
    while True:
        word = "".join(secrets.choice(_LETTERS) for _ in range(length - 1))
        place = 1 + secrets.randbelow(length - 2)
        word = f"{word[:place]}-{word[place:]}"
        if all(any(test(one) for one in word) for test in (str.isupper, str.islower, str.isdigit)):
            return word


def refuse_weak(names: Iterable[str], present: Mapping[str, str]) -> None:
    """Raise RefusedError if a value that is there would be guessed."""
    for name in names:
        value = present.get(name)
        if value is not None and (value.lower() in KNOWN or len(value) < _LEAST):
            raise RefusedError(
                f"{name} in {FILE} is short or commonly used",
                hint="Remove the line and run this again; then set the new one for the role.",
            )


def complete(root: Path, *, dry_run: bool = False) -> list[str]:
    """Add what is missing to `root`/.env and return the names; what is there stays as it is.

    Only its owner can read the file afterwards. Copies of backups are encrypted for the keys in
    `root`/backups.key.pub, which are made if they are not there. Raises RefusedError for a value
    that would be guessed, InputError for such a file with something else in it.
    """
    files = sorted(root.glob("compose*.yaml"))
    names = asked(file.read_text(encoding="utf-8") for file in files)
    file = root / FILE
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    present = values(text)
    refuse_weak(names, present)
    missing = [name for name in names if name not in present]
    if not dry_run:
        new = {name: generated(name) for name in missing if name != RECIPIENTS}
        if RECIPIENTS in missing:
            new[RECIPIENTS] = _recipients(root)
        _append(file, text, [f"{name}={new[name]}\n" for name in missing])
    return missing


def _recipients(root: Path) -> str:
    public = root / f"{KEY}.pub"
    if not public.exists():
        sealing.make_keys(root / KEY)
    return ",".join(map(str, sealing.recipients(public)))


def _append(file: Path, text: str, lines: list[str]) -> None:
    """Write a new file beside and put it in place at one stroke: a password is never half there."""
    if text and not text.endswith("\n"):
        text += "\n"
    beside = file.with_name(f"{file.name}.partial")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as new:
        new.write(text + "".join(lines))
    if file.exists():
        owner = file.stat()
        os.chown(beside, owner.st_uid, owner.st_gid)
    beside.replace(file)
