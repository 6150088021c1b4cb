"""The objects of a database as they are now, and a fingerprint of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from pgproof.catalogue import statement

_PATIENCE = "5s"
_ALL = " select kind, name, definition from present"
Key = tuple[str, str]
"""Kind and qualified name of an object."""
Definition = Mapping[str, Any]
Objects = Mapping[Key, Definition]


@dataclass(frozen=True)
class Snapshot:
    """Every object, and the major version of the server, by which texts may differ."""

    major: int
    objects: Objects

    @property
    def fingerprint(self) -> str:
        """The sha256 of all objects: equal for equal databases."""
        lines = sorted([*key, self.objects[key]] for key in self.objects)
        text = json.dumps(lines, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


def take(connection: psycopg.Connection[Any], ledger_schema: str) -> Snapshot:
    """Read every object of the database but those of the ledger. Writes nothing.

    Needs no privilege: the catalogue is readable by all. Raises psycopg.errors.LockNotAvailable
    where the definition of a view or a default stays locked.
    """
    version = connection.info.server_version
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(f"set local lock_timeout = '{_PATIENCE}'; {statement.SETTINGS}")
        cursor.execute((statement.text(connection, ledger_schema) + _ALL).encode())
        found = {(kind, name): definition for kind, name, definition in cursor}
    return Snapshot(version // statement.MAJOR, found)
