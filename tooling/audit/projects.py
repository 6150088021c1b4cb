"""One project: its lines are read, and the end of its chain is compared with what else is known."""

import json
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from typing import Any

from tooling.audit.chain import Chain, moment
from tooling.audit.problem import Problem
from tooling.audit.stream import EVIDENCE, HEAD, LINK, PROJECT, Line, text


def check(account: bytes, project: bytes, lines: Iterator[Line], begun: bytes) -> list[Problem]:
    """Return what is wrong with a project, from the lines that are known of it."""
    chain = Chain(account, project, begun)
    ids = bytes.fromhex((account + project).replace(b"-", b"").decode())
    for line in lines:
        try:
            _read(chain, line, ids)
        except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
            chain.report(f"unreadable: {error}")
    return _ended(chain)


def _read(chain: Chain, line: Line, ids: bytes) -> None:
    kind = line[2]
    if kind == LINK:
        if line[5]:
            chain.event(line, ids)
        else:
            chain.stretch(line)
    elif kind == HEAD:
        chain.head = (int(line[3]), line[4])
    elif kind == PROJECT:
        chain.row = (line[5].decode(), text(line[6]))
    elif kind == EVIDENCE:
        _take(chain, line[5], json.loads(text(line[6]), parse_float=Decimal))
    else:
        payload = line[5].decode()
        chain.payloads[payload] = line[4].decode(), line[7]
        if line[4] != line[6]:
            chain.report(f"payload: {payload} does not hold what its hash says")


def _take(chain: Chain, kind: bytes, content: dict[str, Any]) -> None:
    if kind == b"unlogged":
        chain.unlogged = content
        return
    erased_at = moment(content["erased_at"])
    chain.erased_status = content.get("status")
    chain.erasures.update((int(place), erased_at) for place in content["positions"])


def _ended(chain: Chain) -> list[Problem]:
    """Compare the end with the head, tombstones with the evidence, the log with the tables."""
    _compare_head(chain)
    for place, (erased_at, event) in chain.tombstones.items():
        recorded = chain.erasures.get(place)
        if recorded is None and (place not in chain.named or erased_at > chain.begun):
            chain.report("erased: no recorded erasure names this event", place, event)
        elif recorded not in (None, erased_at):
            chain.report("changed: the time of the erasure", place, event)
    if chain.row is None:
        _compare_absence(chain)
    else:
        _compare_row(chain, *chain.row)
        _compare_payloads(chain)
    return chain.problems


def _compare_head(chain: Chain) -> None:
    if chain.head is None:
        if chain.is_linked:
            chain.report("inserted: the project has no chain", chain.position)
        return
    position, digest = chain.head
    if not chain.is_linked and position:
        chain.report(f"removed: all {position} events", position)
    elif chain.position < position:
        chain.report(f"removed: the last {position - chain.position}", position)
    elif chain.position > position:
        chain.report("inserted: events after the head", position)
    elif chain.is_linked and bytes.fromhex(digest.decode()) != chain.sha256:
        chain.report("changed: the head is not the last event", position)


def _is_known(chain: Chain, what: str, value: object, since: int) -> bool:
    """Tell whether it was so when the evidence began, and no event has said anything since."""
    if since > int(chain.unlogged.get("position", -1)):
        return False
    return bool(chain.unlogged.get(what) == value)


def _compare_absence(chain: Chain) -> None:
    if chain.alive <= chain.deleted and (chain.deleted or chain.is_retired or not chain.head):
        return
    if not _is_known(chain, "gone", True, chain.alive):
        chain.report("project: it is gone, and no event says so")


def _compare_row(chain: Chain, status: str, updated_by: bytes) -> None:
    last = max(chain.created, chain.deleted)
    if chain.deleted > chain.alive or not (chain.created or chain.is_retired):
        if not _is_known(chain, "exists", True, last):
            how = "was deleted" if chain.deleted > chain.alive else "is nothing"
            chain.report(f"project: it is there, and by the log it {how}")
        return
    place, logged = chain.status
    if place in chain.tombstones and logged is None:
        logged = chain.erased_status
    if _is_told(chain, place, logged) and logged != status:
        known = _is_known(chain, "status", status, place)
        if not known:
            chain.report(f"project: its status is {status}, by the log {logged or 'unknown'}")
    place, actor = chain.actor
    if _is_told(chain, place, actor) and actor != updated_by:
        known = _is_known(chain, "updated_by_sha256", sha256(updated_by).hexdigest(), place)
        if not known:
            chain.report("project: updated_by is not who changed it by the log")


def _is_told(chain: Chain, place: int, value: object) -> bool:
    """Tell whether the log should say it: it was neither erased nor retired."""
    return value is not None if place else not chain.is_retired


def _compare_payloads(chain: Chain) -> None:
    unseen = 0
    known = chain.unlogged.get("payloads", {})
    for payload, (digest, created_at) in chain.payloads.items():
        place, logged, saved_at = chain.saved.pop(payload, (0, "", None))
        if saved_at is not None and saved_at != created_at:
            chain.report(f"payload: {payload} was not saved when it says", place)
        if logged == digest or (known.get(payload) == digest and _is_since(chain, place)):
            continue
        if logged:
            chain.report(f"payload: {payload} is not what the log says was saved", place)
        elif not chain.is_retired:
            unseen += 1
            if unseen > chain.saved_unseen:
                chain.report(f"payload: no event says that {payload} was saved")
    for payload, (place, *_) in chain.saved.items():
        if payload not in chain.unlogged.get("missing", ()) or not _is_since(chain, place):
            chain.report(f"payload: {payload} was saved, and is gone", place)


def _is_since(chain: Chain, place: int) -> bool:
    return place <= int(chain.unlogged.get("position", -1))
