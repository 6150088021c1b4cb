"""The functions that statements call, and the statements in their bodies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pgproof.ahead.functions import walk
from pgproof.compat.observer import PLANNED, Observer
from pgproof.compat.routines import functions
from pgproof.compat.schema import Schema
from pgproof.compat.statements import Statement
from pgproof.compat.uses import WRITES, Uses, reached, trees
from pgproof.compat.variables import Body, read, resolved
from pgproof.sql.parser import Node, SyntaxProblem, split, tree


@dataclass
class Bodies:
    """The statements of the functions that an application's statements reach, state by state."""

    observer: Observer
    callers: dict[Statement, tuple[str, ...]] = field(default_factory=dict)
    """Each statement of a body that could be prepared once, and who calls its function."""
    _resolved: dict[tuple[str, str], Statement | None] = field(default_factory=dict)
    _used: dict[str, Uses] = field(default_factory=dict)
    _parsed: dict[tuple[Any, ...], Body | None] = field(default_factory=dict)

    def read(self, statements: Sequence[Statement], schema: Schema) -> list[Statement]:
        """Return the statements of all bodies that those statements reach now."""
        asked = {one.label: self._uses(one.sql, [one.sql]) for one in statements}
        known = functions(self.observer.connection)
        found = reached(asked, known, lambda one: self._uses(one.source, self._texts(one, schema)))
        current = []
        for function, callers in found:
            for one in self._of(function, schema):
                self.callers[one] = callers
                current.append(one)
        return current

    def every(self, schema: Schema) -> Iterator[Statement]:
        """Yield the statements of the bodies of all functions."""
        for function in functions(self.observer.connection):
            yield from self._of(function, schema)

    def _uses(self, source: str, texts: Sequence[str]) -> Uses:
        """Return what a text uses; it is parsed once."""
        if source not in self._used:
            self._used[source] = Uses.of(trees(texts))
        return self._used[source]

    def _texts(self, function: Any, schema: Schema) -> Sequence[str]:
        body = self._body(function, schema)
        return body.texts if body else ()

    def _body(self, function: Any, schema: Schema) -> Body | None:
        """Return a function's body, parsed once; None if it is not one of SQL that is text."""
        key = (function.source, tuple(function.names), tuple(function.types))
        if key not in self._parsed:
            self._parsed[key] = _body(function, schema)
        return self._parsed[key]

    def _of(self, function: Any, schema: Schema) -> Iterator[Statement]:
        """Yield the statements of a body; what cannot be prepared at first is left out."""
        body = self._body(function, schema)
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
        one.is_a("RangeVar", "FuncCall", *WRITES) for one in walk(root)
    )


def _body(function: Any, schema: Schema) -> Body | None:
    """Return a function's body, if it is one of SQL that is text; else None."""

    def column_type(name: str) -> str | None:
        table, _, column = name.rpartition(".")
        found = schema.relations.get(table)
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
