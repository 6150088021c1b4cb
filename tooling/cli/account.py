"""`tooling account`: the keys that accounts are signed with, and whether they must be signed."""

import os
from pathlib import Path
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options

_NAME = click.argument("name")
_GIVEN = "TOOLING_ACCOUNT_SECRET"


@click.group()
def command() -> None:
    """Manage the keys with which the API signs accounts.

    Connect as eagle_migrator: only the owner of the database may read the keys.
    docs/how-to/sign-accounts.md says what the API does with a key.

    \b
      tooling account add-key k1 /safe/account.key
      tooling account require
      tooling account status
    """


@command.command()
@_NAME
@click.argument("file", required=False, type=options.FILE)
@click.option("--if-missing", is_flag=True, help="Do nothing if a key has this name.")
@options.database(owner=True, autocommit=True, writes=True)
def add_key(
    connection: psycopg.Connection[Any], name: str, file: Path | None, if_missing: bool
) -> None:
    """Add a key under NAME, and accept accounts signed with it.

    The secret is that in FILE, in hex; if FILE does not exist, it is created with a new secret,
    readable by its owner only. Without FILE the secret is that of TOOLING_ACCOUNT_SECRET. Two keys
    can be valid at a time: add the new one, let the API sign with it, then remove the old one.

    \b
      tooling account add-key k1 /safe/account.key
    """
    from tooling import accounts

    if file is None:
        given = os.environ.get(_GIVEN, "")
        secret = accounts.secret_of(given, _GIVEN, f"Give FILE, or set {_GIVEN}.")
    else:
        secret = accounts.secret_in(file)
    with connection.transaction():
        known = {key for key, _ in accounts.signing(connection).keys}
        if not (if_missing and name in known):
            accounts.add_key(connection, name, secret)


@command.command()
@_NAME
@options.database(owner=True, autocommit=True, writes=True)
def remove_key(connection: psycopg.Connection[Any], name: str) -> None:
    """Remove the key NAME: accounts signed with it are no longer accepted."""
    from tooling import accounts

    with connection.transaction():
        accounts.remove_key(connection, name)


@command.command()
@click.option("--off", is_flag=True, help="Accept accounts without a signature again.")
@options.database(owner=True, autocommit=True, writes=True)
def require(connection: psycopg.Connection[Any], off: bool) -> None:
    """Accept signed accounts only.

    An account without a valid signature sees no row, and gets the error ES007.
    """
    from tooling import accounts

    with connection.transaction():
        accounts.require(connection, required=not off)


@command.command()
@options.as_json
@options.database(owner=True, autocommit=True)
def status(connection: psycopg.Connection[Any], as_json: bool) -> None:
    """Show whether accounts must be signed, and the names of the keys.

    Writes nothing.
    """
    from tooling import accounts

    found = accounts.signing(connection)
    lines = [("signature", "required" if found.is_required else "not required")]
    lines += [("key", f"{name}  since {at:%Y-%m-%d %H:%M:%S%z}") for name, at in found.keys]
    printing.say_result(found.as_dict(), printing.columns(lines), as_json=as_json)
