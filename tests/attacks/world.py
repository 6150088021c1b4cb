"""Two accounts that all is known of, a third that nobody knows, and what must stay as it is."""

import contextlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg
from psycopg import sql

from pgproof.run.migrate import migrate
from tooling import settings
from tooling.deploy.migrator import prepared
from tooling.errors import ToolingError
from tooling.server.server import Server

if TYPE_CHECKING:
    from tests.attacks.planted import Planted

ROOT = Path(__file__).resolve().parents[2]

ANA = "a0000000-0000-7000-8000-000000000000"
ANA_PROJECT = "a1000000-0000-7000-8000-000000000000"
BOB = "b0000000-0000-7000-8000-000000000000"
BOB_PROJECT = "b1000000-0000-7000-8000-000000000000"
BOB_ETAG = "be000000-0000-4000-8000-000000000000"
BOB_PAYLOAD = "bf000000-0000-7000-8000-000000000000"
NOBODY = "d0000000-0000-7000-8000-000000000000"
NO_PROJECT = "d1000000-0000-7000-8000-000000000000"
MARK = "kestrel"
"""In every text of the other accounts, and nowhere in Ana's."""

_FILL = f"""
set session_replication_role = origin;
insert into app.projects (
    account_id, project_id, etag, name, customer, description, site_name, street, status,
    created_by, updated_by, content_sha256, confidence
)
values
    ('{ANA}', '{ANA_PROJECT}', default, 'Harbour sign', 'Ana', null, null, null, 'draft',
     'ana', 'ana', null, null),
    ('{BOB}', '{BOB_PROJECT}', '{BOB_ETAG}', '{MARK} sign', '{MARK} & Co', '{MARK}', '{MARK} mill',
     '3 {MARK} Rd', 'estimating', '{MARK}@b.example', '{MARK}@b.example', sha256_of, 0.87654);
insert into app.projects (account_id, name, customer, site_name, created_by, updated_by, status)
select '{ANA}', 'Sign ' || n, 'Ana ' || n, 'Pier', 'ana', 'ana', 'accepted'
  from generate_series(1, 200) as n;
insert into app.projects (account_id, name, customer, site_name, created_by, updated_by, status)
select '{BOB}', 'Sign {MARK} ' || n % 7, '{MARK} & Co', '{MARK} mill', '{MARK}@b.example',
       '{MARK}@b.example', 'submitted'
  from generate_series(1, 304) as n;
insert into app.projects (account_id, name, customer, created_by, updated_by, status)
select carol, 'Sign {MARK} ' || n % 5, '{MARK}', '{MARK}@c.example', '{MARK}@c.example', 'rejected'
  from gen_random_uuid() as carol
 cross join generate_series(1, 150) as n;
insert into app.project_payloads (account_id, project_id, payload_id, module, config)
values
    ('{ANA}', '{ANA_PROJECT}', default, 'signage.single_pole.base_plate', '{{"height_ft": 25}}'),
    ('{BOB}', '{BOB_PROJECT}', '{BOB_PAYLOAD}', 'signage.single_pole.base_plate',
     '{{"height_ft": 30, "note": "{MARK}"}}');
insert into app.project_payloads (account_id, project_id, module, config)
select p.account_id, p.project_id, 'signage.two_pole.direct_burial', '{{"note": "{MARK}"}}'
  from app.projects as p
 where p.account_id <> '{ANA}'
   and p.project_id <> '{BOB_PROJECT}';
refresh materialized view app.project_stats;
analyze;
"""

_OTHERS = "select t::text from {} as t where account_id <> %s"
_TENANT = (
    "app.projects",
    "app.project_payloads",
    "app.project_events",
    "app.event_chains",
    "app.project_stats",
    "app.project_totals",
)
_CATALOGUE = """
select sum(hashtextextended(line, 0))
  from (
           select (c.oid, c.relname, c.relowner, c.relkind, c.relrowsecurity, c.relnamespace,
                   c.relacl)::text
             from pg_class as c
            where c.relnamespace::regnamespace::text !~ '^pg_(temp|toast)'
           union all
           select (a.attrelid, a.attname, a.attacl, a.attstattarget)::text
             from pg_attribute as a
             join pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v', 'm')
            where c.relnamespace::regnamespace::text !~ '^pg_'
           union all
           select (p.oid, p.prosecdef, p.proleakproof, p.proacl, p.proowner, p.xmin)::text
             from pg_proc as p
            where p.proacl is not null or p.pronamespace <> 'pg_catalog'::regnamespace
           union all
           select (t.tgrelid, t.tgname, t.tgenabled)::text from pg_trigger as t
           union all
           select (p.polrelid, p.polname, p.polqual, p.polroles)::text from pg_policy as p
           union all
           select (r.rolname, r.rolsuper, r.rolbypassrls, r.rolcanlogin, r.rolcreaterole,
                   r.rolpassword)::text
             from pg_authid as r
           union all
           select (m.roleid, m.member)::text from pg_auth_members as m
           union all
           select s::text from pg_db_role_setting as s
           union all
           select (d.datname, d.datacl)::text from pg_database as d
           union all
           select (n.nspname, n.nspacl)::text from pg_namespace as n where n.nspname !~ '^pg_'
           union all
           select e.extname from pg_extension as e
           union all
           select lo.oid::text from pg_largeobject_metadata as lo
           union all
           select (s.name, s.setting)::text from pg_file_settings as s
       ) as catalogue (line)
"""


