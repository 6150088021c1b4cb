"""The functions that statements call, and the statements in their bodies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pgproof.ahead.functions import called, walk
from pgproof.compat.routines import functions
from pgproof.compat.schema import Schema
from pgproof.compat.seen import PLANNED, Observer
from pgproof.compat.statements import Statement
from pgproof.compat.variables import Body, read, resolved
from pgproof.sql.parser import Node, SyntaxProblem, split, tree

_WRITES = {"InsertStmt": 4, "UpdateStmt": 16, "DeleteStmt": 8, "MergeStmt": 28}
"""The bits of pg_trigger.tgtype that statements fire."""


@dataclass
class Bodies:
    """The statements of the functions that an application's statements reach, state by state."""

    observer: Observer
    callers: dict[Statement, tuple[str, ...]] = field(default_factory=dict)
    """Each statement of a body that could be prepared once, and who calls its function."""
    _resolved: dict[tuple[str, str], Statement | None] = field(default_factory=dict)
    _current: list[Statement] = field(default_factory=list)

    def read(self, statements: Sequence[Statement], schema: Schema) -> list[Statement]:
        """Return the statements of all bodies that those statements reach now."""
        known = functions(self.observer.connection)
        reached = _reached(statements, self.observer, known)
        current = []
        for function, callers in reached:
            for one in self._of(function, schema):
                self.callers[one] = callers
                current.append(one)
        return current

    def _of(self, function: Any, schema: Schema) -> Iterator[Statement]:
        """Yield the statements of a body; what cannot be prepared at first is left out."""
        body = _body(function, schema)
        for text in dict.fromkeys(body.texts if body else ()):
            key = (f"{function.schema}.{function.name}", text)
            if key not in self._resolved:
                self._resolved[key] = self._prepared(function, text, body)
            found = self._resolved[key]
            if found:
                yield found

    def _prepared(self, function: Any, text: str, body: Body | None) -> Statement | None:
        try:
            if body is None or not _is_of_the_schema(tree(text)):
                return None
        except SyntaxProblem:
            return None
        name = f"{function.schema}.{function.name}()"
        settings = tuple(map(_setting, function.settings))
        role = function.owner if function.definer else None
        asked = Statement(name, name, text, settings, role=role, within=name)
        row_of = function.triggers[0].rsplit(" ", 2)[0] if function.triggers else None

        def refuses(tried: str) -> tuple[str, str, int] | None:
            return self.observer.refuses(asked, tried)

        sql = resolved(text, body, function.name, row_of, refuses)
        if sql is None:
            return None
        return Statement(name, name, sql, settings, role=role, within=name)


def _is_of_the_schema(root: Node) -> bool:
    """Whether a statement can break: it names a relation or a function."""
    return root.is_a(*PLANNED) and any(
        one.is_a("RangeVar", "FuncCall", *_WRITES) for one in walk(root)
    )


def _reached(
    statements: Sequence[Statement], observer: Observer, routines: Sequence[Any]
) -> list[tuple[Any, tuple[str, ...]]]:
    """Return each function that statements reach, and the labels of those that do."""
    by_name: dict[str, list[Any]] = {}
    by_table: dict[str, list[tuple[int, Any]]] = {}
    for one in routines:
        by_name.setdefault(one.name, []).append(one)
        for trigger in one.triggers:
            _, table, kind = trigger.rsplit(" ", 2)
            by_table.setdefault(table, []).append((int(kind), one))
    callers: dict[int, dict[str, None]] = {}
    known = {one.oid: one for one in routines}
    for statement in statements:
        waiting = [observer.tree(statement.sql)]
        seen: set[int] = set()
        while waiting:
            node = waiting.pop()
            for one in _next(node, by_name, by_table):
                if one.oid not in seen:
                    seen.add(one.oid)
                    callers.setdefault(one.oid, {})[statement.label] = None
                    waiting += _trees(one)
    return [(known[oid], tuple(labels)) for oid, labels in callers.items()]


def _next(
    node: Node, by_name: Mapping[str, list[Any]], by_table: Mapping[str, list[tuple[int, Any]]]
) -> Iterator[Any]:
    for schema, name in called(node):
        yield from (one for one in by_name.get(name, ()) if schema in (None, one.schema))
    for one in walk(node):
        events = _WRITES.get(one.tag, 0)
        if events and one.relation is not None:
            updates = one.onConflictClause and one.onConflictClause.action == "ONCONFLICT_UPDATE"
            events |= _WRITES["UpdateStmt"] * bool(updates)
            several = by_table.get(one.relation.relname, ())
            yield from (function for kind, function in several if kind & events)


def _trees(function: Any) -> list[Node]:
    body = _body(function, None)
    found = []
    for text in body.texts if body else ():
        try:
            found.append(tree(text))
        except SyntaxProblem:
            continue
    return found


def _body(function: Any, schema: Schema | None) -> Body | None:
    """Return a function's body, if it is one of SQL that is text; else None."""

    def column_type(name: str) -> str | None:
        table, _, column = name.rpartition(".")
        found = schema.relations.get(table) if schema else None
        known = found.columns.get(column) if found else None
        return known.type if known else "text"

    parameters = {
        name: type_ for name, type_ in zip(function.names, function.types, strict=False) if name
    }
    try:
        if function.language == "sql":
            source = function.source
            return Body([source[part] for part in split(source)], parameters)
        if function.language == "plpgsql":
            return read(function.source, parameters, column_type)
    except SyntaxProblem:
        return None
    return None


def _setting(text: str) -> str:
    name, _, value = text.partition("=")
    return f"select pg_catalog.set_config({_literal(name)}, {_literal(value)}, true)"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f" e'{escaped}'"
