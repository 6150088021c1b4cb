"""Names of a parse tree to effects on relations of the catalogue."""

from collections.abc import Iterable, Iterator
from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import STORED, Relation
from pgproof.ahead.locks import Effect


def name_of(relation: Any) -> str:
    """Return `schema.name`, or the name alone where no schema is written."""
    return ".".join(part for part in (relation.schemaname, relation.relname) if part)


def dotted(parts: Any) -> str:
    """Return a name of which the tree holds the parts."""
    return ".".join(part.sval for part in parts)


def at(catalogue: Catalogue, parts: Any) -> Relation | None:
    """Return the relation of a name of which the tree holds the parts."""
    *schema, name = [part.sval for part in parts]
    return catalogue.find(name, schema[-1] if schema else None)


def label(catalogue: Catalogue, relation: Any) -> str:
    """Return what a RangeVar is called: by the catalogue, else as it is written."""
    found = catalogue.named(relation)
    return catalogue.label(found) if found else name_of(relation)


def on(
    catalogue: Catalogue,
    relations: Iterable[Relation],
    lock: str,
    note: str = "",
    *,
    scans: bool = False,
    rewrites: bool = False,
) -> Iterator[Effect]:
    """Yield an effect on each relation; one without rows of its own is not read or rewritten."""
    for one in relations:
        stored = one.kind in STORED
        yield Effect(catalogue.label(one), lock, rewrites and stored, scans and stored, note)


def named(
    catalogue: Catalogue, relation: Any, lock: str, note: str = "", *, scans: bool = False
) -> Iterator[Effect]:
    """Yield an effect on a RangeVar and, without ONLY, on its partitions and heirs."""
    found = catalogue.named(relation)
    if found is None:
        yield Effect(name_of(relation), lock, scans=scans, note=note)
        return
    whole = catalogue.tree(found) if relation.inh else (found,)
    yield from on(catalogue, whole, lock, note, scans=scans)
