"""What a database holds, as a plan needs it: relations, their constraints, who depends on whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

TABLES = ("r", "p")
STORED = ("r", "m")
"""Kinds of pg_class that have rows of their own."""


class TypeRef(NamedTuple):
    """A type with its modifier (-1: none) and the collation of a column (0: none)."""

    oid: int
    modifier: int = -1
    collation: int = 0


@dataclass(frozen=True)
class Type:
    """A row of pg_type. `constrained` is true of a domain that has a constraint, or whose base has.

    `base` is the type under a domain.
    """

    oid: int
    schema: str
    name: str
    base: TypeRef | None
    constrained: bool


@dataclass(frozen=True)
class Column:
    """A column; `generated` is `s` (stored), `v` (virtual) or empty."""

    type: TypeRef
    not_null: bool = False
    generated: str = ""


@dataclass(frozen=True)
class Constraint:
    """A constraint of a table; `kind` is pg_constraint's. `target` is what a foreign key refers to.

    `follows` is whether a deleted or changed row changes those that refer to it.
    """

    oid: int
    name: str
    kind: str
    columns: tuple[str, ...] = ()
    valid: bool = True
    expression: str = ""
    table: int = 0
    target: int = 0
    target_columns: tuple[str, ...] = ()
    index: int = 0
    parent: int = 0
    on_delete: str = "a"
    on_update: str = "a"

    @property
    def refers(self) -> bool:
        """Whether it is a foreign key."""
        return self.kind == "f"


@dataclass(frozen=True)
class Relation:
    """A row of pg_class and what hangs on it. `owner` is the table of an index or a sequence.

    `key` lists the columns of a partition key, or of an index; an expression among them is empty.
    """

    oid: int
    schema: str
    name: str
    kind: str = "r"
    persistence: str = "p"
    tablespace: str = ""
    method: str = ""
    owner: int = 0
    unique: bool = False
    of_type: int = 0
    strategy: str = ""
    key: tuple[str, ...] = ()
    bound: str = ""
    parents: tuple[int, ...] = ()
    columns: dict[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class Trigger:
    """A trigger that somebody made. `function` is its schema and name.

    `events` is a set of INSERT, DELETE, UPDATE and TRUNCATE.
    """

    name: str
    table: int
    function: tuple[str, str]
    events: frozenset[str]
    for_rows: bool


class View(NamedTuple):
    """A view, and a column (empty: the whole) of a relation that it reads."""

    view: int
    relation: int
    column: str


@dataclass
class Catalogue:
    """A database as it stands, or nothing: `known` tells which.

    Statements that are planned change it, so that the next are planned against what they leave.
    """

    known: bool = False
    version: int = 18
    search_path: tuple[str, ...] = ("public",)
    tablespace: str = "pg_default"
    method: str = "heap"
    relations: dict[int, Relation] = field(default_factory=dict)
    constraints: dict[int, Constraint] = field(default_factory=dict)
    types: dict[int, Type] = field(default_factory=dict)
    casts: frozenset[tuple[int, int]] = frozenset()
    functions: dict[tuple[str, str], str] = field(default_factory=dict)
    triggers: tuple[Trigger, ...] = ()
    rules: frozenset[tuple[int, str]] = frozenset()
    views: tuple[View, ...] = ()
    statistics: dict[tuple[str, str], int] = field(default_factory=dict)
    event_triggers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Index what is asked for again and again."""
        self.index()

    def index(self) -> None:
        """Make the look-ups anew, after a change."""
        self._by_name = {(one.schema, one.name): one for one in self.relations.values()}
        self._types = {(one.schema, one.name): one for one in self.types.values()}
        self._children: dict[int, list[int]] = {}
        self._owned: dict[int, list[Relation]] = {}
        for one in self.relations.values():
            for parent in one.parents:
                self._children.setdefault(parent, []).append(one.oid)
            if one.owner:
                self._owned.setdefault(one.owner, []).append(one)
        self._own: dict[int, list[Constraint]] = {}
        self._referring: dict[int, list[Constraint]] = {}
        for constraint in self.constraints.values():
            self._own.setdefault(constraint.table, []).append(constraint)
            if constraint.refers:
                self._referring.setdefault(constraint.target, []).append(constraint)

    def _schemas(self, schema: str | None) -> Iterable[str]:
        return (schema,) if schema else (*self.search_path, "pg_catalog")

    def find(self, name: str, schema: str | None = None) -> Relation | None:
        """Return the relation that a name means; None for what is not there."""
        places = ((one, name) for one in self._schemas(schema))
        return next((self._by_name[place] for place in places if place in self._by_name), None)

    def named(self, relation: Any) -> Relation | None:
        """Return the relation of a RangeVar of the parse tree."""
        return self.find(relation.relname, relation.schemaname)

    def type_of(self, name: str, schema: str | None = None) -> Type | None:
        """Return the type that a name means; None for what is not there."""
        schemas = ("pg_catalog", *self._schemas(schema)) if not schema else (schema,)
        places = ((one, name) for one in schemas)
        return next((self._types[place] for place in places if place in self._types), None)

    def volatility(self, name: str, schema: str | None = None) -> str | None:
        """Return `v`, `s` or `i`, of the most volatile function of a name; None of none."""
        schemas = ("pg_catalog", *self._schemas(schema)) if not schema else (schema,)
        found = (self.functions.get((one, name)) for one in schemas)
        return next((one for one in found if one), None)

    def label(self, relation: Relation) -> str:
        """Return the name of a relation as a statement would write it."""
        if self.find(relation.name) is relation:
            return relation.name
        return f"{relation.schema}.{relation.name}"

    def of(self, relation: Relation) -> list[Constraint]:
        """Return the constraints of a table."""
        return self._own.get(relation.oid, [])

    def constraint(self, relation: Relation, name: str) -> Constraint | None:
        """Return a table's constraint of a name."""
        return next((one for one in self.of(relation) if one.name == name), None)

    def referring(self, relation: Relation) -> list[Constraint]:
        """Return the foreign keys that refer to a table."""
        return self._referring.get(relation.oid, [])

    def owned(self, relation: Relation, *kinds: str) -> list[Relation]:
        """Return the indexes (i, I) or sequences (S) of a table."""
        return [one for one in self._owned.get(relation.oid, ()) if one.kind in kinds]

    def children(self, relation: Relation) -> list[Relation]:
        """Return partitions, or tables that inherit, one step down."""
        return [self.relations[oid] for oid in self._children.get(relation.oid, ())]

    def descendants(self, relation: Relation) -> list[Relation]:
        """Return partitions, or tables that inherit, all the way down."""
        found: dict[int, Relation] = {}
        waiting = self.children(relation)
        while waiting:
            one = waiting.pop(0)
            if one.oid not in found:
                found[one.oid] = one
                waiting += self.children(one)
        return list(found.values())

    def tree(self, relation: Relation) -> Iterator[Relation]:
        """Yield a table and its descendants."""
        yield relation
        yield from self.descendants(relation)

    def default_partition(self, parent: Relation) -> Relation | None:
        """Return the default partition of a partitioned table."""
        return next((one for one in self.children(parent) if one.bound == "DEFAULT"), None)

    def views_on(self, relation: Relation, column: str | None = None) -> list[Relation]:
        """Return the views that read a relation, or a column of it, and the views on those."""
        found: dict[int, Relation] = {}
        waiting = [(relation.oid, column)]
        while waiting:
            oid, wanted = waiting.pop()
            for one in self.views:
                fits = one.relation == oid and (wanted is None or one.column == wanted)
                if fits and one.view in self.relations and one.view not in found:
                    found[one.view] = self.relations[one.view]
                    waiting.append((one.view, None))
        return list(found.values())

    def read_by(self, view: Relation) -> list[Relation]:
        """Return the relations that a view reads."""
        oids = dict.fromkeys(one.relation for one in self.views if one.view == view.oid)
        return [self.relations[oid] for oid in oids if oid in self.relations]
