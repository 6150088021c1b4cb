"""A part of the tamperings, each seen or listed, and nothing found where nothing was done."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tamper import __main__ as command
from tests.tamper.case import Case, Verdict, judge
from tests.tamper.suite import CASES, unseen
from tests.tamper.world import World
from tooling.server.server import Server

PART = (
    "a chain is hashed anew with another actor",
    "what came after the last anchor is cut off, and the project as it was then",
    "what came after the whole anchor is cut off, the light one included",
    "a partition is detached and takes the name of a retired one",
    "a tombstone gets another time of erasure",
    "an event is emptied, and an erasure recorded in the chain alone",
    "an entry of the evidence gets another role, and all are hashed anew",
    "events that anchors name leave with a forged retirement",
    "a project gets another status, and the totals are corrected",
    "the hash of designs lies for a moment, while a design is changed",
    "ops.verify_event_chain() finds nothing",
    "the auditor sees fewer rows of app.event_chains",
    "an old anchor takes the place of the newest",
)


@pytest.fixture(scope="module")
def world(server: Server, migrated_template: str) -> Iterator[World]:
    with command.tampered(server, migrated_template) as filled:
        yield filled


def test_a_sound_database_is_not_complained_of(world: World) -> None:
    assert judge(world, 0, command.SOUND).seen_by == ()


@pytest.mark.parametrize("name", PART)
def test_it_is_seen_or_listed(world: World, name: str) -> None:
    verdict = judge(world, 1, find(name))
    assert not command.is_wrong(verdict, unseen()), verdict


def test_what_is_listed_as_unseen_is_tried() -> None:
    known = unseen()
    assert known
    assert [name for name in known if name not in [one.name for one in CASES]] == []
    assert len(CASES) >= 60


def test_the_report_counts_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "REPORT", tmp_path / "tamper.json")
    command.write([Verdict("a", ("verify", "check")), Verdict("b", ())])
    report = json.loads(command.REPORT.read_text())
    assert (report["tried"], report["seen"]) == (2, 1)
    assert report["cases"][0] == {"name": "a", "seen_by": ["verify", "check"]}
    assert command.is_wrong(Verdict("b", ()), [])
    assert command.is_wrong(Verdict("a", ("verify",)), ["a"])
    assert not command.is_wrong(Verdict("b", ()), ["b"])


def find(name: str) -> Case:
    """Return the tampering of that name."""
    return next(one for one in CASES if one.name == name)
