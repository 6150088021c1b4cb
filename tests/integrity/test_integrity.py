"""A part of the faults, each found by its check, and nothing where nothing is wrong."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from tests.tamper.world import ANA, BOB, Copy, World
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
        "select catalog.publish_price('base_est', 'v2', 165, 'x', 'base', current_date + 40)",
        "select catalog.withdraw_price('base_est', 'v2', 'x')",
        "select catalog.correct_price('base_est', 'v1', '{\"price_usd\": 155}', 'x')",
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


def test_nothing_is_found_while_others_write(world: World) -> None:
    """Projects come, move and go, months are made and detached, jobs run, indexes are rebuilt."""
    life = (
        "insert into app.projects (account_id, name, created_by, updated_by)"
        " values ('{0}', 'Busy sign', 'ana', 'ana')",
        "insert into app.project_payloads (account_id, project_id, module, config)"
        " select account_id, project_id, 'signage.single_pole.base_plate', '{{}}'"
        " from app.projects where name = 'Busy sign' on conflict do nothing",
        "update app.projects set status = 'estimating', confidence = random()"
        " where name = 'Busy sign' and status = 'draft'",
        "select app.append_event(account_id, project_id, 'file.attached', 'ana')"
        " from app.projects where name = 'Busy sign'",
        "select app.erase_events(account_id, project_id, 'dpo', 'request')"
        " from app.projects where name = 'Busy sign' limit 1",
        "delete from app.projects where name = 'Busy sign'",
    )
    upkeep = (
        "select ops.refresh_project_stats()",
        "select ops.fold_project_totals()",
        "select ops.create_time_partitions('app.project_events', '2001-07-01')",
        "select ops.begin_retirement('app.project_events_y2001m07', 'detach')",
        "alter table app.project_events detach partition app.project_events_y2001m07 concurrently",
        "select ops.finish_detachment('app.project_events_y2001m07')",
        "select ops.attach_retired_partition('app.project_events_y2001m07')",
        "reindex index concurrently app.projects_account_id_etag_key",
        "vacuum app.projects",
    )
    with world.copy("eagle_integrity_busy") as copy:
        close(copy.server.url(copy.database))
        over = threading.Event()

        def repeat(statements: Sequence[str], account: str) -> int:
            done = 0
            with psycopg.connect(copy.server.url(copy.database), autocommit=True) as one:
                one.execute("set role eagle_owner")
                one.execute(f"set app.account_id = '{account}'".encode())
                one.execute("set app.actor = 'ana'")
                while not over.is_set():
                    for statement in statements:
                        one.execute(statement.format(account).encode())
                    done += 1
            return done

        with ThreadPoolExecutor() as pool:
            work = [pool.submit(repeat, life, ANA), pool.submit(repeat, upkeep, BOB)]
            try:
                verdicts = [look(copy, command.SOUND) for _ in range(4)]
            finally:
                over.set()
        assert min(one.result() for one in work) > 0
        assert [one.findings for one in verdicts] == [()] * 4


def test_a_dump_that_was_loaded_holds_the_same_objects(world: World, tmp_path: Path) -> None:
    """Expressions are written out and parsed again, with other parentheses."""
    server, file = world.server, tmp_path / "dump"
    environment = server.environment()
    dump = ["--format=custom", f"--file={file}", f"--dbname={server.url(world.database)}"]
    subprocess.run([server.bin_dir / "pg_dump", *dump], check=True, env=environment)
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("create database eagle_integrity_loaded")
        try:
            url = server.url("eagle_integrity_loaded")
            load = [server.bin_dir / "pg_restore", f"--dbname={url}", str(file)]
            subprocess.run(load, check=True, env=environment)
            with psycopg.connect(close(url), autocommit=True) as loaded:
                loaded.execute((ROOT / "sql/superuser.sql").read_bytes())
            copy = Copy(server, "eagle_integrity_loaded", tmp_path, tmp_path)
            assert look(copy, command.SOUND).findings == ()
        finally:
            admin.execute("drop database eagle_integrity_loaded with (force)")


def test_a_damaged_page_hides_no_other_fault(world: World) -> None:
    """The exit code of damage, for which somebody is called, goes before that of other faults."""
    one = next(one for one in CASES if one.name == "a page of designs is damaged")
    with world.copy("eagle_integrity_damaged") as copy:
        close(copy.server.url(copy.database))
        one.planting(copy)
        copy.run("drop index app.projects_account_id_content_sha256_idx")
        copy.run("update app.project_totals set project_count = 7")
        verdict = look(copy, one)
    assert verdict.exit_code == Exit.DAMAGED
    assert {"unreadable", "definitions", "totals"} <= set(verdict.found_by)


def test_every_check_has_a_fault_planted_for_it(world: World) -> None:
    pgtap = (ROOT / "tests/pgtap/ops/functions/check_integrity.sql").read_text(encoding="utf-8")
    known = {one.check for one in CASES}
    known |= set(re.findall(r"^            \('([a-z][\w-]+)',", pgtap, re.MULTILINE))
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
