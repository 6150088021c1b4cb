"""The life of one project: its row, its saved designs, its events and the head of its chain."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from math import log
from random import Random

from tooling.synthetic import designs, encode, vocabulary
from tooling.synthetic.accounts import Account, uuid_v7
from tooling.synthetic.plan import DAY, SECOND

STATUSES = ("draft", "estimating", "submitted", "accepted", "rejected")
TABLES = {
    "app.projects": (
        "account_id, project_id, name, customer, description, site_name, street, status,"
        " created_by, updated_by, created_at, updated_at, etag, constants_version,"
        " content_sha256, confidence"
    ),
    "app.project_payloads": (
        "account_id, project_id, payload_id, module, config, files, cost_snapshot, created_at"
    ),
    "app.project_events": (
        "account_id, project_id, event_id, event_type, actor, occurred_at, data, position, sha256"
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
_START = bytes(32)
# How far a project will come if time allows, and how many designs are saved on the way.
_FATES = (1,) * 26 + (2,) * 8 + (3,) * 14 + (4,) * 8 + (0,) * 44
_DESIGNS = (0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 7)
_MODULES = (0, 0, 0, 0, 0, 1, 1, 1, 2, 2)
_BUSY = 0.03
_STEP = 5 * DAY

_uuids = struct.Struct(">hi16si16s").pack
_uuid = struct.Struct(">i16s").pack
_time = struct.Struct(">iq").pack
_times = struct.Struct(">iqiq").pack
_double = struct.Struct(">id").pack
_link = struct.Struct(">iqi32s").pack
_head = struct.Struct(">hi16si16siqi32s").pack
_place = struct.Struct(">q").pack


@dataclass
class Rows:
    """Rows made so far, by table, in the binary format of COPY."""

    projects: list[bytes] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    events: list[bytes] = field(default_factory=list)
    chains: list[bytes] = field(default_factory=list)


def live(rows: Rows, source: Random, account: Account, born: int, end: int) -> None:
    """Add a project created at `born` and all that happens to it before `end`."""
    draw, bits = source.random, source.getrandbits
    account_id, project_id = account.account_id, uuid_v7(born, bits(74))
    identity = _uuids(9, 16, account_id, 16, project_id)
    both = account_id + project_id
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
            previous + both + _place(position) + event_id + _place(moment) + raw + word
        ).digest()
        rows.events.append(
            identity + _uuid(16, event_id) + label + actor + _time(8, moment)
            + encode.jsonb(data) + _link(8, position, 32, previous)
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
            rows.payloads.append(
                _uuids(8, 16, account_id, 16, project_id) + _uuid(16, payload_id) + _MODULE[label]
                + encode.jsonb(config) + encode.jsonb(files) + encode.jsonb(cost) + _time(8, moment)
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
        _uuids(16, 16, account_id, 16, project_id) + _words(draw) + _STATUS[status] + maker
        + changer + _times(8, born, 8, changed)
        + _uuid(16, _uuid_v4(bits(128)))
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
    owner = vocabulary.OWNERS[int(draw() * len(vocabulary.OWNERS))]
    trade = vocabulary.TRADES[int(draw() * len(vocabulary.TRADES))]
    sign = vocabulary.SIGNS[int(draw() * draw() * len(vocabulary.SIGNS))]
    street = vocabulary.STREETS[int(draw() * len(vocabulary.STREETS))]
    number = 1 + int(draw() * draw() * 19000)
    customer = f"{owner} {trade}"
    site = encode.NULL
    if draw() < 0.7:
        place = vocabulary.PLACES[int(draw() * len(vocabulary.PLACES))]
        site = encode.text(f"{vocabulary.OWNERS[int(draw() * len(vocabulary.OWNERS))]} {place}")
    described = draw()
    description = encode.NULL
    if described < 0.4:
        description = encode.text(vocabulary.DESCRIPTIONS[int(described * 12.5)])
    return b"".join(
        (
            encode.text(f"{customer} {sign}"),
            encode.text(customer),
            description,
            site,
            encode.text(f"{number} {street}"),
        )
    )


def _dashed(raw: bytes) -> str:
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _uuid_v4(bits: int) -> bytes:
    number = bits & ~(0xF << 76) & ~(3 << 62) | 4 << 76 | 2 << 62
    return number.to_bytes(16, "big")
