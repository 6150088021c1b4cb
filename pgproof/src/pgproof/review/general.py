"""Remarks that are of no file in particular: drift, order, and what was not measured."""

from collections.abc import Iterator

from pgproof.ahead.plan import Plan
from pgproof.drift.drift import drift
from pgproof.errors import PgproofError
from pgproof.order.records import Order
from pgproof.review.judge import listed
from pgproof.review.looked import Database
from pgproof.review.records import Level, Remark
from pgproof.scratch.copies import Prepare
from pgproof.settings import Settings
from pgproof.trace.records import Trace
from pgproof.verify.records import Verification


def of_drift(
    conninfo: str,
    settings: Settings,
    server: str,
    prepare: Prepare,
    found: Database,
    allowed: str,
) -> Iterator[Remark]:
    """Yield what differs from what the migrations made, if any is applied."""
    if not found.is_applied:
        return
    try:
        differing = drift(conninfo, settings, server, prepare).differences
    except PgproofError as error:
        yield Remark("drift", Level.NOTE, f"drift is not known: {error.message}")
        return
    level = Level.NO if allowed == "refused" else Level.CAUTION
    for one in differing:
        what = one.difference
        text = f"{what.kind} {what.name} is {what.state}, compared with what the migrations made"
        yield Remark("drift", level, text)


def of_all(
    planned: Plan, found: Database, traced: Trace | None, verified: Verification | None
) -> Iterator[Remark]:
    """Yield what is not known of what is pending as a whole."""
    for text in planned.unknown:
        yield Remark("not-known", Level.NOTE, text)
    if planned.files and not planned.linted:
        yield Remark("not-linted", Level.NOTE, "squawk is not installed: no findings")
    for name in found.due:
        yield Remark("repeatable", Level.NOTE, f"{name} is run around them, and was not measured")
    if traced and traced.files and traced.files[-1].failure:
        measured = {one.id for one in traced.files}
        left = [one.id for one in planned.files if one.id not in measured]
        if left:
            text = f"{listed(left)} not measured: a file before fails"
            yield Remark("not-reached", Level.NO, text)
    if traced and verified is None:
        yield Remark("not-reached", Level.NOTE, "nothing was verified, since a file fails")
    if verified and verified.left:
        text = f"{listed(verified.left)} not verified: a file before fails"
        yield Remark("not-reached", Level.NO, text)
    for name, why in (verified.unfilled if verified else {}).items():
        yield Remark("not-filled", Level.NOTE, f"no rows could be made for {name}: {why}")


def of_order(order: Order | None) -> Iterator[Remark]:
    """Yield the objects that differ between two orders of merges."""
    if order is None or order.commutes:
        return
    for one in order.clashes:
        between = f": {' and '.join(one.files)}" if one.files else ""
        text = f"{one.kind} {one.name} depends on the order of merges{between}"
        mine = next((file for file in one.files if file in order.ours), None)
        yield Remark("order", Level.NO, text, mine)
