"""The Python blocks of docs/how-to/write-an-api.md, run against PgBouncer in transaction mode."""

import asyncio
import re
import subprocess
import uuid
from typing import Any

import psycopg
import pytest

from pgbouncer import environment, program
from tests.conftest import ROOT
from tests.repo.documentation.pages import blocks

PAGE = ROOT / "docs/how-to/write-an-api.md"
MODULE = "signage.single_pole.base_plate"
WORKERS = 12
TIMES = 20


def names(number: int) -> dict[str, Any]:
    """Return what a Python block of the page defines."""
    block = blocks(PAGE, "python")[number]
    found: dict[str, Any] = {}
    exec(compile(block.text, block.place, "exec"), found)
    return found


PSYCOPG, ASYNCPG, PAGES, ERRORS = (names(number) for number in range(4))


def test_every_python_block_is_run() -> None:
    assert len(blocks(PAGE, "python")) == 4


def test_psycopg_works_behind_the_pooler(bouncer: str) -> None:
    async def worker(pool: Any, number: int) -> None:
        account = uuid.uuid4()
        for time in range(TIMES):
            key = f"{number} {time}"
            first = await PSYCOPG["create"](pool, account, "ana", f"Sign {time}", key)
            again = await PSYCOPG["create"](pool, account, "ana", f"Sign {time}", key)
            assert first == again
            assert (first.account_id, first.created_by) == (account, "ana")
        async with PSYCOPG["work"](pool, account, "ana") as connection:
            listed = [
                name async for _, name in PAGES["projects"](connection, account, words="sign")
            ]
        assert listed == [f"Sign {time}" for time in reversed(range(TIMES))]

    async def scenario() -> None:
        async with PSYCOPG["pool_of"](bouncer) as pool:
            await asyncio.gather(*(worker(pool, number) for number in range(WORKERS)))

    asyncio.run(scenario())


def test_pages_go_on_to_the_end(bouncer: str) -> None:
    async def scenario() -> None:
        account = uuid.uuid4()
        projects = "select jsonb_agg(jsonb_build_object('name', n)) from generate_series(1, 120) n"
        async with (
            PSYCOPG["pool_of"](bouncer) as pool,
            PSYCOPG["work"](pool, account, "ana") as connection,
        ):
            await connection.execute(f"select app.create_projects(%s, ({projects}))", [account])
            found = [name async for _, name in PAGES["projects"](connection, account)]
            none = PAGES["projects"](connection, account, status="rejected")
            assert [name async for _, name in none] == []
        assert found == [str(number) for number in range(120, 0, -1)]

    asyncio.run(scenario())


def test_asyncpg_works_behind_the_pooler(bouncer: str) -> None:
    async def worker(pool: Any) -> None:
        account = uuid.uuid4()
        async with ASYNCPG["work"](pool, account, "ana") as connection:
            made = await connection.fetchrow(
                "select project_id, status, etag from app.create_project($1, $2)", account, "Sign"
            )
        for spelling in ("25", "25.0"):
            for height in range(TIMES):
                config = {"height_ft": height, "width_ft": float(spelling)}
                saved = await ASYNCPG["save"](
                    pool, account, "ana", made["project_id"], MODULE, config
                )
                assert saved["is_new"] == (spelling == "25")

    async def scenario() -> None:
        async with ASYNCPG["pool_of"](bouncer) as pool:
            await asyncio.gather(*(worker(pool) for _ in range(WORKERS)))

    asyncio.run(scenario())


def test_prepared_statements_fail_behind_an_older_pooler(bouncer: str) -> None:
    """What the page says of the default of psycopg; from 1.21 on a setting decides."""

    def use(connection: psycopg.Connection[Any]) -> None:
        for _ in range(TIMES):
            with connection.transaction():
                connection.execute("select app.begin_work(%s, 'ana')", [uuid.uuid4()])

    said = subprocess.run([program(), "--version"], env=environment(), capture_output=True)
    version = re.search(rb"PgBouncer (\d+)\.(\d+)", said.stdout)
    assert version, said
    with psycopg.connect(bouncer) as first, psycopg.connect(bouncer) as second:
        use(first)
        if tuple(map(int, version.groups())) >= (1, 21):
            use(second)
            return
        with pytest.raises(psycopg.Error) as refused:
            use(second)
    assert refused.value.sqlstate in ("26000", "42P05")


def test_a_session_level_set_is_seen_by_the_next_client(bouncer: str) -> None:
    """The leak that the page warns of; tests of signed accounts show that they end it."""
    account = uuid.uuid4()
    options: dict[str, Any] = {"prepare_threshold": None, "autocommit": True}
    with (
        psycopg.connect(bouncer, **options) as ana,
        psycopg.connect(bouncer, **options) as bob,
    ):
        ana.execute(f"set app.account_id = '{account}'")
        assert bob.execute("select app.current_account_id()").fetchone() == (account,)
        with bob.transaction():
            bob.execute("select app.begin_work(%s, 'bob')", [uuid.UUID(int=1)])
            assert bob.execute("select app.current_account_id()").fetchone() == (uuid.UUID(int=1),)


def test_a_transaction_is_repeated_where_that_can_help() -> None:
    tries: list[int] = []

    def failing(error: type[psycopg.Error], times: int) -> Any:
        async def attempt() -> str:
            tries.append(1)
            if len(tries) <= times:
                raise error
            return "done"

        tries.clear()
        return ERRORS["answered"](attempt)

    assert asyncio.run(failing(psycopg.errors.SerializationFailure, 2)) == (200, "done")
    assert asyncio.run(failing(psycopg.errors.DeadlockDetected, 3)) == (503, None)
    assert len(tries) == 3
    assert asyncio.run(failing(psycopg.errors.CheckViolation, 1)) == (422, None)
    assert len(tries) == 1
