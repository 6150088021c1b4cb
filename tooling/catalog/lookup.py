"""Answer what catalog users ask, with the SQL functions of the schema catalog. Writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tooling.errors import InputError

Row = dict[str, Any]
# SQLSTATEs of the catalog that say the question names something that is not there.
_NOT_FOUND = ("ES102", "ES103", "ES104", "22023")


@dataclass(frozen=True)
class Shape:
    """A section and its printed values in one unit system, in the order of the dictionary.

    `others` are sections that the same designation can mean, each with the name that it is.
    """

    section: Row
    units: str
    properties: list[Row]
    others: list[tuple[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints: `properties` and `units_of` by symbol."""
        return {
            "shape": self.section["shape"],
            "type": self.section["shape_type"],
            "edition": self.section["edition"],
            "grade": self.section["grade"],
            "units": self.units,
            "edi_label": self.section["edi_label"],
            "metric_label": self.section["metric_label"],
            "special_note": self.section["has_special_note"],
            "source": self.section["source"],
            "doubts": self.section["doubts"],
            "doubted": self.section["doubted"] or [],
            "properties": {row["symbol"]: number(row["value"]) for row in self.properties},
            "units_of": {row["symbol"]: row["unit"] for row in self.properties if row["unit"]},
        }


def shape(
    connection: psycopg.Connection[Any],
    label: str,
    *,
    edition: str | None,
    grade: str | None,
    units: str,
) -> Shape:
    """Return all that the catalog prints of a section, in one unit system.

    Raises InputError for an unknown section, and for units that its source does not print.
    """
    found = ask(connection, "find_shape", shape=label, edition=edition, grade=grade)
    properties = ask(
        connection, "shape_properties", shape=label, edition=edition, units=units, grade=grade
    )
    if not properties:
        raise InputError(
            f"{found[0]['source']} has no values in {units.upper()} units for {found[0]['shape']}",
            hint="AISC's workbook has both systems of units: tooling import-aisc FILE.",
        )
    return Shape(found[0], units, properties, _others(connection, label, found[0]))


def sources(
    connection: psycopg.Connection[Any], label: str, *, edition: str | None, grade: str | None
) -> list[Row]:
    """Return where each printed value of a section comes from. Raises InputError."""
    return ask(connection, "shape_sources", shape=label, edition=edition, grade=grade)


def diff(
    connection: psycopg.Connection[Any],
    edition_from: str,
    edition_to: str,
    *,
    units: str,
    grade: str | None,
) -> list[Row]:
    """Return what changed between two editions. Raises InputError for an unknown one."""
    return ask(
        connection,
        "diff",
        edition_from=edition_from,
        edition_to=edition_to,
        units=units,
        grade=grade,
    )


def doubts(
    connection: psycopg.Connection[Any], *, edition: str | None, grade: str | None
) -> list[Row]:
    """Return the printed values of an edition that are doubted, and why. Raises InputError."""
    return ask(connection, "doubts", edition=edition, grade=grade)


def number(value: Decimal | None) -> int | float | None:
    """Return a decimal as JSON writes numbers: whole ones without a point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _others(connection: psycopg.Connection[Any], label: str, section: Row) -> list[tuple[str, str]]:
    named = {"shape": label, "edition": section["edition"], "grade": section["grade"]}
    query = (
        "select section.shape, named.name"
        "  from catalog.shapes_named(%(shape)s, %(edition)s, %(grade)s) as named"
        "  join catalog.material_catalog as section using (material_id)"
        " where section.material_id <> %(material_id)s"
    )
    with connection.cursor() as cursor:
        found = cursor.execute(query, {**named, "material_id": section["material_id"]})
        return [(row[0], row[1]) for row in found.fetchall()]


def ask(connection: psycopg.Connection[Any], function: str, **arguments: Any) -> list[Row]:
    """Call a function of the schema catalog; None is its default. Raises InputError."""
    given: Mapping[str, Any] = {
        name: value for name, value in arguments.items() if value is not None
    }
    query = sql.SQL("select * from {}({})").format(
        sql.Identifier("catalog", function),
        sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in given
        ),
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        try:
            return cursor.execute(query, given).fetchall()
        except psycopg.Error as error:
            if error.sqlstate in _NOT_FOUND:
                message = error.diag.message_primary or str(error)
                raise InputError(message, hint=error.diag.message_hint) from error
            raise
