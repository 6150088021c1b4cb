"""docs/reference/schema.md from a Catalog; pure."""

from collections.abc import Callable, Iterable

from tooling.reference import diagram
from tooling.reference.catalog import Catalog, Row
from tooling.reference.markdown import NOTICE, anchor, code, codes, plain, table

KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view"}
_COMMANDS = {"r": "select", "a": "insert", "w": "update", "d": "delete", "*": "all"}
_VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
_LONGEST_VALUE = 60
_LONGEST_SIGNATURE = 90

Source = Callable[[str, str, str], str | None]
"""From schema, folder and name to the link of the file that declares an object, if there is one."""


def render(catalog: Catalog, source: Source) -> str:
    """Return the page. `source` finds the files of sql/."""
    notice = NOTICE.format(source="the migrated database")
    lines = ["# Schema", "", notice, "", *_contents(catalog)]
    lines += ["", "## Diagram", ""]
    lines += ["Tables with their keys. Solid: a foreign key. Dotted: the same key without one."]
    lines += ["", *diagram.lines(catalog), "", "## Roles", "", "The roles that hold a right below."]
    roles = catalog.rows["roles"]
    lines += table(["role", "what for"], ([code(r["name"]), plain(r["comment"])] for r in roles))
    for schema in catalog.rows["schemas"]:
        lines += ["", f"## Schema {schema['name']}", "", plain(schema["comment"])]
        lines += ["", f"Usable by {codes(schema['roles']) or 'its owner only'}."]
        for enum in catalog.in_schema("enums", schema["name"]):
            lines += _enum(enum, source)
        for relation in catalog.in_schema("relations", schema["name"]):
            lines += _relation(catalog, relation, source)
        for function in catalog.in_schema("functions", schema["name"]):
            lines += _function(function, source)
    return "\n".join(lines) + "\n"


def _contents(catalog: Catalog) -> list[str]:
    kinds = {"enums": "types", "relations": "tables and views", "functions": "functions"}
    lines = []
    for schema in catalog.rows["schemas"]:
        lines.append(f"- [{schema['name']}](#{anchor('Schema ' + schema['name'])})")
        for kind, title in kinds.items():
            names = dict.fromkeys(_name(row) for row in catalog.in_schema(kind, schema["name"]))
            links = ", ".join(f"[{name.split('.')[1]}](#{anchor(name)})" for name in names)
            lines += [f"  - {title}: {links}"] if links else []
    return lines


def _enum(enum: Row, source: Source) -> list[str]:
    return [
        *_head(enum, "type", source(enum["schema"], "types", enum["name"])),
        "",
        f"Labels, in order: {codes(enum['labels'])}.",
    ]


def _relation(catalog: Catalog, relation: Row, source: Source) -> list[str]:
    kind = KINDS[relation["kind"]]
    folder = {"table": "tables", "view": "views", "materialized view": "matviews"}[kind]
    lines = _head(relation, kind, source(relation["schema"], folder, relation["name"]))
    if relation["partition_key"]:
        lines += ["", f"Partitioned by {code(relation['partition_key'])}."]
    lines += table(
        ["partition", "holds"],
        ([code(p["name"]), code(_holds(p["bounds"]))] for p in catalog.of("partitions", relation)),
    )
    lines += _columns(catalog.of("columns", relation), has_rows=kind == "table")
    for title in ("constraints", "indexes", "triggers"):
        rows = catalog.of(title, relation)
        cells = ([code(row["name"]), code(_definition(row["definition"]))] for row in rows)
        lines += table([title[:-2] if title == "indexes" else title[:-1], "definition"], cells)
    if relation["is_secured"]:
        lines += ["", "Row security is on."]
    lines += table(
        ["policy", "for", "to", "rows", "meaning"],
        (
            [
                code(policy["name"]),
                _COMMANDS[policy["command"]],
                codes(policy["roles"]),
                code(policy["visible"] or policy["accepted"]),
                plain(policy["comment"]),
            ]
            for policy in catalog.of("policies", relation)
        ),
    )
    return [*lines, *table(["role", "may"], _rights(catalog.of("grants", relation)))]


def _columns(columns: Iterable[Row], *, has_rows: bool) -> list[str]:
    """Return the table of columns; those of a view are never required and have no default."""
    cells = [
        [
            code(column["name"]),
            code(column["type"]),
            "" if column["is_required"] else "null",
            _value(column),
            plain(column["comment"]),
        ]
        for column in columns
    ]
    if has_rows:
        return table(["column", "type", "null", "default", "meaning"], cells)
    return table(["column", "type", "meaning"], ([*row[:2], row[4]] for row in cells))


def _rights(grants: Iterable[Row]) -> list[list[str]]:
    rights: dict[str, list[str]] = {}
    for grant in grants:
        columns = f" ({codes(grant['columns'])})" if grant["columns"] else ""
        rights.setdefault(grant["role"], []).append(grant["privilege"] + columns)
    return [[code(role), "; ".join(may)] for role, may in rights.items()]


def _function(function: Row, source: Source) -> list[str]:
    link = source(function["schema"], "functions", function["name"])
    if function["result"] == "trigger":
        return _head(function, "trigger function", link)
    traits = _VOLATILITY[function["volatility"]]
    if function["is_definer"]:
        traits += ", runs with the rights of its owner"
    who = codes(function["roles"]) or "its owner only"
    return [
        *_head(function, "function", link),
        "",
        "```text",
        *_signature(function),
        "```",
        "",
        f"{traits.capitalize()}. Executable by {who}.",
    ]


def _signature(function: Row) -> list[str]:
    """Return a signature on one line, or with an argument a line if it is long."""
    start, end = f"{_name(function)}(", f") returns {function['result']}"
    line = start + ", ".join(function["arguments"]) + end
    if len(line) <= _LONGEST_SIGNATURE:
        return [line]
    return [start, *",\n".join(f"    {a}" for a in function["arguments"]).splitlines(), end]


def _head(row: Row, kind: str, link: str | None) -> list[str]:
    declared = f" Declared in [{link.split('/sql/')[-1]}]({link})." if link else ""
    title = f"### {_name(row)}"
    return ["", title, "", f"{kind.capitalize()}. {plain(row['comment'])}{declared}".rstrip()]


def _name(row: Row) -> str:
    return f"{row['schema']}.{row['name']}"


def _holds(bounds: str) -> str:
    return bounds.removeprefix("FOR VALUES ").lower()


def _value(column: Row) -> str:
    value = column["value"]
    if value is None:
        return ""
    shown = code(value) if len(value) <= _LONGEST_VALUE else ""
    return f"generated {shown}".rstrip() if column["is_generated"] else shown


def _definition(definition: str) -> str:
    """Return what a definition says beyond the names of the object and of its table."""
    words = definition.split()
    if words[0] != "CREATE":
        return definition
    if "INDEX" in words[:3]:
        unique = "UNIQUE " if words[1] == "UNIQUE" else ""
        return unique + definition[definition.index(" USING ") + 7 :]
    head, _, tail = definition.partition(" FOR EACH ")
    return f"{' '.join(head.split(' ON ')[0].split()[3:])} FOR EACH {tail}"
