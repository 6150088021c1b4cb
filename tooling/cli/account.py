"""`tooling account`: the keys that accounts are signed with, and whether they must be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from tooling import printing
from tooling.cli import options

_NAME = click.argument("name")
_GIVEN = "TOOLING_ACCOUNT_SECRET"


@click.group()
def command() -> None:
    """Say with which keys the API signs accounts, and whether it has to.

    Connect as eagle_migrator: only the owner reads the keys. docs/how-to/sign-accounts.md shows
    what the API does.

    \b
      tooling account add-key k1 /safe/account.key
      tooling account require
      tooling account status
    """


@command.command()
@_NAME
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--if-missing", is_flag=True, help="Do nothing if there is a key of this name.")
@options.dsn
def add_key(name: str, file: Path | None, if_missing: bool, dsn: str | None) -> None:
    """Accept accounts that are signed with the secret in FILE, under NAME.

    A FILE that does not exist is made, with a new secret in hex, readable by its owner only; give
    it to the API. Without FILE the secret is that of TOOLING_ACCOUNT_SECRET, in hex. Two keys hold
    at a time: add the new one, let the API sign with it, remove the old one.

    \b
      tooling account add-key k1 /safe/account.key
    """
    from tooling import accounts

    if file is None:
        given = os.environ.get(_GIVEN, "")
        secret = accounts.secret_of(given, _GIVEN, f"Give FILE, or set {_GIVEN}.")
    else:
        secret = accounts.secret_in(file)
    with _owner(dsn) as connection:
        known = {key for key, _ in accounts.signing(connection).keys}
        if not (if_missing and name in known):
            accounts.add_key(connection, name, secret)


@command.command()
@_NAME
@options.dsn
def remove_key(name: str, dsn: str | None) -> None:
    """Accept no account any more that was signed with the key NAME."""
    from tooling import accounts

    with _owner(dsn) as connection:
        accounts.remove_key(connection, name)


@command.command()
@click.option("--off", is_flag=True, help="Accept accounts that are not signed again.")
@options.dsn
def require(off: bool, dsn: str | None) -> None:
    """Accept signed accounts only: others see no row, and are told so with ES007."""
    from tooling import accounts

    with _owner(dsn) as connection:
        accounts.require(connection, required=not off)


@command.command()
@options.dsn
@options.as_json
def status(dsn: str | None, as_json: bool) -> None:
    """Print whether accounts must be signed, and the names of the keys. Writes nothing."""
    from tooling import accounts

    with _owner(dsn) as connection:
        found = accounts.signing(connection)
    if as_json:
        printing.say_json(found.as_dict())
        return
    printing.say(f"signature  {'required' if found.is_required else 'not required'}")
    for name, added_at in found.keys:
        printing.say(f"key        {name}  since {added_at:%Y-%m-%d %H:%M:%S%z}")


@contextmanager
def _owner(dsn: str | None) -> Iterator[Any]:
    """Connect, and act as the owner of the database for one transaction."""
    from tooling import settings, up
    from tooling.database import connect

    with connect(dsn, role="eagle_migrator") as connection:
        up.take_role(connection, settings.load().owner)
        yield connection