class World:
    """A filled database on a server, seen by a superuser who tells what must not change."""

    def __init__(self, server: Server, database: str, *, migrated: bool = False):
        self.server = server
        self.database = database
        self.commands: list[str] = []
        self.planted: Planted | None = None
        self.apart: list[str] = []
        if not migrated:
            chosen = settings.load(ROOT)
            migrate(prepared(server.url(database), chosen), chosen, lambda *_, **__: None)
            self.run("seed")
        self.admin = psycopg.connect(server.url(database), autocommit=True)
        self.admin.execute((ROOT / "sql/roles.sql").read_bytes())
        fill = _FILL.replace("sha256_of", "encode(sha256('kestrel'), 'hex')")
        self.admin.execute(fill.encode())
        self.admin.execute("create schema kept")
        self.admin.execute("create table kept.events as select * from app.project_events")
        self._ids = self._all_ids()
        self._last = self.fingerprint()

    def close(self) -> None:
        """Close the superuser's connections and drop the databases that stood apart."""
        if self.planted is not None:
            self.planted.close()
        for name in self.apart:
            self.admin.execute(f"drop database {name} with (force)".encode())
        self.admin.close()

    def changes(self) -> list[str]:
        """Return which parts of the fingerprint have changed since the last call."""
        before, self._last = self._last, self.fingerprint()
        return [part for part in before if before[part] != self._last[part]]

    def fingerprint(self) -> dict[str, str]:
        """Return what must stay: the other accounts, all events there were, the catalogue."""
        found = {"the catalogue": self._one(_CATALOGUE)}
        for table in _TENANT:
            query = "select sum(hashtextextended(t, 0)) from ({}) as o (t)"
            rows = _OTHERS.format(table).replace("%s", f"'{ANA}'")
            found[f"{table} of others"] = self._one(query.format(rows))
        missing = """
            select count(*)
              from (select * from kept.events except select * from app.project_events) as e
        """
        found["events of Ana"] = self._one(missing)
        found["the catalogs"] = self._one(
            "select md5(string_agg(t, '' order by t)) from ("
            "select p::text from catalog.pricing_configs as p union all "
            "select c::text from catalog.calibration_constants as c union all "
            "select v::text from catalog.past_versions as v) as o (t)"
        )
        return found

    def secrets_in(self, learnt: str, sent: list[str]) -> list[str]:
        """Return what a transcript gives away: marked texts, and ids that were not sent."""
        told = " ".join(sent).lower()
        found = {MARK} if MARK in learnt.lower() and MARK not in told else set()
        seen = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", learnt.lower()))
        return sorted(found | {one for one in seen & self._ids if one not in told})

    def run(self, *arguments: str, dsn: bool = True) -> str:
        """Run a command of the toolkit on the database as the superuser; return what it said."""
        from tooling.cli import group

        if dsn:
            arguments = (*arguments, "--dsn", self.server.url(self.database))
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                group.main(args=list(arguments), prog_name="tooling", standalone_mode=False)
            except (ToolingError, click.ClickException, psycopg.Error) as error:
                said.write(f"error: {error}")
            except SystemExit as stopped:
                said.write(f"exit {stopped.code}")
        self.commands.append(said.getvalue())
        return said.getvalue()

    def _one(self, query: str) -> str:
        row = self.admin.execute(query.encode()).fetchone()
        return str(row[0]) if row else ""

    def _all_ids(self) -> set[str]:
        found: set[str] = set()
        for table, column in (
            ("app.projects", "account_id"),
            ("app.projects", "project_id"),
            ("app.projects", "etag"),
            ("app.project_payloads", "payload_id"),
            ("app.project_events", "event_id"),
        ):
            query = sql.SQL("select distinct {} from {} where account_id <> {}").format(
                sql.Identifier(column), sql.SQL(table), sql.Literal(ANA)
            )
            found |= {str(row[0]) for row in self.admin.execute(query)}
        return found
