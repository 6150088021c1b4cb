"""What `plan` and squawk say of a statement, held against what was measured."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pgproof.ahead.locks import ACCESS_EXCLUSIVE, ROW_EXCLUSIVE, SHARE, strength
from pgproof.ahead.plan import PlannedFile, PlannedStatement
from pgproof.trace.records import Claim, Measured, TracedStatement

CONFIRMED = "confirmed"
NOT_REPRODUCED = "not reproduced"
UNPREDICTED = "seen but not predicted"
NOT_MEASURABLE = "not measurable"
_REWRITE, _READ = "rewrite", "full read"


def _locks(mode: str) -> Callable[[Measured], bool]:
    return lambda found: any(strength(one.mode) >= strength(mode) for one in found.locks)


def _rewrites(found: Measured) -> bool:
    return bool(found.rewrites)


def _reads(found: Measured) -> bool:
    return bool(found.scans)


def _validates(found: Measured) -> bool:
    return _reads(found) and _locks(SHARE)(found)


_RULES: dict[str, Callable[[Measured], bool]] = {
    "adding-field-with-default": _rewrites,
    "adding-foreign-key-constraint": _validates,
    "adding-not-nullable-field": _validates,
    "adding-serial-primary-key-field": _rewrites,
    "ban-alter-domain-with-add-constraint": _validates,
    "changing-column-type": _rewrites,
    "constraint-missing-not-valid": _validates,
    "disallowed-unique-constraint": _validates,
    "require-concurrent-index-creation": _locks(SHARE),
    "require-concurrent-index-deletion": _locks(ACCESS_EXCLUSIVE),
    "require-concurrent-partition-attach": _locks(ACCESS_EXCLUSIVE),
    "require-concurrent-partition-detach": _locks(ACCESS_EXCLUSIVE),
}
"""The rules of squawk that say what a statement does to a table that is there.

The others are about names, types and an application that runs meanwhile.
"""


def with_claims(
    statements: Sequence[TracedStatement], planned: PlannedFile
) -> tuple[TracedStatement, ...]:
    """Return the statements, each with the claims that were made about it."""
    predicted = {one.number: one for one in planned.statements}
    lines = [one.line for one in statements]
    rules: dict[int, list[str]] = {}
    for finding in planned.findings:
        rules.setdefault(bisect_right(lines, finding.line) - 1, []).append(finding.rule)
    found = []
    for place, one in enumerate(statements):
        claims: list[Claim] = []
        if one.number in predicted:
            claims += _of_plan(predicted[one.number], one)
        claims += (_of_squawk(rule, one) for rule in dict.fromkeys(rules.get(place, ())))
        found.append(replace(one, claims=tuple(claims)))
    return tuple(found)


def _of_plan(planned: PlannedStatement, one: TracedStatement) -> Iterator[Claim]:
    for effect in planned.effects:
        if not effect.relation:
            yield Claim("plan", effect.note, "", NOT_MEASURABLE)
    measured = {lock.relation: lock.mode for lock in one.measured.locks}
    tables = {lock.relation: lock for lock in one.measured.locks if lock.kind != "index"}
    for lock in planned.locks:
        yield _claim(one, lock.mode, lock.relation, measured.get(lock.relation) == lock.mode)
    expected = {lock.relation: lock.mode for lock in planned.locks}
    for name, held in tables.items():
        if expected.get(name) != held.mode and strength(held.mode) >= strength(ROW_EXCLUSIVE):
            yield Claim("plan", held.mode, name, UNPREDICTED)
    reads = tuple(scan.relation for scan in one.measured.scans)
    for what, said, seen in (
        (_REWRITE, planned.rewrites, one.measured.rewrites),
        (_READ, planned.scans, reads),
    ):
        for name in said:
            yield _claim(one, what, name, name in seen, costs=True)
        for name in seen:
            # An index is built anew with its table.
            if name not in said and (name in tables or not said):
                yield Claim("plan", what, name, UNPREDICTED)


def _claim(
    one: TracedStatement, claim: str, relation: str, is_so: bool, *, costs: bool = False
) -> Claim:
    outcome = CONFIRMED if is_so else NOT_REPRODUCED
    if one.failure is not None or (costs and not is_so and relation in one.measured.empty):
        outcome = NOT_MEASURABLE
    return Claim("plan", claim, relation, outcome)


def _of_squawk(rule: str, one: TracedStatement) -> Claim:
    is_so = _RULES.get(rule)
    if is_so is None or one.failure is not None:
        return Claim("squawk", rule, "", NOT_MEASURABLE)
    if is_so(one.measured):
        return Claim("squawk", rule, "", CONFIRMED)
    return Claim("squawk", rule, "", NOT_MEASURABLE if one.measured.empty else NOT_REPRODUCED)
