"""Objects of a database, as far as a plan looks at them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pgproof.sql.parser import Node

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

    `expression` is that of a check; `condition` stands in for it where a migration makes it.
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
    condition: "Node | None" = None

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
    enabled: bool = True


class EventTrigger(NamedTuple):
    """An event trigger that is enabled. `function` is its schema and name; no `tags` are all."""

    name: str
    event: str
    tags: tuple[str, ...]
    function: tuple[str, str]


class View(NamedTuple):
    """A view, and a column (empty: the whole) of a relation that it reads."""

    view: int
    relation: int
    column: str
