"""The chain of a project: recomputed from its events, and what they say of the project."""

import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from tooling.audit.problem import Problem
from tooling.audit.stream import Line, text

_START = bytes(32)
_NULL = b"\\N"
_ERASED = b"(erased)"
_DELETED = b"user.data_deleted"
_SAVED = b"payload.saved"
_MOVES = {
    b"project.status_changed": "estimating",
    b"project.submitted": "submitted",
    b"project.accepted": "accepted",
    b"project.rejected": "rejected",
}
_CHANGES = {b"project.created", b"project.updated", *_MOVES}
_UNIX, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_UNIX_TO_2000 = 946_684_800_000_000
_length = struct.Struct(">i").pack
_place = struct.Struct(">q").pack


def moment(epoch: str | Decimal) -> bytes:
    """Return seconds since 1970 as the hex digits of timestamptz_send()."""
    return _place(int(Decimal(epoch) * 1_000_000) - _UNIX_TO_2000).hex().encode()


@dataclass
class Chain:
    """What the lines of a project have said so far. `begun` is when the evidence begins, as hex."""

    account: bytes
    project: bytes
    begun: bytes
    problems: list[Problem] = field(default_factory=list)
    head: tuple[int, bytes] | None = None
    row: tuple[str, bytes] | None = None
    position: int = 0
    sha256: bytes = _START
    is_linked: bool = False
    is_retired: bool = False
    erasures: dict[int, bytes] = field(default_factory=dict)
    erased_status: str | None = None
    unlogged: dict[str, Any] = field(default_factory=dict)
    tombstones: dict[int, tuple[bytes, UUID]] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)
    alive: int = 0
    deleted: int = 0
    created: int = 0
    status: tuple[int, str | None] = (0, None)
    actor: tuple[int, bytes | None] = (0, None)
    saved: dict[str, tuple[int, str, bytes | None]] = field(default_factory=dict)
    saved_unseen: int = 0
    payloads: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def report(self, problem: str, place: int | None = None, event: UUID | None = None) -> None:
        """Add a problem."""
        where = UUID(self.account.decode()), UUID(self.project.decode())
        self.problems.append(Problem(*where, place, event, problem))

    def stretch(self, line: Line) -> None:
        """Go on from what is recorded of a stretch that was retired."""
        first, last = int(line[3]), int(line[6])
        self.is_retired = True
        self._follow(first, None)
        if line[8] != b"true":
            self.report("retired: no recorded retirement holds these events", last)
        self.named.update(map(int, line[7].split()))
        self.position, self.sha256 = last, bytes.fromhex(line[4].decode())

    def event(self, line: Line, ids: bytes) -> None:
        """Check an event, and take note of what it says."""
        if b"\\" in line[6] or b"\\" in line[7]:
            line[6], line[7] = text(line[6]), text(line[7])
        _, _, _, position, digest, kind, actor, data, sent, erased_at = line
        key = bytes.fromhex(sent.decode())
        stored = bytes.fromhex(digest.decode()) if digest != _NULL else b""
        place = int(position) if position != _NULL else 0
        is_erased = erased_at != _NULL
        content: bytes = b""
        if not is_erased:
            content = sha256(_length(len(actor)) + actor + data).digest()
        elif data[:19] == b'{"erased_sha256": "' and data[83:] == b'"}':
            content = bytes.fromhex(data[19:83].decode("ascii", "replace"))
        broken = self._follow(place, key)
        computed = sha256(b"".join((self.sha256, ids, _place(place), key, content, kind))).digest()
        if not broken and computed != stored:
            self.report("changed: the hash does not match the event", place, UUID(bytes=key[:16]))
        if is_erased:
            if actor != _ERASED or not content:
                what = "changed: the tombstone holds more than the hash of its event"
                self.report(what, place, UUID(bytes=key[:16]))
            self.tombstones[place] = (erased_at, UUID(bytes=key[:16]))
        elif place in self.erasures:
            self.report("changed: it was erased, and is not", place, UUID(bytes=key[:16]))
        self.position, self.sha256 = place, stored
        self._learn(kind, place, actor, data, is_erased)

    def _follow(self, place: int, key: bytes | None) -> bool:
        """Check that a place is the next one; return whether it is not."""
        self.is_linked = True
        if place == self.position + 1:
            return False
        event = UUID(bytes=key[:16]) if key else None
        if place <= self.position:
            self.report("inserted: the place is taken twice", place, event)
        else:
            self.report(f"removed: {place - self.position - 1} before this one", place, event)
        return True

    def _learn(self, kind: bytes, place: int, actor: bytes, data: bytes, is_erased: bool) -> None:
        if kind in _CHANGES:
            self.alive = place
            self.actor = (place, None if is_erased else actor)
            if kind == b"project.created":
                self.created = place
            if kind in _MOVES or kind == b"project.created":
                status = _MOVES.get(kind)
                if not is_erased:
                    said = _said(data)
                    status = said.get("to") or said.get("status")
                self.status = (place, status)
        elif kind == _SAVED:
            self.alive = place
            if is_erased:
                self.saved_unseen += 1
            else:
                said = _said(data)
                payload, at = str(said.get("payload_id")), said.get("saved_at")
                self.saved[payload] = (place, str(said.get("sha256")), at and _instant(at))
        elif kind == _DELETED:
            said = {} if is_erased else _said(data)
            if "erased_positions" in said:
                self.named.update(one for one in said["erased_positions"] if isinstance(one, int))
            else:
                self.deleted = place
                self.saved.clear()
                self.saved_unseen = 0


def _instant(text: str) -> bytes:
    since = (datetime.fromisoformat(text) - _UNIX) // _MICROSECOND
    return _place(since - _UNIX_TO_2000).hex().encode()


def _said(data: bytes) -> dict[str, Any]:
    found = json.loads(data)
    return found if isinstance(found, dict) else {}
