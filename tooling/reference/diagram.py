"""The entity diagram, in Mermaid."""

from tooling.reference.catalog import Catalog, Row

_MARKS = {"p": "PK", "f": "FK", "u": "UK"}


def lines(catalog: Catalog) -> list[str]:
    """Return a diagram of the tables with their key columns.

    A solid line is a foreign key. A dotted one joins a table that carries the whole key of another
    without a foreign key, so that its rows may outlive the other's.
    """
    tables = [row for row in catalog.rows["relations"] if row["kind"] in "rp"]
    drawn = ["```mermaid", "erDiagram"]
    for table in tables:
        drawn += [f'    "{_name(table)}" {{', *_columns(catalog, table), "    }"]
    by_oid = {table["relation"]: table for table in tables}
    foreign = [row for row in catalog.rows["constraints"] if row["kind"] == "f"]
    for row in foreign:
        drawn.append(_line(by_oid[row["target"]], "--", by_oid[row["relation"]], row["columns"]))
    joined = {(row["target"], row["relation"]) for row in foreign}
    parents = [table for table in tables if table["relation"] in {row["target"] for row in foreign}]
    for parent in parents:
        key = _key(catalog, parent)
        for child in tables:
            has = {column["name"] for column in catalog.of("columns", child)}
            pair = (parent["relation"], child["relation"])
            if set(key) <= has and child is not parent and pair not in joined:
                drawn.append(_line(parent, "..", child, key))
    return [*drawn, "```"]


def _columns(catalog: Catalog, table: Row) -> list[str]:
    marks: dict[str, list[str]] = {}
    for constraint in catalog.of("constraints", table):
        for column in constraint["columns"]:
            mark = _MARKS.get(constraint["kind"])
            if mark and mark not in marks.setdefault(column, []):
                marks[column].append(mark)
    return [
        f"        {_type(column['type'])} {column['name']} {', '.join(marks[column['name']])}"
        for column in catalog.of("columns", table)
        if marks.get(column["name"])
    ]


def _key(catalog: Catalog, table: Row) -> list[str]:
    return next(
        (key["columns"] for key in catalog.of("constraints", table) if key["kind"] == "p"), []
    )


def _line(parent: Row, stroke: str, child: Row, columns: list[str]) -> str:
    return f'    "{_name(parent)}" ||{stroke}o{{ "{_name(child)}" : "{", ".join(columns)}"'


def _name(table: Row) -> str:
    return f"{table['schema']}.{table['name']}"


def _type(type_name: str) -> str:
    short = {"timestamp with time zone": "timestamptz", "double precision": "float8"}
    return short.get(type_name, type_name.split(".")[-1].split("(")[0].replace(" ", "_"))
