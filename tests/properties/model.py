"""What an account holds after each call, and which calls are refused: the rules, in Python.

Nothing here asks the database: etags and identifiers, which the database chooses, are told.
"""

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

STATUSES = ("draft", "estimating", "submitted", "accepted", "rejected")
MODULES = (
    "signage.single_pole.direct_burial",
    "signage.single_pole.base_plate",
    "signage.two_pole.direct_burial",
)
OWN_EVENTS = ("file.attached", "report.generated")
MOVES = {
    ("draft", "estimating"),
    ("estimating", "submitted"),
    ("submitted", "accepted"),
    ("submitted", "rejected"),
}
CHANGEABLE = ("name", "customer", "street", "constants_version", "content_sha256", "confidence")

ERASED: dict[str, Any] = {"erased_sha256": True}
"""What is left of an event's data; the hash itself is the database's."""

NOT_FOUND = "P0002"
STALE = "ES002"
ILLEGAL_MOVE = "ES001"
NO_ACTOR = "ES008"
CHECK = "23514"
NULL = "23502"
FOREIGN_KEY = "23503"
FORBIDDEN = "42501"
BAD_VALUE = "22023"


@dataclass(frozen=True)
class Event:
    type: str
    actor: str
    data: dict[str, Any]
    is_erasure: bool = False


@dataclass
class Payload:
    payload_id: str
    module: str
    snapshot: str


@dataclass
class Project:
    """A project as the application reads it; `payloads` are in the order of their last saving."""

    values: dict[str, Any]
    etag: str
    status: str = "draft"
    updated_by: str = ""
    payloads: list[Payload] = field(default_factory=list)

    def newest(self, module: str) -> Payload | None:
        return next((one for one in reversed(self.payloads) if one.module == module), None)


@dataclass
class Account:
    """The projects of an account, and the events of all that it ever had, in their order."""

    projects: dict[str, Project] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    etags: set[str] = field(default_factory=set)

    def copy(self) -> "Account":
        return deepcopy(self)

    def take(self, other: "Account", project: str) -> None:
        """Make a project, and its events, those of another state of this account."""
        self.etags |= other.etags
        self.events[project] = other.events.get(project, [])
        self.projects.pop(project, None)
        if project in other.projects:
            self.projects[project] = other.projects[project]


@dataclass(frozen=True)
class Call:
    """What the application does; `etag` is one that it has read at some time."""

    kind: str
    actor: str = "ana"
    project: str = ""
    etag: str = ""
    status: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    module: str = MODULES[0]
    snapshot: tuple[str, str, str] = ("{}", "[]", "{}")
    event_type: str = OWN_EVENTS[0]
    data: dict[str, Any] = field(default_factory=dict)


def refusal(account: Account, call: Call) -> str | None:
    """Return the SQLSTATE with which a call is refused; None if it succeeds."""
    project = account.projects.get(call.project)
    if call.kind == "create":
        return _nobody(call) or _invalid({**call.changes})
    if call.kind == "append":
        if call.event_type not in OWN_EVENTS:
            return FORBIDDEN
        return _nobody(call) or (None if project else FOREIGN_KEY)
    if call.kind == "save":
        if project is None:
            return FOREIGN_KEY
        return None if _is_newest(project, call) else _nobody(call)
    if call.kind == "update" and call.changes.keys() - set(CHANGEABLE):
        return BAD_VALUE
    if project is None:
        return NOT_FOUND
    if call.kind == "delete":
        return STALE if call.etag != project.etag else _nobody(call)
    is_change = not is_as_it_was(project, call)
    if is_change and call.actor != project.updated_by and (nobody := _nobody(call)):
        return nobody
    if call.etag != project.etag:
        return STALE
    if call.kind == "move":
        is_move = call.status != project.status and (project.status, call.status) not in MOVES
        return ILLEGAL_MOVE if is_move else None
    return _invalid(call.changes)


def apply(account: Account, call: Call, row: dict[str, Any]) -> None:
    """Do what a call did that succeeded; `row` is what it returned."""
    actor = call.actor.strip(" ")
    if call.kind == "create":
        name = row["project_id"]
        values = {key: call.changes.get(key) for key in CHANGEABLE}
        account.projects[name] = Project(values, row["etag"], updated_by=actor)
        account.events[name] = [Event("project.created", actor, {"status": "draft"})]
        _renew(account, row)
        return
    events = account.events[call.project]
    project = account.projects[call.project]
    if call.kind == "append":
        events.append(Event(call.event_type, actor, call.data))
    elif call.kind == "delete":
        events.append(Event("user.data_deleted", actor, {"deleted": "project"}))
        del account.projects[call.project]
    elif call.kind == "save":
        _save(project, events, call, row, actor)
    elif is_as_it_was(project, call):
        assert row["etag"] == project.etag, "a change that changes nothing renews the etag"
    else:
        _change(project, events, call, actor)
        project.etag = row["etag"]
        _renew(account, row)


