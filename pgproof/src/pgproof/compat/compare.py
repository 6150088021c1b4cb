"""What differs between a statement before a migration and after it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from pgproof.compat import records
from pgproof.compat.inserts import Given, changes
from pgproof.compat.plans import Planned, Use
from pgproof.compat.schema import Schema, Type
from pgproof.compat.seen import Seen, TypeKey

LEAST_COST = 100.0
"""What a plan must cost more, beside the factor, to be called slower: as reading 100 pages."""
_HIDES = ("policy", "row security")


@dataclass(frozen=True)
class State:
    """A statement as it was seen, and the database that it was seen in."""

    seen: Seen
    schema: Schema
    given: Sequence[Given] = ()
    """The columns that its INSERTs give."""

    def types(self, keys: Sequence[TypeKey]) -> list[Type]:
        """Return types by their keys."""
        return [self.schema.types[key] for key in keys]


def compare(before: State, after: State, factor: float) -> Iterator[tuple[str, str, str | None]]:
    """Yield kind, message and SQLSTATE of each difference that an application meets.

    Of a statement that was refused before, there are none.
    """
    if before.seen.refusal:
        return
    refused = after.seen.refusal
    if refused:
        yield records.FAILS, refused.message, refused.sqlstate
        return
    if after.seen.run and not before.seen.run:
        message = f"it fails when it is run: {after.seen.run.message}"
        yield records.FAILS, message, after.seen.run.sqlstate
    for kind, message in _quiet(before, after, factor):
        yield kind, message, after.seen.typed.sqlstate if after.seen.typed else None


def _quiet(before: State, after: State, factor: float) -> Iterator[tuple[str, str]]:
    """Yield what the server refuses nothing for."""
    yield from ((records.COLUMNS, one) for one in _columns(before, after))
    yield from _parameters(before, after)
    yield from changes(before.given, before.seen, before.schema, after.seen, after.schema)
    yield from _plans(before, after, factor)
    if before.seen.rows and after.seen.rows == 0:
        yield records.ROWS, f"it returns no row, and returned {before.seen.rows:,}"
    yield from ((records.GUARD, one) for one in _guards(before, after))


def _columns(before: State, after: State) -> Iterator[str]:
    old, new = ([name for name, _ in one.seen.columns] for one in (before, after))
    if old != new:
        gone = [one for one in old if one not in new]
        added = [one for one in new if one not in old]
        words = [f"without {', '.join(gone)}"] * bool(gone)
        words += [f"with {', '.join(added)}"] * bool(added)
        yield f"its result is {' and '.join(words) or 'in another order'}"
    was, now = (one.types([key for _, key in one.seen.columns]) for one in (before, after))
    if old == new:
        pairs = list(zip(old, was, now, strict=True))
    else:
        places = {name: place for place, name in enumerate(new) if new.count(name) == 1}
        pairs = [
            (name, type_, now[places[name]])
            for name, type_ in zip(old, was, strict=True)
            if name in places
        ]
    for name, first_type, second_type in pairs:
        if first_type != second_type:
            yield from _retyped(f"column {name}", first_type, second_type)


def _parameters(before: State, after: State) -> Iterator[tuple[str, str]]:
    pairs = zip_longest(before.types(before.seen.parameters), after.types(after.seen.parameters))
    for number, (was, now) in enumerate(pairs, start=1):
        if was is None or now is None:
            yield records.PARAMETERS, f"parameter ${number} is {'new' if was is None else 'gone'}"
        elif was != now:
            for one in _retyped(f"parameter ${number}", was, now, takes=True):
                yield records.PARAMETERS, one
    if after.seen.typed:
        message = f"refused with its parameters' types of before: {after.seen.typed.message}"
        yield records.PARAMETERS, message


def _retyped(what: str, was: Type, now: Type, *, takes: bool = False) -> Iterator[str]:
    """Yield how a type differs. A parameter (`takes`) may take more labels than before."""
    if was.name != now.name:
        yield f"{what} is {now.name}, and was {was.name}"
    elif was.kind == "e":
        gone = [one for one in was.parts if one not in now.parts]
        more = [one for one in now.parts if one not in was.parts]
        if gone:
            yield f"{what}: {was.name} has no label {', '.join(gone)} any more"
        elif more and not takes:
            return
        elif not more and was.parts != now.parts:
            yield f"{what}: the labels of {was.name} are in another order"
    else:
        words = f"{', '.join(now.parts)}; it was {', '.join(was.parts)}"
        yield f"{what}: {was.name} is {words}"


def _plans(before: State, after: State, factor: float) -> Iterator[tuple[str, str]]:
    first, second = before.seen, after.seen
    if first.reached and second.reached:
        for one in _lost(first.reached, second.reached, before.schema, after.schema):
            yield records.INDEX, one
    if first.plan and second.plan:
        if second.plan.is_empty and not first.plan.is_empty:
            yield records.ROWS, "it returns no row whatever it asks: row security lets none through"
        known = _counted(first.plan, before.schema) and _counted(second.plan, after.schema)
        old, new = first.plan.cost, second.plan.cost
        if known and new > factor * old and new - old > LEAST_COST:
            yield records.SLOWER, f"the planner's cost is {new:,.0f}, and was {old:,.0f}"


def _counted(plan: Planned, schema: Schema) -> bool:
    """Whether the planner knows the sizes of all that a plan reads."""
    found = [schema.relations[one] for one in plan.relations if one in schema.relations]
    return all(one.has_statistics for one in found)


def _lost(first: Planned, second: Planned, before: Schema, after: Schema) -> Iterator[str]:
    """Yield each index that a plan used, is not as it was, and has no other in its place."""
    now = _by_root(second, after)
    read = {after.relations[one].root for one in second.relations if one in after.relations}
    for root, uses in _by_root(first, before).items():
        changed = sorted(
            use.index
            for use in uses
            if after.indexes.get(use.index) != before.indexes.get(use.index)
        )
        if not changed or root not in read:
            continue
        had = max(use.conditions for use in uses)
        has = max((use.conditions for use in now.get(root, ())), default=0)
        names = ", ".join(changed)
        if had and not has:
            yield f"it reads {root} without an index: {names} is not what it was"
        elif second.sorts > first.sorts:
            yield f"it sorts the rows of {root}: {names} is not what it was"


def _by_root(plan: Planned, schema: Schema) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for use in sorted(plan.uses, key=lambda one: one.index):
        relation = schema.relations.get(use.relation)
        found.setdefault(relation.root if relation else use.relation, []).append(use)
    return found


def _guards(before: State, after: State) -> Iterator[str]:
    """Yield what may newly refuse or hide rows of the tables that a statement reads or writes."""
    plan = after.seen.plan
    written = {name for _, name in plan.written} if plan else set()
    roots = {
        after.schema.relations[name].root
        for name in (plan.relations | written if plan else ())
        if name in after.schema.relations
    }
    for name in sorted(roots):
        old, new = before.schema.relations.get(name), after.schema.relations.get(name)
        if old is None or new is None:
            continue
        known = {_rule(label, text) for label, text in old.guards.items()}
        added = [
            label
            for label, text in sorted(new.guards.items())
            if _rule(label, text) not in known and (name in written or label.startswith(_HIDES))
        ]
        if added:
            yield f"{name} may refuse or hide rows by {', '.join(added)}"


def _rule(label: str, text: str) -> tuple[str, str]:
    """Return what a guard is, whatever it is called, and whether or not it is validated."""
    return (
        label if label.startswith("trigger") else label.split()[0],
        text.removesuffix(" NOT VALID"),
    )
