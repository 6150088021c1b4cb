"""Which functions statements reach: what they call, and what triggers of tables call."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pgproof.ahead.functions import called, walk
from pgproof.sql.parser import Node, SyntaxProblem, tree

WRITES = {"InsertStmt": 4, "UpdateStmt": 16, "DeleteStmt": 8, "MergeStmt": 28}
"""The bits of pg_trigger.tgtype that statements fire."""


@dataclass(frozen=True)
class Uses:
    """The functions that statements call, by schema and name, and the tables that they write."""

    calls: tuple[tuple[str | None, str], ...]
    writes: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, roots: Iterable[Node]) -> "Uses":
        """Read them off trees."""
        calls: dict[tuple[str | None, str], None] = {}
        writes: dict[tuple[str, int], None] = {}
        for root in roots:
            calls |= dict.fromkeys(called(root))
            for one in walk(root):
                events = WRITES.get(one.tag, 0)
                if events and one.relation is not None:
                    clause = one.onConflictClause
                    if clause and clause.action == "ONCONFLICT_UPDATE":
                        events |= WRITES["UpdateStmt"]
                    writes[one.relation.relname, events] = None
        return cls(tuple(calls), tuple(writes))


def reached(
    statements: Mapping[str, Uses], routines: Sequence[Any], uses_of: Callable[[Any], Uses]
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
    for label, uses in statements.items():
        waiting, seen = [uses], set[int]()
        while waiting:
            for one in _next(waiting.pop(), by_name, by_table):
                if one.oid not in seen:
                    seen.add(one.oid)
                    callers.setdefault(one.oid, {})[label] = None
                    waiting.append(uses_of(one))
    return [(known[oid], tuple(labels)) for oid, labels in callers.items()]


def _next(
    uses: Uses, by_name: Mapping[str, list[Any]], by_table: Mapping[str, list[tuple[int, Any]]]
) -> Iterator[Any]:
    for schema, name in uses.calls:
        yield from (one for one in by_name.get(name, ()) if schema in (None, one.schema))
    for table, events in uses.writes:
        yield from (one for kind, one in by_table.get(table, ()) if kind & events)


def trees(texts: Iterable[str]) -> Iterator[Node]:
    """Yield the tree of each text that can be parsed."""
    for text in texts:
        with suppress(SyntaxProblem):
            yield tree(text)
