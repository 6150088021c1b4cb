"""From what was predicted, measured and proved to remarks on the lines of files. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pgproof.ahead.locks import ACCESS_EXCLUSIVE, SHARE, strength
from pgproof.ahead.page import human
from pgproof.ahead.plan import PlannedFile
from pgproof.ahead.sizes import Size
from pgproof.review.budgets import Budgets
from pgproof.review.records import Level, Remark
from pgproof.trace.claims import CONFIRMED, NOT_REPRODUCED, UNPREDICTED
from pgproof.trace.records import Claim, TracedFile, TracedStatement
from pgproof.verify.records import Verified

_SHOWN = 6
_COPY = re.compile(r"\S*/pgproof-\w+/one/")
"""The folder of the copies that files are verified in."""


def amount(size: Size) -> str:
    """Say how large a relation is; without rows where nobody has counted them."""
    said = human(size)
    return said if size.rows else said.partition(",")[0]


@dataclass(frozen=True)
class Judge:
    """Makes the remarks of one file. `others` are the ids of all that is pending."""

    budgets: Budgets
    sizes: Mapping[str, Size]
    planned: PlannedFile
    traced: TracedFile | None
    verified: Verified | None
    rollback: str | None
    others: frozenset[str]

    def remarks(self) -> tuple[Remark, ...]:
        """Return them in the order of their lines, those that decide before the others."""
        found = [*self._of_findings(), *self._of_rollback()]
        if self.traced is not None:
            found += [
                *self._of_failure(self.traced),
                *self._of_locks(self.traced),
                *self._of_work(self.traced),
                *self._of_deadlocks(self.traced),
                *self._of_statements(self.traced),
            ]
        order = list(Level)
        return tuple(
            sorted(dict.fromkeys(found), key=lambda one: (order.index(one.level), one.line))
        )

    def _remark(self, rule: str, level: Level, message: str, line: int = 0, **more: str) -> Remark:
        path = more.get("path") or self.planned.path
        source = more.get("source", "pgproof")
        return Remark(rule, level, message, self.planned.id, path, line, source)

    def _line(self, number: int) -> int:
        one = next((one for one in self.planned.statements if one.number == number), None)
        return one.line if one else 0

    def _of_failure(self, traced: TracedFile) -> Iterator[Remark]:
        if traced.failure:
            number = next((one.number for one in traced.statements if one.failure), 0)
            words = traced.failure
            path = f"{self.planned.path}:"
            if words.startswith(path):
                place, _, words = words.removeprefix(path).partition(": ")
                line = int(place) if place.isdecimal() else self._line(number)
            else:
                line = self._line(number)
            yield self._remark("statement-fails", Level.NO, f"it fails: {words}", line)

    def _of_locks(self, traced: TracedFile) -> Iterator[Remark]:
        for held in traced.held:
            if held.mode == ACCESS_EXCLUSIVE and held.seconds > self.budgets.longest_lock:
                yield self._remark(
                    "lock-held",
                    Level.NO,
                    f"{held.mode} on {held.relation} is held for {held.seconds:.2f} s, measured;"
                    f" the budget is {self.budgets.given['longest_lock']}",
                    self._line(held.statement),
                )

    def _of_work(self, traced: TracedFile) -> Iterator[Remark]:
        """Yield what is rewritten and read whole: what was seen and what was predicted."""
        measured = {one.number: one.measured for one in traced.statements}
        locked: dict[str, str] = {}
        for one in self.planned.statements:
            seen = measured.get(one.number)
            locks = [(lock.relation, lock.mode) for lock in one.locks]
            locks += [(lock.relation, lock.mode) for lock in (seen.locks if seen else ())]
            for relation, mode in locks:
                locked[relation] = max(locked.get(relation, ""), mode, key=strength)
            rewrites = {*one.rewrites, *(seen.rewrites if seen else ())}
            scans = {*one.scans, *(scan.relation for scan in (seen.scans if seen else ()))}
            indexes = {
                lock.relation for lock in (seen.locks if seen else ()) if lock.kind == "index"
            }
            for name in sorted(rewrites - indexes or rewrites):
                yield from self._of_rewrite(
                    name, one.line, seen is not None and name in seen.rewrites
                )
            for name in sorted(scans - rewrites):
                if strength(locked.get(name, "")) >= strength(SHARE):
                    yield from self._of_read(name, locked[name], one.line)

    def _of_rewrite(self, name: str, line: int, is_seen: bool) -> Iterator[Remark]:
        size = self.sizes.get(name)
        if size is None:
            return
        how = "measured" if is_seen else "predicted"
        words = f"{name} ({amount(size)}) is rewritten, {how}"
        if size.bytes > self.budgets.largest_rewrite:
            budget = self.budgets.given["largest_rewrite"]
            yield self._remark("rewrite", Level.NO, f"{words}; the budget is {budget}", line)
        else:
            yield self._remark("rewrite", Level.CAUTION, words, line)

    def _of_read(self, name: str, mode: str, line: int) -> Iterator[Remark]:
        size = self.sizes.get(name)
        if size is None:
            return
        words = (
            f"{name} ({amount(size)}) is read whole under {mode}: nobody can write to it meanwhile"
        )
        if size.bytes > self.budgets.largest_read:
            budget = self.budgets.given["largest_read"]
            yield self._remark("full-read", Level.NO, f"{words}; the budget is {budget}", line)
        else:
            yield self._remark("full-read", Level.NOTE, words, line)

    def _of_deadlocks(self, traced: TracedFile) -> Iterator[Remark]:
        for one in traced.deadlocks:
            level = Level.NO if self.budgets.deadlocks == "refused" else Level.CAUTION
            # Pending files run one after the other, in one session.
            level = Level.NOTE if one.other in self.others else level
            yield self._remark(
                "deadlock",
                level,
                f"it can deadlock with {one.other}: it locks {one.first}, then {one.second}",
                self._line(one.statements[0]),
            )

    def _of_statements(self, traced: TracedFile) -> Iterator[Remark]:
        for one in traced.statements:
            for name in one.measured.empty:
                size = self.sizes.get(name)
                if size is not None and size.rows:
                    words = f"{name} has no rows in the copy, and {amount(size)} in the database"
                    text = f"{words}: what a rewrite or a read of it costs is not measured"
                    yield self._remark("not-measured", Level.CAUTION, text, one.line)
            yield from self._of_claims(one)

    def _of_claims(self, one: TracedStatement) -> Iterator[Remark]:
        for claim in one.claims:
            if claim.source != "plan":
                continue
            what = f"{claim.claim} on {claim.relation}" if claim.relation else claim.claim
            if claim.outcome == UNPREDICTED:
                yield self._remark("not-predicted", Level.NOTE, f"measured only: {what}", one.line)
            elif claim.outcome == NOT_REPRODUCED:
                text = f"predicted, and not reproduced: {what}"
                yield self._remark("not-reproduced", Level.NOTE, text, one.line)

    def _of_findings(self) -> Iterator[Remark]:
        statements = self.traced.statements if self.traced else ()
        for finding in self.planned.findings:
            found = _claim_of(statements, finding.line, finding.rule)
            outcome = found.outcome if found else "not measurable"
            refused = self.budgets.findings == "refused" or (
                self.budgets.findings == "unconfirmed" and outcome == CONFIRMED
            )
            level = Level.CAUTION if outcome == CONFIRMED else Level.NOTE
            level = Level.NO if refused else level
            words = f"{finding.message} ({outcome})"
            yield self._remark(finding.rule, level, words, finding.line, source="squawk")
        for one in self.planned.ignored:
            refused = self.budgets.findings == "refused" and not one.reason
            level = Level.NO if refused else Level.NOTE
            yield self._remark("ignored", level, str(one), one.line, source="squawk")

    def _of_rollback(self) -> Iterator[Remark]:
        reason = self.planned.irreversible
        if reason is not None:
            refused = self.budgets.irreversible == "refused"
            level = Level.NO if refused else Level.CAUTION
            yield self._remark("irreversible", level, f"it cannot be rolled back: {reason}")
        if self.verified is None:
            return
        for problem in self.verified.problems:
            details = f": {listed(problem.details)}" if problem.details else ""
            text = _COPY.sub("", f"{problem.message}{details}")
            yield self._remark("unproven", Level.NO, text)
        for note in self.verified.notes:
            yield self._remark("rollback-note", Level.NOTE, note)
        allowed = self.budgets.rollback_loses
        if self.verified.not_restored:
            level = Level.CAUTION if allowed == "any" else Level.NO
            words = f"its rollback does not restore {listed(self.verified.not_restored)}"
            yield self._remark("data-lost", level, words, path=self.rollback or "")
        if self.verified.loses:
            level = Level.NO if allowed == "none" else Level.NOTE
            words = f"its rollback deletes {listed(self.verified.loses)}"
            yield self._remark("rollback-deletes", level, words, path=self.rollback or "")


def _claim_of(statements: Iterable[TracedStatement], line: int, rule: str) -> Claim | None:
    """Return what was measured of a finding: its statement is the last that begins before it."""
    last = None
    for one in statements:
        if one.line > line and last is not None:
            break
        last = one
    claims = last.claims if last else ()
    return next((one for one in claims if (one.source, one.claim) == ("squawk", rule)), None)


def listed(several: Iterable[object]) -> str:
    """Return the first of them, and how many more there are."""
    words = list(map(str, several))
    more = f" and {len(words) - _SHOWN:,} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more
