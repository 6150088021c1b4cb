"""The life of one project: its row, its saved designs, its events and the head of its chain."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from math import log
from random import Random
from typing import LiteralString

from tooling.laboratory.synthetic import designs, encode, vocabulary
from tooling.laboratory.synthetic.accounts import Account, uuid_v7
from tooling.laboratory.synthetic.dataset import DAY, SECOND

STATUSES = ("draft", "estimating", "submitted", "accepted", "rejected")
TABLES: dict[str, LiteralString] = {
    "app.projects": (
        "account_id, project_id, created_at, updated_at, etag, name, customer, description,"
        " site_name, street, status, created_by, updated_by, constants_version, content_sha256,"
        " confidence"
    ),
    "app.project_payloads": (
        "account_id, project_id, payload_id, created_at, module, config, files, cost_snapshot"
    ),
    "app.project_events": (
        "account_id, project_id, event_id, occurred_at, position, sha256, event_type, actor, data"
    ),
    "app.event_chains": "account_id, project_id, position, sha256",
}

_STATUS = encode.enum(STATUSES)
_MODULE = encode.enum(designs.MODULES)
_KIND = {
    kind: (kind.encode(), encode.text(kind))
    for kind in (
        "project.created", "project.updated", "project.status_changed", "project.submitted",
        "project.accepted", "project.rejected", "payload.saved", "file.attached",
        "report.generated",
    )
}  # fmt: skip
_PACKS = encode.text_array(("footing_v1", "material_v1"))
_DESCRIPTIONS = tuple(map(encode.text, vocabulary.DESCRIPTIONS))
_START = bytes(32)
# How far a project will come if time allows, and how many designs are saved on the way.
_FATES = (1,) * 26 + (2,) * 8 + (3,) * 14 + (4,) * 8 + (0,) * 44
_DESIGNS = (0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 7)
_MODULES = (0, 0, 0, 0, 0, 1, 1, 1, 2, 2)
_BUSY = 0.03
_STEP = 5 * DAY

# Rows of COPY: how many fields, then each field's length and value; those of fixed length first.
_project = struct.Struct(">hi16si16siqiqi16s").pack
_payload = struct.Struct(">hi16si16si16siq").pack
_event = struct.Struct(">hi16si16si16siqiqi32s").pack
_head = struct.Struct(">hi16si16siqi32s").pack
_double = struct.Struct(">id").pack
_link = struct.Struct(">32s16s16sq16sq32s").pack


@dataclass
class Rows:
    """Rows made so far, by table and module, in the binary format of COPY."""

    projects: list[bytes] = field(default_factory=list)
    payloads: tuple[list[bytes], ...] = field(
        default_factory=lambda: tuple([] for _ in designs.MODULES)
    )
    events: list[bytes] = field(default_factory=list)
    chains: list[bytes] = field(default_factory=list)

    def parts(self) -> Iterator[tuple[str, str, list[bytes]]]:
        """Yield table, module (empty but for payloads) and rows; always in one order."""
        projects, payloads, events, chains = TABLES
        yield projects, "", self.projects
        for module, rows in zip(designs.MODULES, self.payloads, strict=True):
            yield payloads, module, rows
        yield events, "", self.events
        yield chains, "", self.chains


def live(rows: Rows, source: Random, account: Account, born: int, end: int) -> None:
    """Add a project created at `born` and all that happens to it before `end`."""
    draw, bits = source.random, source.getrandbits
    account_id, project_id = account.account_id, uuid_v7(born, bits(74))
    events, payloads = rows.events, rows.payloads
    people = account.people
    maker = people[int(draw() * draw() * len(people))]
    height, area = 12 + int(draw() * draw() * 50), 16 + 4 * int(draw() * draw() * 60)
    module = _MODULES[int(draw() * 10)]

    moment, changed, changer, position, previous = born, born, maker, 0, _START
    status, content, revision = "draft", None, 0

    def record(kind: str, actor: bytes, data: bytes) -> None:
        nonlocal position, previous
        position += 1
        event_id = uuid_v7(moment, bits(74))
        word, label = _KIND[kind]
        raw = sha256(actor + data).digest()
        previous = sha256(
            _link(previous, account_id, project_id, position, event_id, moment, raw) + word
        ).digest()
        events.append(
            _event(9, 16, account_id, 16, project_id, 16, event_id, 8, moment, 8, position,
                   32, previous)
            + label + actor + encode.jsonb(data)
        )  # fmt: skip

    record("project.created", maker, b'{"status": "draft"}')
    for step in _steps(draw):
        moment += SECOND + int(-log(1 - draw()) * _STEP)
        if moment >= end:
            break
        actor = people[int(draw() * len(people))]
        if step == "design":
            revision += 1
            which = module if draw() < 0.9 else _MODULES[int(draw() * 10)]
            config, files, cost = designs.design(draw, account, which, height, area, revision)
            payload_id, label = uuid_v7(moment, bits(74)), designs.MODULES[which]
            digest = sha256(b"[%b, %b, %b]" % (config, files, cost)).hexdigest()
            payloads[which].append(
                _payload(8, 16, account_id, 16, project_id, 16, payload_id, 8, moment)
                + _MODULE[label] + encode.jsonb(config) + encode.jsonb(files) + encode.jsonb(cost)
            )  # fmt: skip
            saved = f'{{"module": "{label}", "sha256": "{digest}", "payload_id": "'
            record("payload.saved", actor, f'{saved}{_dashed(payload_id)}"}}'.encode())
            content = digest
        elif step in _STATUS:
            kind = "status_changed" if step == "estimating" else step
            record(f"project.{kind}", actor, f'{{"to": "{step}", "from": "{status}"}}'.encode())
            status, changed, changer = step, moment, actor
        else:
            kind, data = _chore(draw)
            if kind == "project.updated":
                changed, changer = moment, actor
            record(kind, actor, data)

    rows.chains.append(_head(4, 16, account_id, 16, project_id, 8, position, 32, previous))
    rows.projects.append(
        _project(16, 16, account_id, 16, project_id, 8, born, 8, changed, 16, _uuid_v4(bits(128)))
        + _words(draw) + _STATUS[status] + maker + changer
        + (_PACKS + encode.text(content) + _double(8, 0.5 + int(draw() * 500) / 1000)
           if content and status != "draft" else encode.NULL * 3)
    )  # fmt: skip


def _steps(draw: Callable[[], float]) -> list[str]:
    fate = _FATES[int(draw() * 100)]
    saves = _DESIGNS[int(draw() * 20)]
    steps = ["design"] * saves
    if fate:
        steps.insert(1, "estimating")
    if fate > 1:
        steps.append("submitted")
    if fate > 2:
        steps.append(STATUSES[fate])
    if draw() < _BUSY:
        steps[1:1] = ["chore"] * min(60, int(2 / (1.02 - draw())))
    return steps


def _chore(draw: Callable[[], float]) -> tuple[str, bytes]:
    which = draw()
    if which < 0.5:
        name = vocabulary.FILES[int(draw() * len(vocabulary.FILES))]
        size = 20000 + int(draw() * 4e6)
        return "file.attached", f'{{"file": "{name}", "bytes": {size}}}'.encode()
    if which < 0.8:
        return "report.generated", b'{"pages": %d}' % (4 + int(draw() * 40))
    return "project.updated", b'{"columns": ["description"]}'


def _words(draw: Callable[[], float]) -> bytes:
    """Return name, customer, description, site name and street."""
    owner, trade = int(draw() * len(vocabulary.OWNERS)), int(draw() * len(vocabulary.TRADES))
    sign = int(draw() * draw() * len(vocabulary.SIGNS))
    street = vocabulary.STREETS[int(draw() * len(vocabulary.STREETS))]
    number = 1 + int(draw() * draw() * 19000)
    site = encode.NULL
    if draw() < 0.7:
        place = int(draw() * len(vocabulary.PLACES))
        site = _site(int(draw() * len(vocabulary.OWNERS)), place)
    described = draw()
    description = encode.NULL
    if described < 0.4:
        description = _DESCRIPTIONS[int(described * 12.5)]
    return _names(owner, trade, sign) + description + site + encode.text(f"{number} {street}")


@cache
def _names(owner: int, trade: int, sign: int) -> bytes:
    customer = f"{vocabulary.OWNERS[owner]} {vocabulary.TRADES[trade]}"
    return encode.text(f"{customer} {vocabulary.SIGNS[sign]}") + encode.text(customer)


@cache
def _site(owner: int, place: int) -> bytes:
    return encode.text(f"{vocabulary.OWNERS[owner]} {vocabulary.PLACES[place]}")


def _dashed(raw: bytes) -> str:
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _uuid_v4(bits: int) -> bytes:
    number = bits & ~(0xF << 76) & ~(3 << 62) | 4 << 76 | 2 << 62
    return number.to_bytes(16, "big")
