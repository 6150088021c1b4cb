"""Adding a module and an event type, as the how-to page says, makes nobody wait."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from tests.repo.documentation import pages
from tests.repo.staging import Stage, names
from tooling.errors import Exit

PAGE = pages.ROOT / "docs/how-to/add-a-module-or-event-type.md"
ADDED = ("estimate-sent-event", "monument-module", "monument-partition")
OTHER = {"estimate": "proposal", "monument": "instance"}
"""Names beside the page's, so that these tests go on to pass where someone has followed it."""
MODULE = "signage.instance.spread_footing"
PARTITION = "app.project_payloads_instance_spread_footing"
SISTER = "app.project_payloads_two_pole_direct_burial"
TRAITS = """
select 'column', attname, concat_ws(' ', atttypid::regtype, attnotnull, attstattarget, attstorage)
  from pg_attribute where attrelid = %(name)s::regclass and attnum > 0
union all
select 'trigger', tgname, concat_ws(' ', tgtype, tgfoid::regproc, tgenabled)
  from pg_trigger where tgrelid = %(name)s::regclass and not tgisinternal
union all
select 'constraint', case contype when 'c' then conname else contype::text end, convalidated::text
  from pg_constraint where conrelid = %(name)s::regclass and contype <> 'n'
union all
select 'index', null, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '')
  from pg_index where indrelid = %(name)s::regclass
union all
select 'table', null, concat_ws(' ', relrowsecurity, relowner::regrole, reloptions)
  from pg_class where oid = %(name)s::regclass
 order by 1, 2, 3
"""
ANA, BO = uuid.uuid4(), uuid.uuid4()
SAVE = """
select payload_id
  from app.save_payload(%s, %s, %s, '{"height_ft": 8}', '[]', '{}', 'ana')
"""


def shown(name: str) -> str:
    """Return what the page adds to a migration's file, with the names of OTHER."""
    text = next(b.text for b in pages.blocks(PAGE, "sql") if b.file.endswith(name))
    for ours, other in OTHER.items():
        assert len(ours) == len(other)  # PostgreSQL shortens the names made of them.
        text = text.replace(ours, other)
    return text


@pytest.fixture
def stage(migrated_database: str, tmp_path: Path) -> Stage:
    """Return a migrated database and a folder with its migrations and those of the page."""
    made = Stage(tmp_path, migrated_database)
    made.add(*names())
    before = names()[-1]
    for number, name in enumerate(ADDED, 9001):
        file = made.folder / f"{number}.{name}.sql"
        file.write_text(f"-- depends: {before}\n{shown(f'{name}.sql')}")
        before = file.stem
    undo = made.folder / f"{before}.rollback.sql"
    undo.write_text(shown("monument-partition.rollback.sql"))
    return made


def rollback(stage: Stage) -> "subprocess.CompletedProcess[str]":
    """Ask for a rollback that may be refused."""
    run = [sys.executable, "-m", "tooling", "rollback"]
    run += ["--migrations", str(stage.folder), "--dsn", stage.url]
    return subprocess.run(run, cwd=pages.ROOT, capture_output=True, text=True, check=False)


@contextmanager
def account(url: str, account_id: uuid.UUID) -> Iterator[psycopg.Connection[Any]]:
    """Open a transaction as the application, for an account."""
    with psycopg.connect(url) as connection:
        setting = sql.SQL("set local app.account_id = {}").format(str(account_id))
        connection.execute("set local role eagle_application")
        connection.execute(setting)
        yield connection


def create_project(url: str) -> uuid.UUID:
    with account(url, ANA) as connection:
        query = "select project_id from app.create_project(%s, 'Harbour', 'ana')"
        row = connection.execute(query, [ANA]).fetchone()
        assert row
        return uuid.UUID(str(row[0]))


@contextmanager
def traffic(url: str, project: uuid.UUID) -> Iterator[None]:
    """Keep open a transaction that has read everything and one that has saved a design."""
    with account(url, ANA) as reader, account(url, ANA) as writer:
        for table in ("projects", "project_payloads", "project_events"):
            reader.execute(f"select count(*) from app.{table}")
        writer.execute(SAVE, [ANA, project, "signage.single_pole.base_plate"])
        yield


def test_it_is_applied_beside_open_transactions(stage: Stage) -> None:
    project = create_project(stage.url)
    with traffic(stage.url, project):
        stage.tooling("migrate", "--lock-attempts", "1")
    with psycopg.connect(stage.url) as connection:
        query = "select count(*) from app.project_payloads"
        assert connection.execute(query).fetchone() == (1,)


def test_the_shorter_way_would_have_waited(stage: Stage) -> None:
    project = create_project(stage.url)
    shorter = f"create table app.x partition of app.project_payloads for values in ('{MODULE}')"
    stage.tooling("migrate")
    with psycopg.connect(stage.url) as connection:
        connection.execute(f"drop table {PARTITION}")
    with traffic(stage.url, project), psycopg.connect(stage.url) as connection:
        connection.execute("set local lock_timeout = '100ms'")
        with pytest.raises(errors.LockNotAvailable):
            connection.execute(shorter)


def test_an_account_uses_the_new_labels_and_no_other_sees_it(stage: Stage) -> None:
    project = create_project(stage.url)
    stage.tooling("migrate")
    with account(stage.url, ANA) as connection:
        saved = connection.execute(SAVE, [ANA, project, MODULE]).fetchone()
        connection.execute(
            "select app.append_event(%s, %s, 'proposal.sent', 'ana')", [ANA, project]
        )
        query = "select payload_id from app.latest_payloads(%s, %s) where module = %s"
        assert connection.execute(query, [ANA, project, MODULE]).fetchone() == saved
    with account(stage.url, BO) as connection:
        assert connection.execute("select from app.project_payloads").fetchall() == []
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"select from {PARTITION}")
    with psycopg.connect(stage.url) as connection:
        query = "select tableoid::regclass::text from app.project_payloads"
        assert connection.execute(query).fetchall() == [(PARTITION,)]
        assert connection.execute("select * from ops.verify_event_chain()").fetchall() == []


def test_the_partition_is_as_its_sisters_are(stage: Stage) -> None:
    stage.tooling("migrate")
    with psycopg.connect(stage.url) as connection:
        new, old = (
            connection.execute(TRAITS, {"name": name}).fetchall() for name in (PARTITION, SISTER)
        )
    assert len(new) > 10
    assert new == old


def test_the_partition_can_be_taken_back_while_it_is_empty(stage: Stage) -> None:
    project = create_project(stage.url)
    stage.tooling("migrate")
    with account(stage.url, ANA) as connection:
        connection.execute(SAVE, [ANA, project, MODULE])
    refused = rollback(stage)
    assert refused.returncode == Exit.MIGRATION
    assert f"there are payloads of {MODULE}" in refused.stderr
    with psycopg.connect(stage.url) as connection:
        connection.execute("delete from app.project_payloads")
    stage.tooling("rollback")
    with psycopg.connect(stage.url) as connection:
        assert connection.execute("select to_regclass(%s)", [PARTITION]).fetchone() == (None,)


def test_a_label_cannot_be_taken_back(stage: Stage) -> None:
    stage.tooling("migrate")
    stage.tooling("rollback")
    refused = rollback(stage)
    assert refused.returncode == Exit.REFUSED
    assert "a label of an ENUM cannot be dropped" in refused.stderr
