"""Signed accounts: the keys that an API signs with, and whether a signature is required."""

import os
import secrets
import stat
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tooling.errors import InputError, RefusedError

SECRET_BYTES = 32
_SECRET_DIGITS = range(2 * SECRET_BYTES, 2 * 64 + 1)


@dataclass(frozen=True)
class Signing:
    """Whether accounts must be signed, and the names of the valid keys with when each came."""

    is_required: bool
    keys: tuple[tuple[str, datetime], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        keys = [{"name": name, "added_at": added.isoformat()} for name, added in self.keys]
        return {"is_required": self.is_required, "keys": keys}


def signing(connection: psycopg.Connection[Any]) -> Signing:
    """Return how accounts are signed. Writes nothing; needs the owner's rights."""
    with connection.cursor() as cursor:
        required = cursor.execute("select app.signing_required()").fetchone()
        keys = cursor.execute("select key_name, added_at from ops.account_keys order by 2, 1")
        return Signing(required is not None and bool(required[0]), tuple(keys.fetchall()))


def secret_in(file: Path) -> bytes:
    """Return the secret that a file holds in hex; a new file with a new secret if there is none.

    Raises InputError for what is no secret, RefusedError for a file that others can read.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", hint="Name a file in a folder.") from error
    with os.fdopen(handle, "w", encoding="ascii") as out:
        secret = secrets.token_bytes(SECRET_BYTES)
        out.write(secret.hex() + "\n")
    return secret


def _read(file: Path) -> bytes:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise RefusedError(f"{file} can be read by others", hint=f"Run: chmod 600 {file}")
    text = file.read_text(encoding="utf-8", errors="replace").strip()
    return secret_of(
        text, f"{file}: line 1", "Name a file that does not exist: a secret is written to it."
    )


def secret_of(text: str, place: str, hint: str) -> bytes:
    """Return the secret that a text is in hex. Raises InputError, which names the place."""
    try:
        if len(text) in _SECRET_DIGITS:
            return bytes.fromhex(text)
    except ValueError:
        pass
    raise InputError(f"{place}: not a secret of 32 to 64 bytes in hex", hint=hint)


def add_key(connection: psycopg.Connection[Any], name: str, secret: bytes) -> None:
    """Accept accounts signed with the secret under this name. Needs the owner's rights."""
    connection.execute("select ops.add_account_key(%s, %s)", [name, secret])


def remove_key(connection: psycopg.Connection[Any], name: str) -> None:
    """Accept no account signed with this key any more. Needs the owner's rights."""
    connection.execute("select ops.remove_account_key(%s)", [name])


def require(connection: psycopg.Connection[Any], *, required: bool) -> None:
    """Accept signed accounts only, or any again. Needs the owner's rights."""
    connection.execute("select ops.require_signed_accounts(%s)", [required])


def token(owner: psycopg.Connection[Any], account: str, seconds: int = 600) -> str | None:
    """Sign an account for work of the toolkit's own; None where none has to be signed.

    The actor is `tooling`. Needs the owner's rights, since the key is read from the database.
    """
    begin = "select pg_catalog.to_regprocedure('app.begin_work(uuid, text, text)') is not null"
    if not _is(owner, begin) or not _is(owner, "select app.signing_required()"):
        return None
    keys = "select key_name, inner_key, outer_key from ops.account_keys order by added_at limit 1"
    ((name, inner, outer),) = owner.execute(keys).fetchall()
    expires = int(time.time()) + seconds
    text = f"{account}\n{expires}\ntooling".encode()
    return f"{name}.{expires}.{sha256(outer + sha256(inner + text).digest()).hexdigest()}"


def _is(connection: psycopg.Connection[Any], query: LiteralString) -> bool:
    return connection.execute(query).fetchall() == [(True,)]
