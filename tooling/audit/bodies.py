"""Functions that the log depends on whose text PostgreSQL keeps parsed, as it writes them out."""

import json
from pathlib import Path

from tooling.database import Connection

FILE = Path(__file__).with_name("bodies.json")
NAMES = (
    "app.current_account_id",
    "app.current_actor",
    "app.signed_account",
    "ops.stretches_sha256",
    "ops.uuid_v7",
)


def there(connection: Connection) -> dict[str, str | None]:
    """Return the body of each function in the database, None if it has no parsed one."""
    query = """
        select n.nspname || '.' || p.proname, pg_get_function_sqlbody(p.oid)
          from pg_proc as p
          join pg_namespace as n on n.oid = p.pronamespace
         where n.nspname || '.' || p.proname = any (%s)"""
    return dict(connection.execute(query, [list(NAMES)]).fetchall())


def declared() -> dict[str, str | None]:
    """Return the bodies as a database of this version has them; a test compares."""
    found: dict[str, str | None] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
