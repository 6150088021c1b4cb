"""Whether a change of a column's type rewrites its table (tablecmds.c, pg_cast)."""

from collections.abc import Sequence
from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import TypeRef

_GROWS = frozenset(("varchar", "varbit"))
_TEMPORAL = frozenset(("time", "timetz", "timestamp", "timestamptz"))
_SAME_OPERATORS = (frozenset(("text", "varchar")), frozenset(("inet", "cidr")))
_WITHOUT_OFFSET = ("UTC", "GMT", "ETC/UTC", "ETC/GMT", "ZULU", "UCT", "0", "")
_FINEST = 6
_HEADER = 4
"""What the modifiers of varchar, char and numeric count beside what is written."""


def resolve(catalogue: Catalogue, written: Any) -> TypeRef | None:
    """Return the type that a TypeName of the parse tree means; None where it is not known."""
    *schema, name = [part.sval for part in written.names]
    if written.arrayBounds:
        name = f"_{name}"
    found = catalogue.type_of(name, schema[-1] if schema else None)
    if found is None:
        return None
    if found.base is not None:
        return TypeRef(found.oid)
    numbers = [_integer(one) for one in written.typmods or ()]
    if any(number is None for number in numbers):
        return None
    modifier = _modifier(name.removeprefix("_"), [number or 0 for number in numbers])
    return None if modifier is None else TypeRef(found.oid, modifier)


def rewrites(catalogue: Catalogue, old: TypeRef, new: TypeRef) -> bool:
    """Tell whether rows of the old type are written anew to be of the new one."""
    target = catalogue.types.get(new.oid)
    if target is not None and target.base is not None:
        return old.oid != new.oid and (target.constrained or rewrites(catalogue, old, target.base))
    source = catalogue.types.get(old.oid)
    if source is not None and source.base is not None:
        # The length of a domain is not that of its values, for a cast.
        return rewrites(catalogue, source.base._replace(modifier=-1), new)
    if source is None or target is None:
        return True
    if old.oid == new.oid:
        return old.modifier != new.modifier and not _fits(source.name, old.modifier, new.modifier)
    if {source.name, target.name} == {"timestamp", "timestamptz"}:
        return new.modifier >= 0 or catalogue.zone.upper() not in _WITHOUT_OFFSET
    return (old.oid, new.oid) not in catalogue.casts or new.modifier >= 0


def same_operators(catalogue: Catalogue, old: TypeRef, new: TypeRef) -> bool:
    """Tell whether an index on the old type serves the new one."""
    names = [_base_name(catalogue, one) for one in (old, new)]
    return names[0] == names[1] or any(set(names) <= group for group in _SAME_OPERATORS)


def _base_name(catalogue: Catalogue, reference: TypeRef) -> str:
    found = catalogue.types.get(reference.oid)
    while found is not None and found.base is not None:
        found = catalogue.types.get(found.base.oid)
    return found.name if found else ""


def _integer(constant: Any) -> int | None:
    if constant.is_a("A_Const") and constant.ival is not None:
        return int(constant.ival.ival or 0)
    return None


def _modifier(name: str, numbers: Sequence[int]) -> int | None:
    """Return the modifier as pg_attribute holds it; None of a type that is not known here."""
    if not numbers:
        return -1
    if name in ("varchar", "bpchar"):
        return numbers[0] + _HEADER
    if name in ("bit", "varbit"):
        return numbers[0]
    if name == "numeric":
        scale = numbers[1] if len(numbers) > 1 else 0
        return (numbers[0] << 16 | scale & 0x7FF) + _HEADER
    return min(numbers[0], _FINEST) if name in _TEMPORAL else None


def _fits(name: str, old: int, new: int) -> bool:
    """Tell whether every value under the old modifier is one under the new."""
    if new < 0:
        return True
    if name in _TEMPORAL and new == _FINEST:
        return True
    if old < 0:
        return False
    if name == "numeric":
        old, new = old - _HEADER, new - _HEADER
        return old & 0x7FF == new & 0x7FF and new >> 16 >= old >> 16
    return name in _GROWS | _TEMPORAL and new >= old
