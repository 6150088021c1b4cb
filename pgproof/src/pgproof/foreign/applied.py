"""What another tool's ledger says is applied, as the migrations that its files became."""

from collections.abc import Callable
from operator import itemgetter
from pathlib import Path

from psycopg import sql

from pgproof.connection import Connection
from pgproof.errors import RefusedError
from pgproof.files.hashes import other_line_ends
from pgproof.files.numbers import reached
from pgproof.files.problem import Problem, refuse
from pgproof.files.script import load
from pgproof.foreign import flyway
from pgproof.foreign.formats import Format
from pgproof.foreign.original import Originals

_TABLES = """
select n.nspname, array_agg(a.attname::text)
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relname = %(table)s
   and c.relkind in ('r', 'p')
   and (%(schema)s = '' or n.nspname = %(schema)s)
 group by 1
 order by 1
"""


def applied(
    connection: Connection, form: Format, table: str | None, folder: Path, originals: Originals
) -> set[str]:
    """Return the keys of the originals that are applied. Writes nothing.

    Raises RefusedError if there is no such table, or if it names a failed migration, or one that
    is not in the folder as it was applied.
    """
    place = _place(connection, form, table or form.table)
    text = sql.SQL(form.query).format(table=sql.Identifier(*place))
    rows = connection.execute(text, dict(originals.values) or None).fetchall()
    of_key = {one.key: one for one in originals.migrations}
    keys = list(of_key)
    found: set[str] = set()
    problems: list[Problem] = []
    for given, word, *sums in sorted(rows, key=itemgetter(0)):
        key = _normal(form, given)
        if word not in ("applied", "undone", "up to", "from", "head"):
            message = f"{'.'.join(place)} says that {key} is {word}"
            remedy = f"Mend it with {form.title} first: each must be applied whole or not at all."
            problems.append(Problem(folder, 0, message, remedy))
        elif word == "from":
            found |= {one for one in keys if flyway.rank(one) <= flyway.rank(key)}
        elif word != "undone" and key not in of_key:
            message = f"{'.'.join(place)} says that {key} is applied, which has no file here"
            remedy = "Put the file back, or name the folder that the database was made with."
            problems.append(Problem(folder, 0, message, remedy))
        elif word == "up to":
            found |= set(keys[: keys.index(key) + 1])
        elif word == "head":
            found |= reached(key, {one.key: one.after for one in originals.migrations})
        elif word == "applied":
            found.add(key)
            if form.checksum and sums[0] is not None:
                problems += _edited(of_key[key].path, form.checksum, sums[0], form.title)
    refuse(problems)
    return found


def _edited(
    path: Path, checksum: Callable[[bytes], str], expected: str, title: str
) -> list[Problem]:
    """Return that a file is another than was applied, whatever its line ends are."""
    text = load(path).raw.decode("latin-1")
    variants = {text} | other_line_ends(text)
    if expected in {checksum(one.encode("latin-1")) for one in variants}:
        return []
    message = f"edited after {title} applied it: its checksum is another"
    return [Problem(path, 0, message, "Put the file back as it was when it was applied.")]


def _normal(form: Format, key: str) -> str:
    try:
        return form.normal(key)
    except ValueError:
        return key


def _place(connection: Connection, form: Format, table: str) -> tuple[str, str]:
    """Return the schema and name of the tool's table. Raises RefusedError unless it is one."""
    schema, _, name = table.rpartition(".")
    rows = connection.execute(_TABLES, {"table": name, "schema": schema}).fetchall()
    found = [
        (where, name)
        for where, columns in rows
        if set(form.columns) <= set(columns) and form.without not in columns
    ]
    if len(found) == 1:
        return found[0]
    hint = f"Name the table in which {form.title} says what is applied: --table SCHEMA.TABLE."
    if found:
        where = ", ".join(".".join(one) for one in found)
        raise RefusedError(f"there are several tables {name}: {where}", hint=hint)
    what = "no table" if not rows else "no table with the columns of"
    tool = "" if not rows else f"{form.title}: "
    raise RefusedError(f"{what} {tool}{table}", hint=hint)
