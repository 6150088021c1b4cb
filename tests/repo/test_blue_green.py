"""The page on blue and green servers does what it says, from PostgreSQL 16 to 18 and back."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from tests import servers
from tests.conftest import ROOT
from tests.repo.documentation import pages, statements
from tooling.laboratory.synthetic import load
from tooling.laboratory.synthetic.dataset import Dataset
from tooling.server.embedded import temporary_server

Admin = psycopg.Connection[Any]
PAGE = ROOT / "docs/how-to/blue-green.md"
VERSIONS = {"blue": "16", "green": "18"}
WAIT_SECONDS = 120
ACCOUNT = "0194f3c0-0000-7000-8000-000000000001"


@pytest.fixture
def sides() -> Iterator[dict[str, Admin]]:
    """Yield blue, an older version with rows, and green, migrated, a partition named otherwise."""
    with ExitStack() as stack:
        made = {}
        for side, version in VERSIONS.items():
            started = temporary_server({"wal_level": "logical"}, bin_dir=servers.bin_dir(version))
            server = stack.enter_context(started)
            run = [sys.executable, "-m", "tooling", "migrate", "--dsn", server.url()]
            done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            made[side] = stack.enter_context(psycopg.connect(server.url(), autocommit=True))
            made[side].execute(b"select set_config('app.account_id', %s, false)", [ACCOUNT])
        load.generate(made["blue"], Dataset(projects=200, seed=7))
        made["green"].execute(
            b"alter table app.project_payloads_single_pole_base_plate rename to named_otherwise"
        )
        made["green"].execute(b"select ops.record_definitions()")
        yield made


def test_green_follows_takes_over_and_gives_back(sides: dict[str, Admin]) -> None:
    blue, green = sides["blue"], sides["green"]
    urls = {side.upper(): _url(connection) for side, connection in sides.items()}
    for block in pages.blocks(PAGE):
        if block.language == "both":
            _compare(blue, green, block.text)
            continue
        if block.text.startswith("alter role"):
            _write(sides[block.language], f"written on {block.language}")
        text = re.sub(r"'(BLUE|GREEN)'", lambda found: f"'{urls[found[1]]}'", block.text)
        side = sides[block.language]
        if block.file == "until":
            _wait(side, text, block.place)
        else:
            statements.run(side, text, block.place)
        if "ensure_partitions" in text:
            for (made,) in side.execute(text.encode()).fetchall():
                green.execute(made.encode())
    for block in pages.blocks(PAGE, "both"):
        _compare(blue, green, block.text)
    counted = b"""
        select p.name, count(*) from app.projects as p
          join app.project_events as e using (account_id, project_id)
         where p.account_id = %s group by p.name order by p.name"""
    names = ["written on blue", "written on green"]
    for side in (blue, green):
        assert side.execute(counted, [ACCOUNT]).fetchall() == [(name, 1) for name in names]


def _url(connection: Admin) -> str:
    info = connection.info
    return f"host={info.host} port={info.port} dbname={info.dbname} user={info.user}"


def _write(side: Admin, name: str) -> None:
    side.execute(
        b"insert into app.projects (account_id, name, created_by, updated_by) "
        b"values (%s, %s, 'ana', 'ana')",
        [ACCOUNT, name],
    )


def _wait(side: Admin, text: str, place: str) -> None:
    """Repeat a block until it says what it shows."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            statements.run(side, text, place)
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def _compare(blue: Admin, green: Admin, text: str) -> None:
    """Hold what both sides answer to be the same, and something."""
    for statement in statements.read(text):
        answers = [side.execute(statement.sql.encode()).fetchall() for side in (blue, green)]
        assert answers[0] == answers[1], statement.sql
