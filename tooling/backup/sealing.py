"""Encryption of what leaves the machine: age, for X25519 recipients (age-encryption.org/v1).

A sealed file is authenticated as a whole: changed, cut short or made for another key, it does not
open. Who can seal cannot open, so that a stolen server gives no key away.
"""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pyrage
from pyrage import x25519

from tooling.errors import Exit, InputError, RefusedError, ToolingError

SUFFIX = ".age"
_HINT = "`tooling backup key FILE` creates a pair of keys."


def copy(file: Path, into: IO[bytes]) -> None:
    """Write a file as it is: what `seal` calls for a file."""
    with file.open("rb") as opened:
        shutil.copyfileobj(opened, into)


def make_keys(file: Path) -> Path:
    """Write a new identity to `file`, which only its owner reads; return the file of its recipient.

    Raises RefusedError if one of the two already exists.
    """
    public = file.with_name(file.name + ".pub")
    for there in (file, public):
        if there.exists():
            raise RefusedError(f"{there} already exists", hint="Give another name.")
    identity = x25519.Identity.generate()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(f"{identity}\n")
    public.write_text(f"{identity.to_public()}\n", encoding="utf-8")
    return public


def recipients(file: Path) -> list[x25519.Recipient]:
    """Read public keys, one a line; `#` begins a comment. Raises InputError."""
    return _keys(file, "recipient", x25519.Recipient.from_str)


def identities(file: Path) -> list[x25519.Identity]:
    """Read secret keys, one a line. Raises InputError, or RefusedError if others can read them."""
    found: list[x25519.Identity] = _keys(file, "identity", x25519.Identity.from_str)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise RefusedError(f"{file} can be read by others", hint=f"Run: chmod 600 {file}")
    return found


def seal(write: Callable[[IO[bytes]], None], into: IO[bytes], keys: list[x25519.Recipient]) -> None:
    """Encrypt what `write` writes. Raises what it raises."""
    problems: list[BaseException] = []
    reading, writing = os.pipe()

    def work() -> None:
        try:
            with os.fdopen(writing, "wb") as opened:
                write(opened)
        except BaseException as error:
            problems.append(error)

    thread = Thread(target=work)
    thread.start()
    with os.fdopen(reading, "rb") as opened:
        pyrage.encrypt_io(opened, into, keys)
    thread.join()
    if problems:
        raise problems[0]


def unseal(sealed: IO[bytes], into: Path, keys: list[x25519.Identity], name: str) -> None:
    """Decrypt into a new file, which is there only if all of it was sound.

    Raises ToolingError with exit code DAMAGED if it is damaged or none of the keys opens it.
    """
    half = into.with_name(f"{into.name}.half-made")
    try:
        with half.open("wb") as opened:
            pyrage.decrypt_io(sealed, opened, keys)
            opened.flush()
            os.fsync(opened.fileno())
    except pyrage.DecryptError as error:
        half.unlink(missing_ok=True)
        raise ToolingError(
            f"{name} cannot be decrypted: {error}",
            hint="Give the identity of its recipient; if it is that one, the object is damaged.",
            exit_code=Exit.DAMAGED,
        ) from error
    except OSError as error:
        half.unlink(missing_ok=True)
        if error.errno is not None:
            raise
        raise ToolingError(
            f"{name} is damaged: {error}",
            hint="Take an older version of the object, or an older backup.",
            exit_code=Exit.DAMAGED,
        ) from error
    shutil.move(half, into)


def _keys(file: Path, kind: str, read: Callable[[str], Any]) -> list[Any]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: {error}", hint=_HINT) from error
    found = []
    for number, line in enumerate(lines, 1):
        if word := line.partition("#")[0].strip():
            try:
                found.append(read(word))
            except (pyrage.RecipientError, pyrage.IdentityError) as error:
                raise InputError(f"{file}:{number}: not an age {kind}", hint=_HINT) from error
    if not found:
        raise InputError(f"{file} has no {kind}", hint=_HINT)
    return found
