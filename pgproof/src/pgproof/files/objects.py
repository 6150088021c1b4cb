"""Functions, procedures, views and policies: how they are named, and what one may become."""

from dataclasses import dataclass
from enum import StrEnum

from pgproof.files.statement import Statement


class Act(StrEnum):
    """What a statement does to an object. A rename or a new schema takes the name away: DROP."""

    CREATE = "create"
    DROP = "drop"
    ALTER = "alter"
    COMMENT = "comment"


@dataclass(frozen=True)
class Named:
    """An object as a statement names it; what is empty or None was not said.

    `kind` is routine, view or policy; `name` is without the schema `public`. `arguments` are the
    types that identify a routine.
    """

    kind: str
    name: str
    arguments: tuple[str, ...] | None = None

    def __str__(self) -> str:
        """Return the name, with arguments where they are known."""
        return self.name if self.arguments is None else f"{self.name}({', '.join(self.arguments)})"

    def is_same(self, other: "Named") -> bool:
        """Whether both can be one object: what one of them leaves open decides nothing."""
        return (
            self.name == other.name
            and (not self.kind or not other.kind or self.kind == other.kind)
            and (
                self.arguments is None
                or other.arguments is None
                or self.arguments == other.arguments
            )
        )


@dataclass(frozen=True)
class Shape:
    """What CREATE OR REPLACE leaves as it was.

    `statement` is the parser's name of the statement. Of a routine: the names of its parameters and
    whether they have defaults, and what it returns; of a view: its columns.
    """

    statement: str
    is_procedure: bool = False
    parameters: tuple[tuple[str, bool], ...] = ()
    result: tuple[object, ...] = ()
    columns: tuple[object, ...] = ()


@dataclass(frozen=True)
class Change:
    """A statement and the object it changes. `column` is that which a comment is on."""

    act: Act
    object: Named
    statement: Statement
    column: str = ""
    shape: Shape | None = None
    replaces: bool = False
    """Whether it says OR REPLACE, or cannot say it."""

    @property
    def or_replace(self) -> str:
        """A CREATE statement as CREATE OR REPLACE, which for a policy does not exist."""
        sql, word = self.statement.sql, len("create")
        return sql if self.replaces else f"{sql[:word]} or replace{sql[word:]}"


def hindrance(old: Change, new: Change) -> str | None:
    """Return why CREATE OR REPLACE cannot make `new` of `old`, or None if it can."""
    before, after = old.shape, new.shape
    if before is None or after is None:
        return "one of them is not a CREATE statement"
    if (before.statement, before.is_procedure) != (after.statement, after.is_procedure):
        return "it is an object of another kind"
    if before.columns != after.columns:
        return "its columns are other ones"
    if old.object.arguments != new.object.arguments:
        return "its arguments are other ones"
    if before.result != after.result:
        return "its return type is another one"
    pairs = list(zip(before.parameters, after.parameters, strict=True))
    if any(one and one != other for (one, _), (other, _) in pairs):
        return "a parameter has another name"
    if any(has and not has_still for (_, has), (_, has_still) in pairs):
        return "a parameter has no default any more"
    return None
