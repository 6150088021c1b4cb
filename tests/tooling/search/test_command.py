"""`tooling search-feed`: one pass, what it would do, how far it is, and keeping on."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.tooling.search.conftest import World
from tests.tooling.search.endpoint import PASSWORD
from tooling.errors import Exit, ToolingError
from tooling.search.follow import follow
from tooling.search.opensearch import OpenSearch


def run(world: World, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*arguments), env=environment(world), capture_output=True, text=True, check=False
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tooling", "search-feed", *arguments]


def environment(world: World) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": world.indexer,
        "SEARCH_URL": world.search_url,
        "SEARCH_PASSWORD": PASSWORD,
    }


def wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_one_pass_then_what_the_next_would_do(world: World) -> None:
    world.project("Sign")
    done = json.loads(run(world, "--once", "--json").stdout)
    assert (done["written"], done["rebuilt"]) == (1, True)
    world.project("Another")
    calls = len(world.state.writes())
    would = json.loads(run(world, "--once", "--dry-run", "--json").stdout)
    # What the last ten seconds held is sent once more; the service knows it by its version.
    assert would == {"rebuild": False, "written": 2, "removed": 0}
    assert len(world.state.writes()) == calls
    assert world.names() == {"Sign"}
    done = json.loads(run(world, "--once", "--json").stdout)
    assert (done["written"], done["known"]) == (1, 1)


def test_a_dry_run_before_there_is_an_index_makes_none(world: World) -> None:
    said = run(world, "--dry-run")
    assert (said.returncode, said.stdout) == (Exit.OK, "the index would be rebuilt\n")
    assert not world.state.writes()


def test_the_status_says_how_far_the_index_is(world: World) -> None:
    assert run(world, "--status").returncode == Exit.FAILED
    index = world.feed().step().index
    fresh = run(world, "--status", "--json")
    assert (fresh.returncode, json.loads(fresh.stdout)["index"]) == (Exit.OK, index)
    client = world.client()
    late = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()
    client.keep_cursor(index, {**(client.cursor(index) or {}), "since": late})
    assert run(world, "--status").returncode == Exit.FAILED


def test_no_address_and_no_service_are_told_apart(world: World) -> None:
    bare = {**environment(world), "SEARCH_URL": "nonsense"}
    done = subprocess.run(command("--once"), env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.INPUT
    nobody = OpenSearch("http://127.0.0.1:1", "admin", PASSWORD, None)
    with pytest.raises(ToolingError) as refused:
        nobody.index()
    assert refused.value.exit_code == Exit.CONNECTION
    assert PASSWORD not in refused.value.message


def test_it_follows_until_it_is_stopped(world: World) -> None:
    with subprocess.Popen(
        command("--every", "0.1"), env=environment(world), stderr=subprocess.PIPE, text=True
    ) as process:
        wait(lambda: bool(world.state.aliases))
        world.project("Sign")
        wait(lambda: world.names() == {"Sign"})
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == Exit.OK


def test_it_comes_back_after_an_outage_of_either_side(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tooling.search.follow._LONGEST_PAUSE", 0.05)
    stop, said = threading.Event(), world.said
    arguments = (world.indexer, world.client(), 0.1, stop, said.append)
    thread = threading.Thread(target=follow, args=arguments)
    thread.start()
    try:
        wait(lambda: "following" in said)
        world.state.down = True
        world.project("While OpenSearch is down")
        wait(lambda: any("does not answer" in one for one in said))
        world.state.down = False
        wait(lambda: world.names() == world.stored())
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s"
        world.admin.execute(ended, ["eagle_indexer"])
        world.project("After the connection was cut")
        wait(lambda: world.names() == world.stored())
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
