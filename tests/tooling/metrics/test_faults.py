"""Faults of a server are found by a role that reads no table: each is planted, then mended."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
import pytest

from pgproof.run.migrate import migrate
from tests import servers
from tests.conftest import ROOT
from tests.monitoring.api import wait_for
from tooling import settings
from tooling.deploy import migrator, preflight
from tooling.deploy.preflight import Given
from tooling.metrics import faults
from tooling.server import places
from tooling.server.embedded import temporary_server
from tooling.server.server import Server

DATABASE = "eagle_sign"
DURABLE = {"fsync": "on", "full_page_writes": "on"}
RELOAD = "select pg_reload_conf()"
RUNBOOK = ROOT / "docs/how-to/runbooks/server.md"


@dataclass(frozen=True)
class Planted:
    """A fault, words of its finding, and the statements that plant and that mend it."""

    fault: str
    words: str
    plant: tuple[str, ...]
    mend: tuple[str, ...]


def system(fault: str, name: str, value: str) -> Planted:
    change, reset = f"alter system set {name} = {value}", f"alter system reset {name}"
    return Planted(fault, f"{name} is {value}", (change, RELOAD), (reset, RELOAD))


def kept(fault: str, whose: str, name: str, value: str, words: str) -> Planted:
    return Planted(
        fault, words, (f"alter {whose} set {name} = {value}",), (f"alter {whose} reset {name}",)
    )


def role(fault: str, words: str, plant: str, mend: str) -> Planted:
    return Planted(fault, words, (f"alter role {plant}",), (f"alter role {mend}",))


BIG = "create table ops.big with (autovacuum_enabled = off) as"
PLANTED = (
    system("durability-off", "fsync", "off"),
    system("durability-off", "full_page_writes", "off"),
    system("durability-off", "synchronous_commit", "off"),
    kept("durability-off", "role eagle_application", "synchronous_commit", "off",
         "synchronous_commit is off for eagle_application"),
    system("damage-ignored", "zero_damaged_pages", "on"),
    system("damage-ignored", "ignore_checksum_failure", "on"),
    system("damage-ignored", "allow_system_table_mods", "on"),
    system("triggers-off", "session_replication_role", "replica"),
    system("triggers-off", "event_triggers", "off"),
    kept("triggers-off", f"role eagle_application in database {DATABASE}",
         "session_replication_role", "replica",
         f"session_replication_role is replica for eagle_application in database {DATABASE}"),
    system("read-only", "default_transaction_read_only", "on"),
    kept("read-only", f"database {DATABASE}", "default_transaction_read_only", "yes",
         f"default_transaction_read_only is on for database {DATABASE}"),
    system("autovacuum-off", "autovacuum", "off"),
    system("autovacuum-off", "track_counts", "off"),
    Planted("restart-pending", "max_connections has changed and needs a restart",
            ("alter system set max_connections = 101", RELOAD),
            ("alter system reset max_connections", RELOAD)),
    Planted("collation-version", "version 0 of its collation, the system has",
            ("update pg_database set datcollversion = '0' where datname = 'postgres'",),
            (
            "update pg_database set datcollversion = pg_database_collation_actual_version(oid)"
            " where datname = 'postgres'",
        )),
    Planted("collation-version", "collation ucs_basic was made with version 0",
            ("create table ops.sorted (name text collate ucs_basic)",
             "update pg_collation set collversion = '0' where collname = 'ucs_basic'"),
            (
            "drop table ops.sorted",
            "update pg_collation set collversion = pg_collation_actual_version(oid)"
            " where collname = 'ucs_basic'",
        )),
    role("login-impossible", "eagle_application cannot log in: it is NOLOGIN",
         "eagle_application nologin", "eagle_application login"),
    role("login-impossible", "eagle_reader cannot log in: its connection limit is 0",
         "eagle_reader connection limit 0", "eagle_reader connection limit 10"),
    Planted("login-impossible", "eagle_reader cannot log in: it lacks CONNECT",
            (f"revoke connect on database {DATABASE} from eagle_reader",),
            (f"grant connect on database {DATABASE} to eagle_reader",)),
    Planted("login-impossible", f"database {DATABASE} accepts no connections",
            (f"alter database {DATABASE} connection limit 0",),
            (f"alter database {DATABASE} connection limit -1",)),
    role("password-expired", "the password of eagle_application is valid until 2020-01-01",
         "eagle_application valid until '2020-01-01'", "eagle_application valid until 'infinity'"),
    Planted("password-expires", "the password of eagle_application is valid until",
            ("do $$ begin execute format('alter role eagle_application valid until %L',"
             " now() + interval '13 days'); end $$",),
            ("alter role eagle_application valid until 'infinity'",)),
    Planted("statistics-missing", "ops.big has never been analyzed",
            (f"{BIG} select generate_series(1, 20000) as number",
             "select pg_stat_force_next_flush()",
             "select pg_stat_reset_single_table_counters('ops.big'::regclass)"),
            ("drop table ops.big",)),
    Planted("database-invalid", "database half was dropped in part",
            ("create database half",
             "update pg_database set datconnlimit = -2 where datname = 'half'"),
            ("update pg_database set datconnlimit = -1 where datname = 'half'",
             "drop database half")),
    Planted("not-checked", "permission denied for view pg_file_settings",
            ("revoke all on pg_file_settings from eagle_exporter",),
            ("grant select on pg_file_settings to eagle_exporter",)),
)  # fmt: skip
OTHERWISE = {
    "checksum-failures", "checksums-off", "no-backups", "archiving-fails", "configuration-broken",
    "certificate-expired", "certificate-expires",
    "replay-paused",
}  # fmt: skip
"""Planted by tests of their own; certificates and a standby are in tests/tooling/deploy."""


@contextmanager
def migrated(version: str) -> Iterator[Server]:
    """Start a server as it should be, with a migrated database."""
    with temporary_server(DURABLE, bin_dir=servers.bin_dir(version)) as started:
        if version != servers.EMBEDDED:
            offline(started, "pg_checksums", "--enable", "--no-sync")
        sql(started, f"create database {DATABASE}", database="postgres")
        ours = settings.load(ROOT)
        migrate(migrator.prepared(started.url(DATABASE), ours), ours)
        yield started


@pytest.fixture(scope="module")
def healthy(request: pytest.FixtureRequest) -> Iterator[Server]:
    with migrated(request.config.getoption("--postgres")) as started:
        yield started


def sql(server: Server, *statements: str, database: str = DATABASE) -> None:
    options = "-c default_transaction_read_only=off -c session_replication_role=origin"
    with psycopg.connect(server.url(database), autocommit=True, options=options) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def offline(server: Server, program: str, *options: str) -> None:
    """Stop the server, run a program on its data, and start it again."""
    server.stop()
    subprocess.run(
        [server.bin_dir / program, "-D", server.data_dir, *options],
        check=True,
        cwd="/",
        env=server.environment(),
        capture_output=True,
        **places.identity(places.account_of(server.data_dir.parent)),
    )
    server.start()


def look(connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[str, str]]:
    return [(one.fault, one.finding) for one in faults.find(connection)]


def exporter(server: Server) -> "psycopg.Connection[tuple[object, ...]]":
    url = server.url(DATABASE, "eagle_exporter")
    return psycopg.connect(url, autocommit=True)


def has(connection: psycopg.Connection[tuple[object, ...]], fault: str, words: str) -> None:
    """Wait until the one fault is found, with these words: a reload takes a moment."""

    def found() -> bool:
        seen = look(connection)
        return [kind for kind, _ in seen] == [fault] and words in seen[0][1]

    wait_for(found, f"{fault}: {words}", 10)


def is_healthy(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    wait_for(lambda: look(connection) == [], "a server without a fault", 10)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: one.words)
def test_a_fault_is_found_until_it_is_mended(planted: Planted, healthy: Server) -> None:
    with exporter(healthy) as watching:
        is_healthy(watching)
        if planted.words == "event_triggers is off" and healthy.major_version() < 17:
            pytest.skip("PostgreSQL 16 cannot switch event triggers off")
        try:
            sql(healthy, *planted.plant)
            has(watching, planted.fault, planted.words)
        finally:
            sql(healthy, *planted.mend)
        is_healthy(watching)


def test_an_error_in_a_configuration_file_is_found_before_the_next_start(healthy: Server) -> None:
    file = healthy.data_dir / "tooling.conf"
    sound = file.read_text()
    with exporter(healthy) as watching:
        is_healthy(watching)
        try:
            for line, words in (
                ("work_mem = 'much'\n", "work_mem: setting could not be applied"),
                ("max_connections = 'many'\n", "max_connections: setting could not be applied"),
                ("work_men = '4MB'\n", "work_men: unrecognized configuration parameter"),
                ("work_mem 4MB 5MB\n", "syntax error"),
            ):
                file.write_text(sound + line)
                has(watching, "configuration-broken", words)
            file.write_text(sound + "max_connections = 101\n")
            has(watching, "restart-pending", "max_connections has changed")
        finally:
            file.write_text(sound)
        is_healthy(watching)


def test_a_page_that_failed_its_checksum_is_found(healthy: Server) -> None:
    sql(healthy, "create table ops.damaged as select 1 as number", "analyze ops.damaged")
    with psycopg.connect(healthy.url(DATABASE)) as connection:
        path = connection.execute("select pg_relation_filepath('ops.damaged')").fetchone()
    assert path is not None
    healthy.stop()
    file = healthy.data_dir / str(path[0])
    content = bytearray(file.read_bytes())
    content[8000] ^= 0xFF
    file.write_bytes(content)
    healthy.start()
    with exporter(healthy) as watching:
        is_healthy(watching)
        with suppress(psycopg.errors.DataCorrupted):
            sql(healthy, "table ops.damaged")
        has(watching, "checksum-failures", f"1 pages of database {DATABASE} failed")
        sql(healthy, "drop table ops.damaged", "select pg_stat_reset()")
        is_healthy(watching)


def test_settings_that_a_restart_brings_are_found(healthy: Server) -> None:
    """Backups refused by wal_level, then WAL that is not archived, then checksums switched off."""

    def restarted(*statements: str) -> None:
        sql(healthy, *statements)
        healthy.stop()
        healthy.start()

    restarted("alter system set wal_level = minimal", "alter system set max_wal_senders = 0")
    with exporter(healthy) as watching:
        assert sorted(look(watching)) == [
            ("no-backups", "max_wal_senders is 0"), ("no-backups", "wal_level is minimal"),
        ]  # fmt: skip
    restarted("alter system reset wal_level", "alter system reset max_wal_senders",
              "alter system set archive_mode = on")  # fmt: skip
    with exporter(healthy) as watching:
        has(watching, "archiving-fails", "archive_mode is on without archive_command")
        sql(healthy, "alter system set archive_command = 'exit 1'", RELOAD)
        sql(healthy, "create table ops.some ()", "drop table ops.some", "select pg_switch_wal()")
        has(watching, "archiving-fails", "could not be archived, at the latest 20")
        sql(healthy, "alter system set archive_command = 'exit 0'", RELOAD)
        is_healthy(watching)
    sql(healthy, "alter system reset archive_mode", "alter system reset archive_command")
    offline(healthy, "pg_checksums", "--disable", "--no-sync")
    with exporter(healthy) as watching:
        has(watching, "checksums-off", "data_checksums is off")
    offline(healthy, "pg_checksums", "--enable", "--no-sync")
    with exporter(healthy) as watching:
        is_healthy(watching)


def test_a_table_that_autovacuum_will_analyze_is_no_fault(healthy: Server) -> None:
    create = f"{BIG} select generate_series(1, 20000) as number"
    sql(healthy, create, "select pg_stat_force_next_flush()")
    with exporter(healthy) as watching:
        found = look(watching)
    sql(healthy, "drop table ops.big")
    assert found == []


def test_every_fault_is_planted() -> None:
    assert {one.fault for one in PLANTED} | OTHERWISE == set(faults.FAULTS)


@pytest.mark.parametrize(("severity", "alert"), [("page", "DataAtRisk"), ("ticket", "ServerFault")])
def test_the_runbook_has_a_line_for_each_fault(severity: str, alert: str) -> None:
    section = RUNBOOK.read_text().split(f"\n## {alert}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| `([\w-]+)` \| .+ \| .+ \|$", section, re.MULTILINE)
    assert lines == [name for name, one in faults.FAULTS.items() if one.severity == severity]


def test_preflight_says_what_the_faults_are(healthy: Server) -> None:
    checks = [one for one in preflight.CHECKS if one.name == "server"]
    given = Given(healthy.url(DATABASE), settings.load(ROOT))
    with psycopg.connect(healthy.url(DATABASE), autocommit=True) as admin:
        assert preflight.run(checks, admin, given) == []
        admin.execute("alter role eagle_reader nologin")
        admin.execute("alter role eagle_auditor valid until 'tomorrow'")
        found = preflight.run(checks, admin, given)
        admin.execute("alter role eagle_reader login")
        admin.execute("alter role eagle_auditor valid until 'infinity'")
    assert [one.severity for one in found] == ["error", "warning"]
    assert found[0].remedy == "alter role eagle_reader login"
