"""A filled and anchored database, of which every tampering gets a copy."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.attacks.world import ROOT
from tooling.audit import anchoring, checking, signing, verify
from tooling.errors import ToolingError
from tooling.partitions import retire
from tooling.server.server import Server

ANA = "a0000000-0000-7000-8000-000000000000"
BOB = "b0000000-0000-7000-8000-000000000000"
PROJECT = "a1000000-0000-7000-8000-000000000000"
"""Ana's: anchored, moved on, with a design, and longer by a file since each anchor."""
ERASED = "a2000000-0000-7000-8000-000000000000"
DELETED = "a3000000-0000-7000-8000-000000000000"
RETIRED = "a4000000-0000-7000-8000-000000000000"
"""Its events of 2001-02 are dropped, those of 2001-03 detached, and those of 2001-04 attached."""
QUIET = "b1000000-0000-7000-8000-000000000000"
"""Bob's: no event since the whole anchor."""
NEW = "b2000000-0000-7000-8000-000000000000"
"""Made after the last anchor."""
DROPPED, DETACHED, ATTACHED = (f"app.project_events_y2001m0{month}" for month in (2, 3, 4))
MAX_AGE = timedelta(hours=1)

_PROJECTS = f"""
set app.actor = 'ana@example.com';
set app.account_id = '{ANA}';
insert into app.projects (
    account_id, project_id, name, customer, confidence, created_by, updated_by
)
values
    ('{ANA}', '{PROJECT}', 'Harbour sign', 'Harbour', 0.5, 'ana@example.com', 'ana@example.com'),
    ('{ANA}', '{ERASED}', 'Pier sign', 'Lopez', null, 'ana@example.com', 'ana@example.com'),
    ('{ANA}', '{DELETED}', 'Mill sign', 'Mill', null, 'ana@example.com', 'ana@example.com'),
    ('{ANA}', '{RETIRED}', 'Old sign', 'Old', null, 'ana@example.com', 'ana@example.com'),
    ('{BOB}', '{QUIET}', 'Bakery sign', 'Bakery', null, 'bob@example.com', 'bob@example.com');
insert into app.projects (account_id, name, created_by, updated_by)
select '{BOB}', 'Sign ' || n, 'bob@example.com', 'bob@example.com' from generate_series(1, 20) as n;
insert into app.project_payloads (account_id, project_id, module, config)
select account_id, project_id, 'signage.single_pole.base_plate',
       jsonb_build_object('height_ft', 25, 'name', name)
  from app.projects;
update app.projects set status = 'estimating', updated_by = 'dan@example.com'
 where project_id in ('{PROJECT}', '{QUIET}');
select ops.create_time_partitions('app.project_events', month)
  from unnest(array['2001-02-01', '2001-03-01', '2001-04-01']::date[]) as month;
insert into app.project_events (account_id, project_id, event_type, actor, data, occurred_at)
select '{ANA}', '{RETIRED}', 'file.attached', 'ana@example.com', '{{"file": "old.pdf"}}', moment
  from unnest(array['2001-02-02', '2001-02-03', '2001-03-02', '2001-03-03', '2001-04-02',
                    '2001-04-03']::timestamptz[]) as moment;
select app.append_event('{ANA}', '{RETIRED}', 'file.attached', 'ana@example.com');
delete from app.projects where project_id = '{DELETED}';
select app.erase_events('{ANA}', '{ERASED}', 'privacy@example.com', 'request 1');
select ops.fold_project_totals();
create schema kept;
create table kept.events as select * from app.project_events;
"""
_MORE = f"""
set app.account_id = '{ANA}';
select app.append_event(account_id, project_id, 'file.attached', 'ana@example.com', '{{"n": 1}}')
  from app.projects where project_id = '{PROJECT}';
"""
_LAST = f"""
set app.actor = 'bob@example.com';
{_MORE}
update app.projects set status = 'submitted', updated_by = 'eve@example.com'
 where project_id = '{PROJECT}';
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values ('{BOB}', '{NEW}', 'New sign', 'bob@example.com', 'bob@example.com');
"""


@dataclass(frozen=True)
class Copy:
    """A copy of the database and of the folder of anchors, for one tampering."""

    server: Server
    database: str
    anchors: Path
    key: Path

    def run(self, statements: str) -> None:
        """Run statements as a superuser with triggers off."""
        with psycopg.connect(self.server.url(self.database), autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(statements.encode())

    def seen_by(self) -> list[str]:
        """Return what sees that something is wrong: verify, check, or anchor, which refuses."""
        found = []
        url = self.server.url(self.database, "eagle_auditor")
        public = self.key.with_name(self.key.name + ".pub")
        with psycopg.connect(url, autocommit=True) as auditor:
            for name, see in (
                ("verify", lambda: verify.verify(auditor)[1]),
                ("check", lambda: checking.check(
                    auditor, self.anchors, public, max_age=MAX_AGE).findings),
                ("anchor", lambda: self._anchored(auditor)),
            ):  # fmt: skip
                try:
                    if see():
                        found.append(name)
                except (ToolingError, psycopg.Error):
                    found.append(name)
        return found

    def _anchored(self, auditor: psycopg.Connection[Any]) -> bool:
        anchoring.anchor(auditor, self.anchors / "another.anchor", self.key)
        return False


@dataclass(frozen=True)
class World:
    """The database to copy from, and its anchors: a whole one, then a light one."""

    server: Server
    database: str
    folder: Path

    @contextmanager
    def copy(self, name: str) -> Iterator[Copy]:
        """Yield a copy that is dropped afterwards."""
        place = self.folder / name
        shutil.copytree(self.folder / "anchors", place)
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            create = sql.SQL("create database {} template {} strategy file_copy")
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(self.database)))
            try:
                yield Copy(self.server, name, place, self.folder / "anchor.key")
            finally:
                drop = sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
                connection.execute(drop)
                shutil.rmtree(place)
                reset = "alter role eagle_application reset session_replication_role"
                connection.execute(reset)


def fill(server: Server, database: str, folder: Path) -> World:
    """Fill a migrated database, retire old months, and anchor it between changes."""
    url, auditor = server.url(database), server.url(database, "eagle_auditor")
    key, place = folder / "anchor.key", folder / "anchors"
    place.mkdir()
    signing.make_key(key)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute((ROOT / "sql/roles.sql").read_bytes())
        admin.execute(_PROJECTS.encode())
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("set role eagle_owner")
            retire.retire(owner, DROPPED, "drop", None)
            retire.retire(owner, DETACHED, "detach", None)
        for name, statements in (("1", ""), ("2-light", _MORE), ("", _LAST)):
            if statements:
                admin.execute(statements.encode())
            if name:
                with psycopg.connect(auditor, autocommit=True) as connection:
                    file = place / f"{name}.anchor"
                    anchoring.anchor(connection, file, key, is_light="light" in name)
    return World(server, database, folder)
