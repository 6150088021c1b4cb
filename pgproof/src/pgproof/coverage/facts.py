"""What the server said while a test file ran: which objects its statements used, and how."""

import json
import re
from dataclasses import dataclass, field

from pgproof.coverage.grants import Permission
from pgproof.coverage.relay import MARK, Said

_FIRST = 16384
"""The lowest oid of an object that is not PostgreSQL's own."""
_SET = r"\(b([^)]*)\)"
_PERMISSION = re.compile(
    r":relid\s(\d+)\s:inh\s\w+\s:requiredPerms\s(\d+)\s:checkAsUser\s(\d+)"
    rf"\s:selectedCols\s{_SET}\s:insertedCols\s{_SET}\s:updatedCols\s{_SET}"
)
_FUNCTION = re.compile(r":(?:funcid|opfuncid|aggfnoid|winfnoid)\s(\d+)")
_INDEX = re.compile(r":indexid\s(\d+)")
_ARBITERS = re.compile(r":arbiterIndexes\s\(o([^)]*)\)")
_SEQUENCE = re.compile(
    r":funcid\s157[46]\s(?:(?!FUNCEXPR).)*?:consttype\s2205\s(?:(?!FUNCEXPR).)*?"
    r":constvalue\s4\s\[\s([-\d\s]+?)\s\]",
    re.DOTALL,
)
_CALLER = re.compile(r'^PL/pgSQL function (.+?)\(|^SQL function "([^"]+)"', re.MULTILINE)
_COLUMNS_FROM = 7
"""What is added to the number of a column in a set, so that system columns have one."""


@dataclass(frozen=True)
class Fault:
    """A row that was refused, as the error names what refused it."""

    state: str
    schema: str
    relation: str
    type: str
    column: str
    constraint: str


@dataclass(frozen=True)
class Statement:
    """A statement as it was planned: who ran it, inside of which functions, and what it needs."""

    role: str
    callers: tuple[str, ...]
    permissions: frozenset[Permission]
    functions: frozenset[int]
    sequences: frozenset[int]


@dataclass
class Facts:
    """What one test file has used."""

    statements: set[Statement] = field(default_factory=set)
    indexes: set[int] = field(default_factory=set)
    probes: set[int] = field(default_factory=set)
    faults: set[Fault] = field(default_factory=set)

    def hear(self, said: Said) -> None:
        """Note what the server said."""
        fields = said.fields
        message = fields["M"]
        if message.startswith(f"{MARK}hit "):
            self.probes.add(int(message.rpartition(" ")[2]))
        elif message.startswith(f"{MARK}caught "):
            words = json.loads(message.partition(" ")[2])
            self.faults.add(Fault(*(word or "" for word in words)))
        elif fields.get("C", "").startswith("23"):
            names = (fields.get(letter, "") for letter in "Cstdcn")
            self.faults.add(Fault(*names))
        elif "D" in fields and "tree" in message:
            self._hear_tree(said.role, fields["D"], fields.get("W", ""))
        elif "D" in fields and message == "plan:":
            self._hear_tree(said.role, fields["D"], fields.get("W", ""))
            self.indexes.update(map(int, _INDEX.findall(fields["D"])))
            for several in _ARBITERS.findall(fields["D"]):
                self.indexes.update(map(int, several.split()))

    def _hear_tree(self, role: str, tree: str, where: str) -> None:
        callers = tuple(one or other for one, other in _CALLER.findall(where))
        permissions = frozenset(
            Permission(int(relation), int(needed), int(user), *map(_numbers, columns))
            for relation, needed, user, *columns in _PERMISSION.findall(tree)
            if int(relation) >= _FIRST
        )
        functions = frozenset(oid for oid in map(int, _FUNCTION.findall(tree)) if oid >= _FIRST)
        sequences = frozenset(
            int.from_bytes([int(one) % 256 for one in several.split()[:4]], "little")
            for several in _SEQUENCE.findall(tree)
        )
        if permissions or functions or sequences:
            statement = Statement(role, callers, permissions, functions, sequences)
            self.statements.add(statement)


def _numbers(several: str) -> frozenset[int]:
    return frozenset(int(one) - _COLUMNS_FROM for one in several.split())