def erase(account: Account, project: str, actor: str, reason: str, role: str) -> int:
    """Do what an operator's erasure does; return how many events it erases."""
    events = account.events[project]
    erased = [
        place
        for place, one in enumerate(events, start=1)
        if one.data != ERASED and not one.is_erasure
    ]
    for place in erased:
        events[place - 1] = replace(events[place - 1], actor="(erased)", data=ERASED)
    if erased:
        data = {"reason": reason, "role": role, "erased_positions": erased}
        events.append(Event("user.data_deleted", actor, data, is_erasure=True))
    return len(erased)


def canonical(snapshot: tuple[str, str, str]) -> str:
    """Return a snapshot in one spelling: keys in order, no blanks, numbers without last zeroes."""
    parsed = [json.loads(one, parse_float=_digits, parse_int=str) for one in snapshot]
    return json.dumps(parsed, sort_keys=True)


def _digits(number: str) -> str:
    return format(Decimal(number).normalize(), "f")


def is_nothing(account: Account, call: Call) -> bool:
    """Whether a call that succeeds leaves all as it is, and so locks nothing."""
    if call.kind in ("update", "move"):
        return is_as_it_was(account.projects[call.project], call)
    return call.kind == "save" and _is_newest(account.projects[call.project], call)


def _is_newest(project: Project, call: Call) -> bool:
    newest = project.newest(call.module)
    return newest is not None and newest.snapshot == canonical(call.snapshot)


def is_as_it_was(project: Project, call: Call) -> bool:
    if call.kind == "move":
        return call.status == project.status
    return all(project.values.get(key) == value for key, value in call.changes.items())


def dashboard(account: Account) -> dict[str, tuple[int, float | None]]:
    """Return the number of projects, and their mean confidence, by status."""
    found: dict[str, tuple[int, float | None]] = {}
    for status in STATUSES:
        own = [one for one in account.projects.values() if one.status == status]
        known = [one.values["confidence"] for one in own if one.values["confidence"] is not None]
        if own:
            found[status] = (len(own), sum(known) / len(known) if known else None)
    return found


def _save(
    project: Project, events: list[Event], call: Call, row: dict[str, Any], actor: str
) -> None:
    snapshot = canonical(call.snapshot)
    newest = project.newest(call.module)
    same = [
        one for one in project.payloads if (one.module, one.snapshot) == (call.module, snapshot)
    ]
    saved = same[0] if same else Payload(row["payload_id"], call.module, snapshot)
    assert saved.payload_id == row["payload_id"], "a snapshot is stored twice"
    if saved is newest:
        return
    project.payloads = [one for one in project.payloads if one is not saved] + [saved]
    about = {"payload_id": saved.payload_id, "module": call.module}
    events.append(Event("payload.saved", actor, about))


def _change(project: Project, events: list[Event], call: Call, actor: str) -> None:
    was, project.status = project.status, call.status or project.status
    if project.status != was:
        last = project.status in ("submitted", "accepted", "rejected")
        kind = f"project.{project.status}" if last else "project.status_changed"
        events.append(Event(kind, actor, {"from": was, "to": project.status}))
    changed = sorted(k for k, value in call.changes.items() if project.values[k] != value)
    project.values.update(call.changes)
    if changed:
        events.append(Event("project.updated", actor, {"columns": changed}))
    project.updated_by = actor


def _renew(account: Account, row: dict[str, Any]) -> None:
    assert row["etag"] not in account.etags, "an etag is given twice"
    account.etags.add(row["etag"])


def _nobody(call: Call) -> str | None:
    return None if call.actor.strip(" ") else NO_ACTOR


def _invalid(values: dict[str, Any]) -> str | None:
    if "name" in values and values["name"] is None:
        return NULL
    name, confidence = values.get("name"), values.get("confidence")
    hash_ = values.get("content_sha256")
    is_wrong = (
        (name is not None and not 0 < len(name.strip(" ")) <= len(name) <= 200)
        or (confidence is not None and not 0 <= confidence <= 1)
        or (hash_ is not None and len(hash_) != 64)
    )
    return CHECK if is_wrong else None
