"""SQL of a value for the n-th row of a table, by the type of a column. Pure."""

import re
from dataclasses import dataclass

from psycopg import sql

from pgproof.growth.statistics import Shape

ROW = "pgproof_n"
"""What the number of the row is called: no column is."""
_N = re.compile(r"\bn\b")
_BY_TYPE = {
    "bool": "n % 2 = 0",
    "bytea": "decode(md5(n::text), 'hex')",
    "date": "date '2000-01-01' + (n % 9000)::int",
    "float4": "n::float4",
    "float8": "n::float8",
    "inet": "'10.0.0.0'::inet + (n % 16000000)",
    "int2": "(n % 32000)::int2",
    "int4": "n::int4",
    "int8": "n",
    "interval": "n * interval '1 second'",
    "json": "json_build_object('n', n)",
    "jsonb": "jsonb_build_object('n', n)",
    "money": "n::int::money",
    "name": "('name ' || n)::name",
    "numeric": "n::numeric",
    "point": "point(n, n)",
    "time": "time '00:00' + n * interval '1 second'",
    "timestamp": "timestamp '2000-01-01' + n * interval '1 minute'",
    "timestamptz": "timestamptz '2000-01-01Z' + n * interval '1 minute'",
    "tsvector": "to_tsvector('simple', 'word ' || n)",
    "uuid": "md5(n::text)::uuid",
    "daterange": "daterange(date '2000-01-01' + (n % 9000)::int,"
    " date '2000-01-02' + (n % 9000)::int)",
    "int4range": "int4range((2 * n)::int, (2 * n + 1)::int)",
    "int8range": "int8range(2 * n, 2 * n + 1)",
    "numrange": "numrange(2 * n, 2 * n + 1)",
    "tsrange": "tsrange(timestamp '2000-01-01' + n * interval '1 hour',"
    " timestamp '2000-01-01' + n * interval '1 hour' + interval '30 minutes')",
    "tstzrange": "tstzrange(timestamptz '2000-01-01Z' + n * interval '1 hour',"
    " timestamptz '2000-01-01Z' + n * interval '1 hour' + interval '30 minutes')",
}
_TEXT = ("text", "varchar", "bpchar", "citext")
_LENGTH = 4
"""What a modifier of a text type has beside the number of characters."""
_LONG = 12
_SCALE = 0x7FF
"""The bits of a numeric's modifier that are its scale."""
_DIGITS = 18
_SHARES = 1000
"""Into how many parts the share of nulls is rounded."""
_STEP = 617
"""Has no divisor in common with _SHARES: nulls are spread over the rows."""


@dataclass(frozen=True)
class Kind:
    """The type below a domain, its modifier (-1: none), and the labels of an enumeration.

    `written` is the type of the column as SQL.
    """

    name: str
    category: str
    modifier: int
    written: str
    labels: tuple[str, ...] = ()


def natural(kind: Kind, shape: Shape | None = None) -> sql.Composable | None:
    """Return the expression of a value for a row; None for a type that nothing is made up for.

    Values of different rows are different, as far as the type has as many; of a shape, as many as
    it has, and texts are as long.
    """
    found = _expression(kind)
    if found is None:
        return None
    if shape:
        found = re.sub(rf"\b{ROW}\b", _row(shape.distinct), found)
        if kind.name in _TEXT and kind.modifier < _LENGTH:
            found = f"rpad({found}, {shape.width}, 'x')" if shape.width > _LONG else found
    return sql.SQL("({})::{}").format(sql.SQL(found.replace("%", "%%")), sql.SQL(kind.written))


def without(value: sql.Composable, nulls: float) -> sql.Composable:
    """Return the expression of a value that is null in a share of the rows."""
    some = round(nulls * _SHARES)
    if not some:
        return value
    return sql.SQL("case when {} * {} %% {} < {} then null else {} end").format(
        sql.SQL(ROW), sql.Literal(_STEP), sql.Literal(_SHARES), sql.Literal(some), value
    )


def _row(distinct: float) -> str:
    """Return the number of a row, brought down to as many as there are distinct values."""
    if distinct > 0:
        return f"({ROW} % {max(round(distinct), 1)})"
    if -1 < distinct < 0:
        return f"floor({ROW} * {-distinct:.6f})::bigint"
    return ROW


def _expression(kind: Kind) -> str | None:
    if kind.labels:
        labels = ", ".join(sql.Literal(one).as_string() for one in kind.labels)
        return f"(array[{labels}])[1 + ({ROW} % {len(kind.labels)})::int]"
    if kind.name in _TEXT:
        if kind.modifier < _LENGTH:
            return f"'value ' || {ROW}"
        return f"lpad(to_hex({ROW}), {min(kind.modifier - _LENGTH, _LONG)}, '0')"
    if kind.name == "numeric" and kind.modifier >= _LENGTH:
        packed = kind.modifier - _LENGTH
        digits = min((packed >> 16) - (packed & _SCALE), _DIGITS)
        return f"{ROW} % {10 ** max(digits, 0)}"
    if kind.category == "A":
        return "'{}'"
    found = _BY_TYPE.get(kind.name)
    return _N.sub(ROW, found) if found else None
