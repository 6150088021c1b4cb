"""A part of the faults, each found by its check, and nothing where nothing is wrong."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.attacks.world import ROOT
from tests.conftest import close
from tests.integrity import __main__ as command
from tests.integrity.__main__ import Verdict, judge, look
from tests.integrity.case import Case
from tests.integrity.suite import CASES
from tests.integrity.world import planted
from tests.tamper.world import World
from tooling.errors import Exit
from tooling.server.server import Server

PART = (
    "the triggers of foreign keys are disabled",
    "a function's text is edited in the catalogue",
    "a month without events is dropped",
    "an event is in another month's partition",
    "a label is removed that rows use",
    "a B-tree index lacks a row",
    "a GIN index lacks a row",
    "the tail of a chain is cut off, and the head set back",
    "a page of designs is damaged",
)
NOT_PLANTED = {"failed", "unchecked", "pages"}
"""Found by the way of others; tests of their own are elsewhere."""


@pytest.fixture(scope="module")
def world(server: Server, migrated_template: str) -> Iterator[World]:
    with planted(server, migrated_template) as filled:
        yield filled


@pytest.mark.parametrize("name", PART)
def test_it_is_found(world: World, name: str) -> None:
    verdict = judge(world, 1, next(one for one in CASES if one.name == name))
    assert verdict.is_found, verdict


def test_a_sound_database_is_not_complained_of(world: World) -> None:
    """Nor while it works: months come and go, jobs run, and an account is signed for."""
    work = (
        "select ops.create_time_partitions('app.project_events', '2001-06-01')",
        "select ops.begin_retirement('app.project_events_y2001m06', 'detach')",
        "alter table app.project_events detach partition app.project_events_y2001m06",
        "select ops.finish_detachment('app.project_events_y2001m06')",
        "select ops.attach_retired_partition('app.project_events_y2001m06')",
        "select ops.refresh_project_stats()",
        "select ops.fold_project_totals()",
        "select ops.add_account_key('k1', sha256('only the API knows this'))",
        "select ops.require_signed_accounts(true)",
        "select catalog.publish_price('base_est', 'v2', 165, 'x', 'base', '2027-01-01')",
        "reindex index concurrently app.projects_pkey",
        "vacuum (full, analyze) app.event_chains",
        "analyze",
    )
    with world.copy("eagle_integrity_sound") as copy:
        close(copy.server.url(copy.database))
        with psycopg.connect(copy.server.url(copy.database), autocommit=True) as owner:
            owner.execute("set role eagle_owner")
            for statement in work:
                owner.execute(statement.encode())
                verdict = look(copy, command.SOUND)
                assert (verdict.found_by, verdict.exit_code) == ((), Exit.OK), statement


def test_every_check_has_a_fault_planted_for_it(world: World) -> None:
    pgtap = (ROOT / "tests/pgtap/ops/functions/check_integrity.sql").read_text(encoding="utf-8")
    known = {one.check for one in CASES}
    known |= set(re.findall(r"^            \('([\w-]+)',", pgtap, re.MULTILINE))
    with psycopg.connect(world.server.url(world.database)) as connection:
        rows = connection.execute("select check_name from ops.check_integrity()").fetchall()
    checks = {name for (name,) in rows}
    assert checks - known == NOT_PLANTED
    assert known <= checks
    assert len(CASES) >= 100


def test_the_report_counts_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "REPORT", tmp_path / "integrity.json")
    one = Case("a", "checks", lambda _copy: None)
    found, missed = Verdict(one, ("checks",), Exit.UNSOUND), Verdict(one, ("totals",), Exit.UNSOUND)
    command.write([found, missed], Verdict(command.SOUND, ("access",), Exit.UNSOUND))
    report = json.loads(command.REPORT.read_text())
    assert (report["planted"], report["found"], report["false"]) == (2, 1, 1)
    assert [row["is_found"] for row in report["faults"]] == [True, False]
    assert not Verdict(one, ("checks",), Exit.OK).is_found
    damaged = Case("b", "unreadable", lambda _copy: None)
    assert not Verdict(damaged, ("unreadable",), Exit.UNSOUND).is_found
