"""What EXPLAIN says of a statement: its cost, its relations, and how it comes to their rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_INDEXED = ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
_SORTED = ("Sort", "Incremental Sort")
_CONDITION = "Index Cond"
_NEVER = "One-Time Filter"


@dataclass(frozen=True)
class Use:
    """An index that a plan reads, and the number of conditions that it is read on."""

    index: str
    relation: str
    conditions: int


@dataclass(frozen=True)
class Planned:
    """How a statement is planned.

    `written` are the relations that it inserts into, updates or deletes from.
    """

    cost: float
    relations: frozenset[str]
    written: frozenset[tuple[str, str]]
    uses: frozenset[Use]
    sorts: int
    is_empty: bool
    """Whether the planner knows that no row can come."""


def of_document(document: list[dict[str, Any]]) -> Planned:
    """Read the JSON of EXPLAIN (verbose, format json), a list for each query of the statement."""
    nodes = [pair for one in document if "Plan" in one for pair in _nodes(one["Plan"], "")]
    tops = [one["Plan"] for one in document if "Plan" in one]
    relations = {_name(node) for node, _ in nodes if "Relation Name" in node}
    written = {
        (node["Operation"], _name(node))
        for node, _ in nodes
        if node["Node Type"] == "ModifyTable" and "Relation Name" in node
    }
    uses = {
        Use(
            _name(node, "Index Name", within),
            _name(node) if "Relation Name" in node else within,
            node.get(_CONDITION, "").count(" AND ") + (_CONDITION in node),
        )
        for node, within in nodes
        if node["Node Type"] in _INDEXED
    }
    return Planned(
        sum(float(top["Total Cost"]) for top in tops),
        frozenset(relations),
        frozenset(written),
        frozenset(uses),
        sum(node["Node Type"] in _SORTED for node, _ in nodes),
        not relations and any(node.get(_NEVER) == "false" for node, _ in nodes),
    )


def _nodes(node: Mapping[str, Any], within: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield each node, and the relation of the node that it is below."""
    yield node, within
    below = _name(node) if "Relation Name" in node else within
    for one in node.get("Plans", ()):
        yield from _nodes(one, below)


def _name(node: Mapping[str, Any], key: str = "Relation Name", like: str = "") -> str:
    """Return the qualified name of what a node names; an index is in the schema of its table."""
    return f"{node.get('Schema', like.partition('.')[0])}.{node[key]}"
