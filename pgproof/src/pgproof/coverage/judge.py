"""Which objects the facts of a test file cover: what each kind of object has to have done.

table       a statement reads or writes it
column      a statement reads it
constraint  it refuses a row; a column that is not null refuses a null
index       a plan uses it; a unique one of a table refuses a duplicate
policy      each of its expressions lets a row pass, and keeps one back
grant       a role that has the privilege by it runs a statement that needs it
function    it is called
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from pgproof.coverage.facts import Facts, Fault, Statement
from pgproof.coverage.grants import Grants, Permission
from pgproof.coverage.instrument import Probed
from pgproof.coverage.objects import Catalogue
from pgproof.coverage.records import Object

Key = tuple[Hashable, ...]
_NOT_NULL = "23502"
_DUPLICATE = "23505"


class Judge:
    """Collects, test by test, what is covered."""

    def __init__(self, catalogue: Catalogue, grants: Grants, probed: Probed):
        self._catalogue, self._grants, self._probed = catalogue, grants, probed
        self._tests: dict[Key, set[str]] = defaultdict(set)
        self._definers = {
            name: one.owner
            for one in catalogue.functions.values()
            if one.is_definer
            for name in (f"{one.schema}.{one.bare_name}", one.bare_name)
        }
        self._numbers = {
            (oid, name): number for (oid, number), (name, _) in catalogue.columns.items()
        }
        self._constraints = {
            (one.schema, one.relation, one.name): one.root for one in catalogue.constraints
        }
        self._named: dict[tuple[str, str], set[int]] = defaultdict(set)
        for one in catalogue.constraints:
            self._named[one.schema, one.name].add(one.root)
        self._relations = {(one.schema, one.name): one.oid for one in catalogue.relations.values()}
        self._owners = {
            first + place: oid
            for oid, (first, body) in probed.bodies.items()
            for place in range(len(body.probes))
        }

    def add(self, test: str, facts: Facts) -> None:
        """Add what a test file has used."""
        for key in self._keys(facts):
            self._tests[key].add(test)

    def called(self, functions: Iterable[int]) -> None:
        """Add functions that some test has called."""
        for oid in functions:
            self._tests["function", oid].add("")

    def tests_of(self, probe: int) -> int:
        """Return how many test files have reached a probe."""
        return len(self._tests.get(("probe", probe), ()))

    def objects(self) -> Iterator[Object]:
        """Yield every object, and whether the tests cover it."""
        catalogue = self._catalogue
        tables = catalogue.tables()
        for table in tables:
            name = f"{table.schema}.{table.name}"
            yield self._object("table", name, {("table", table.oid): "never read or written"})
        for table in tables:
            for (oid, number), (column, _) in catalogue.columns.items():
                if oid == table.oid:
                    name = f"{table.schema}.{table.name}.{column}"
                    is_written = ("written", oid, number) in self._tests
                    missing = "written, never read" if is_written else "never read"
                    yield self._object("column", name, {("column", oid, number): missing})
        for one in catalogue.constraints:
            if one.oid == one.root:
                key = {("constraint", one.oid): "never refuses a row"}
                yield self._object("constraint", f"{one.schema}.{one.relation}.{one.name}", key)
        for table in tables:
            for (oid, number), (column, is_alone) in catalogue.columns.items():
                if oid == table.oid and is_alone:
                    name = f"{table.schema}.{table.name}.{column} not null"
                    yield self._object(
                        "constraint", name, {("null", oid, number): "never refuses a null"}
                    )
        for oid, (table_oid, is_unique) in catalogue.indexes.items():
            index = catalogue.relations[oid]
            # What a materialized view holds is written by nobody.
            refuses = is_unique and catalogue.relations[table_oid].kind != "m"
            missing = "never refuses a duplicate" if refuses else "in no plan"
            kind = "duplicate" if refuses else "index"
            name = f"{index.schema}.{index.name}"
            yield self._object("index", name, {(kind, oid): missing})
        for policy in catalogue.policies:
            wanted: dict[Key, str] = {}
            for clause, expression in policy.expressions.items():
                number = self._probed.policies[policy.oid, clause]
                wanted["probe", number] = f"{clause} never lets a row pass"
                if expression != "true":
                    wanted["probe", number + 1] = f"{clause} never keeps a row back"
            yield self._object("policy", policy.name, wanted)
        for grant in self._grants.all:
            name = self._grants.name(grant)
            yield self._object("grant", name, {("grant", grant): "never used"})
        for function in catalogue.functions.values():
            yield self._object(
                "function", function.name, {("function", function.oid): "never called"}
            )

    def _object(self, kind: str, name: str, wanted: Mapping[Any, str]) -> Object:
        missing = [what for key, what in wanted.items() if key not in self._tests]
        tests = set().union(*(self._tests.get(key, set()) for key in wanted)) - {""}
        return Object(kind, name, "; ".join(missing) or None, tuple(sorted(tests)))

    def _keys(self, facts: Facts) -> Iterator[Key]:
        written: set[int] = set()
        for statement in facts.statements:
            for one in statement.permissions:
                yield from self._of_relation(one)
                if one.written:
                    written.add(self._catalogue.root(one.relation))
            for oid in statement.functions:
                if oid not in self._probed.bodies:  # Its own probes say whether it ran.
                    yield "function", oid
            yield from self._of_grants(statement)
        for table, function in self._catalogue.uses:
            if table in written:
                yield "function", function
        yield from (("index", self._catalogue.root(oid)) for oid in facts.indexes)
        for number in facts.probes:
            yield "probe", number
            if number in self._owners:
                yield "function", self._owners[number]
        for fault in facts.faults:
            yield from self._of_fault(fault)

    def _of_relation(self, one: Permission) -> Iterator[Key]:
        catalogue = self._catalogue
        relation = catalogue.relations.get(one.relation)
        if relation is None:
            return
        yield "table", relation.root
        for kind, numbers in (("column", one.read), ("written", one.inserted | one.updated)):
            every = 0 in numbers
            for (oid, number), (name, _) in catalogue.columns.items():
                if oid == one.relation and (every or number in numbers):
                    yield kind, relation.root, self._numbers.get((relation.root, name), number)

    def _of_grants(self, statement: Statement) -> Iterator[Key]:
        owner = next((self._definers[c] for c in statement.callers if c in self._definers), None)
        role = self._grants.oids.get(statement.role, -1) if owner is None else owner
        used = self._grants.used(
            role, statement.permissions, statement.functions, statement.sequences
        )
        yield from (("grant", one) for one in used or ())

    def _of_fault(self, fault: Fault) -> Iterator[Key]:
        relation = self._relations.get((fault.schema, fault.relation))
        if fault.state == _NOT_NULL and relation is not None:
            root = self._catalogue.root(relation)
            yield "null", root, self._numbers.get((root, fault.column), 0)
        known = self._constraints.get(
            (fault.schema, fault.relation or fault.type, fault.constraint)
        )
        by_name = self._named.get((fault.schema, fault.constraint), set())
        if known is not None:
            yield "constraint", known
        elif len(by_name) == 1:  # Of a partition that a test has made.
            yield "constraint", next(iter(by_name))
        index = self._relations.get((fault.schema, fault.constraint))
        if fault.state == _DUPLICATE and index is not None:
            yield "duplicate", self._catalogue.root(index)
