"""What a database holds, as a plan needs it: relations, their constraints, who depends on whom."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pgproof.ahead.facts import Constraint, EventTrigger, Relation, Trigger, Type, View

if TYPE_CHECKING:
    from pgproof.ahead.locks import Effect
    from pgproof.ahead.planner import Planner
    from pgproof.sql.parser import Node


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
    bodies: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Language and source of the functions that have a name alone, and are not in pg_catalog."""
    triggers: tuple[Trigger, ...] = ()
    rules: frozenset[tuple[int, str]] = frozenset()
    views: tuple[View, ...] = ()
    statistics: dict[tuple[str, str], int] = field(default_factory=dict)
    event_triggers: tuple[EventTrigger, ...] = ()

    predict: "Callable[[Node, Catalogue], Iterable[Effect]] | None" = None
    """What a statement does; for the statements inside of functions."""
    inside: list[str] = field(default_factory=list)
    """The functions whose statements are looked at just now."""
    planner: "Planner | None" = None
    """Asks the server which tables a query reads whole."""
    text: str = ""
    """The statement that is looked at just now."""
    unfilled: set[tuple[int, str]] = field(default_factory=set)
    """Columns, by table, that are null in every row: added, and nothing was written since."""
    zone: str = "UTC"
    checks_known: bool = True
    home: tuple[str, ...] = field(init=False)
    """The search path that names are written for; a migration may set another for itself."""
    complete: bool = field(init=False)
    """Whether what is not here does not exist: not so after a statement that is not predicted."""

    def __post_init__(self) -> None:
        """Index what is asked for again and again."""
        self.complete = self.known
        self.home = self.search_path
        self._by_name: dict[tuple[str, str], Relation] = {}
        self._types = {(one.schema, one.name): one for one in self.types.values()}
        self._children: dict[int, dict[int, None]] = {}
        self._owned: dict[int, dict[int, None]] = {}
        self._own: dict[int, dict[int, None]] = {}
        self._referring: dict[int, dict[int, None]] = {}
        self._newest = 0
        self._asked: tuple[str, frozenset[tuple[str, str]] | None] = ("", None)
        for relation in list(self.relations.values()):
            self.put(relation)
        for constraint in list(self.constraints.values()):
            self.put_constraint(constraint)

    def new(self) -> int:
        """Return an OID for what a statement makes: less than zero."""
        self._newest -= 1
        return self._newest

    def put(self, one: Relation) -> None:
        """Add a relation, or replace it."""
        self.forget(one.oid)
        self.relations[one.oid] = one
        self._by_name[one.schema, one.name] = one
        for parent in one.parents:
            self._children.setdefault(parent, {})[one.oid] = None
        if one.owner:
            self._owned.setdefault(one.owner, {})[one.oid] = None

    def forget(self, oid: int) -> None:
        """Remove a relation, but not what hangs on it."""
        one = self.relations.pop(oid, None)
        if one is not None:
            self._by_name.pop((one.schema, one.name), None)
            for parent in one.parents:
                self._children.get(parent, {}).pop(oid, None)
            self._owned.get(one.owner, {}).pop(oid, None)

    def put_constraint(self, one: Constraint) -> None:
        """Add a constraint, or replace it."""
        self.forget_constraint(one.oid)
        self.constraints[one.oid] = one
        self._own.setdefault(one.table, {})[one.oid] = None
        if one.refers:
            self._referring.setdefault(one.target, {})[one.oid] = None

    def forget_constraint(self, oid: int) -> None:
        """Remove a constraint."""
        one = self.constraints.pop(oid, None)
        if one is not None:
            self._own.get(one.table, {}).pop(oid, None)
            self._referring.get(one.target, {}).pop(oid, None)

    def put_type(self, one: Type) -> None:
        """Add a type."""
        self.types[one.oid] = one
        self._types[one.schema, one.name] = one

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

    def body(self, name: str, schema: str | None = None) -> tuple[str, str] | None:
        """Return language and source of the function of a name; None where it is not known."""
        found = (self.bodies.get((one, name)) for one in self._schemas(schema))
        return next((one for one in found if one), None)

    def planned(self) -> frozenset[tuple[str, str]] | None:
        """Return the tables that the statement reads whole, if the server has a plan of it."""
        if self.planner is None or not self.text:
            return None
        if self._asked[0] != self.text:
            self._asked = self.text, self.planner.reads(self.text, self.search_path)
        return self._asked[1]

    def label(self, relation: Relation) -> str:
        """Return the name of a relation as a statement would write it."""
        places = ((one, relation.name) for one in (*self.home, "pg_catalog"))
        first = next((self._by_name[place] for place in places if place in self._by_name), None)
        if first is relation:
            return relation.name
        return f"{relation.schema}.{relation.name}"

    def labelled(self, label: str) -> Relation | None:
        """Return the relation that `label` calls so."""
        places = [(one, label) for one in (*self.home, "pg_catalog")]
        dots = [place for place, one in enumerate(label) if one == "."]
        places += [(label[:dot], label[dot + 1 :]) for dot in dots]
        return next((self._by_name[place] for place in places if place in self._by_name), None)

    def may_be(self, effect: "Effect") -> bool:
        """Whether what an effect is on may be there, as far as is known."""
        return not self.known or not effect.relation or self.labelled(effect.relation) is not None

    def of(self, relation: Relation) -> list[Constraint]:
        """Return the constraints of a table."""
        return [self.constraints[oid] for oid in self._own.get(relation.oid, ())]

    def constraint(self, relation: Relation, name: str) -> Constraint | None:
        """Return a table's constraint of a name."""
        return next((one for one in self.of(relation) if one.name == name), None)

    def referring(self, relation: Relation) -> list[Constraint]:
        """Return the foreign keys that refer to a table."""
        return [self.constraints[oid] for oid in self._referring.get(relation.oid, ())]

    def owned(self, relation: Relation, *kinds: str) -> list[Relation]:
        """Return the indexes (i, I) or sequences (S) of a table."""
        found = (self.relations[oid] for oid in self._owned.get(relation.oid, ()))
        return [one for one in found if one.kind in kinds]

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
