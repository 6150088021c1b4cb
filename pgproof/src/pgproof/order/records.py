"""What was found of the migrations of two branches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pgproof.errors import Exit


@dataclass(frozen=True)
class Failure:
    """A file of the branch that came second could not be run after those of the first."""

    message: str


@dataclass(frozen=True)
class Clash:
    """What the two orders make differently, and the files of both sides that have to do with it.

    `kind` is that of an object of the catalogue, or `rows`, `sequence`, `statement`, `file`,
    `number`. The texts say what it is where this branch's files ran first, and where the others'
    did.
    """

    kind: str
    name: str
    in_order_ours_first: str
    in_order_theirs_first: str
    files: tuple[str, ...] = ()
    ours: str | None = None
    """The last of the files that is of this branch."""
    theirs: str | None = None

    def of(self, ours: Collection[str], theirs: Collection[str]) -> "Clash":
        """Return the clash with the last file of either side, of those that belong to it."""
        mine = [one for one in self.files if one in ours]
        others = [one for one in self.files if one in theirs]
        return replace(self, ours=max(mine, default=None), theirs=max(others, default=None))


@dataclass(frozen=True)
class Order:
    """The migrations of both sides since `merge_base`, and what differs by their order.

    `notes` are differences that are no fault, and what was not compared.
    """

    base: str
    merge_base: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    clashes: tuple[Clash, ...] = ()
    notes: tuple[str, ...] = ()
    compared: bool = False
    """Whether both orders were run."""
    version: str = ""
    not_filled: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def commutes(self) -> bool:
        """Whether either order makes the same database."""
        return not self.clashes

    @property
    def exit_code(self) -> Exit:
        """CLASHING if something differs by the order."""
        return Exit.OK if self.commutes else Exit.CLASHING

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "commutes": self.commutes}


def unique(clashes: Sequence[Clash]) -> tuple[Clash, ...]:
    """Return the clashes, one a kind and name: the first that was found."""
    found: dict[tuple[str, str], Clash] = {}
    for one in clashes:
        found.setdefault((one.kind, one.name), one)
    return tuple(found.values())
