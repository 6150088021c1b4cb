"""`tooling metrics`: everything declared is measured, as a role that reads no table."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pgproof.files import folder
from tooling.backup import barman, catalog, identity
from tooling.backup.settings import BackupSettings
from tooling.errors import ConnectionFailedError
from tooling.metrics import collect, families, following, serve, statements, storage
from tooling.metrics.collect import Folders
from tooling.metrics.families import Sample
from tooling.server import processes
from tooling.server.embedded import temporary_server
from tooling.server.places import account_of, hand_over
from tooling.server.server import Server

ROOT = Path(__file__).resolve().parents[3]
EXPORTER = "eagle_exporter"
ELSEWHERE = {"up", "replication_lag_bytes", "prepared_transaction_seconds"}


@pytest.fixture
def as_exporter(migrated_database: str) -> str:
    return make_conninfo(migrated_database, user=EXPORTER)


@pytest.fixture
def slot(migrated_database: str) -> Iterator[str]:
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        connection.execute("select pg_create_physical_replication_slot('measured', true)")
        yield "measured"
        connection.execute("select pg_drop_replication_slot('measured')")


@pytest.fixture
def home(tmp_path: Path) -> BackupSettings:
    """Return a folder with two backups of Barman's; the older one passed its check."""
    settings = BackupSettings(tmp_path / "backups", bucket="backups")
    meta = catalog.folder(settings) / "meta"
    meta.mkdir(parents=True)
    for day in ("21", "22"):
        (meta / f"202611{day}T011500-backup.info").write_text(
            f"status=DONE\nsize=7000\nend_time=2026-11-{day} 01:16:00+00:00\n"
        )
    catalog.record(settings, "20261121T011500", None)
    (settings.home / identity.STATE).write_text("{}")
    return settings


def read(url: str, backups: BackupSettings | None = None) -> list[families.Sample]:
    with psycopg.connect(url, autocommit=True) as connection:
        folders = collect.located(connection, Folders(ROOT / "migrations", backups))
        return collect.read(connection, folders)


def test_everything_declared_is_measured(
    migrated_database: str, as_exporter: str, slot: str, home: BackupSettings
) -> None:
    """But the lag of a receiver and a prepared transaction, which tests/monitoring has."""
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        run = "select ops.begin_job('integrity', null)"
        (run_id,) = connection.execute(run).fetchone() or (None,)
        connection.execute(
            "select ops.finish_job(%s, 0, null, '{\"errors\": 0}')",
            [run_id],
        )
        connection.execute("vacuum app.projects")
        connection.execute("select pg_stat_force_next_flush()")
    catalog.record_restored(home, "20261121T011500")
    with psycopg.connect(migrated_database) as transaction:
        transaction.execute("select 1")
        transaction.execute("select pg_current_xact_id()")
        found = {sample.metric for sample in read(as_exporter, home)}
    assert found == {*families.GAUGES, *families.COUNTERS} - ELSEWHERE


def test_a_slot_that_is_gone_is_one_that_is_lost(
    migrated_database: str, as_exporter: str, home: BackupSettings
) -> None:
    def measured() -> dict[str, float]:
        found = read(as_exporter, home)
        return {one.metric: one.value for one in found if one.labels == {"slot": barman.SLOT}}

    gone = {"active": 0, "lost": 1, "retained_bytes": 0}
    assert measured() == {f"replication_slot_{key}": value for key, value in gone.items()}
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        connection.execute("select pg_create_physical_replication_slot(%s)", [barman.SLOT])
        try:
            there = {**gone, "lost": 0}
            assert measured() == {f"replication_slot_{key}": value for key, value in there.items()}
        finally:
            connection.execute("select pg_drop_replication_slot(%s)", [barman.SLOT])
    (home.home / identity.STATE).unlink()
    assert measured() == {}


@pytest.mark.parametrize(
    ("backup", "server", "due"), [(1, 1, 0), (1, 2, 1), (2, 2, 0)], ids=["same", "older", "newer"]
)
def test_a_backup_is_due_on_a_timeline_without_one(
    home: BackupSettings, backup: int, server: int, due: int
) -> None:
    (file,) = sorted(catalog.folder(home).glob("meta/*22T*"))
    file.write_text(
        f"{file.read_text()}timeline={backup}\nbegin_xlog=0/2000028\nxlog_segment_size=16777216\n"
    )
    found = following.read([Sample("timeline", {}, server), Sample("is_standby", {}, 0)], home)
    assert [one.value for one in found if one.metric == "backup_due"] == [due]


def test_the_text_is_what_prometheus_reads(as_exporter: str) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tooling", "metrics", "--once", "--dsn", as_exporter],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    parsed = {family.name: family for family in text_string_to_metric_families(printed)}
    assert parsed["eagle_up"].samples[0].value == 1
    assert parsed["eagle_migrations_pending"].samples[0].value == 0
    assert parsed["eagle_partition_months_ahead"].samples[0].labels == {
        "relation": "app.project_events"
    }
    assert parsed["eagle_commits"].type == "counter"
    assert all(family.documentation for family in parsed.values())


def test_backups_are_told_by_their_state(home: BackupSettings) -> None:
    """A complete one that no check passed is not a backup yet."""
    newest, sound = 1795310160, 1795223760
    read = {
        (sample.metric, *sample.labels.values()): sample.value for sample in storage.backups(home)
    }
    assert read == {
        ("backups", "verified"): 0,
        ("backups", "checked"): 1,
        ("backups", "unchecked"): 1,
        ("backups", "damaged"): 0,
        ("backups", "incomplete"): 0,
        ("backup_newest_timestamp_seconds",): newest,
        ("backup_checked_timestamp_seconds",): sound,
        ("backup_newest_bytes",): 7000,
    }
    catalog.record_restored(home, "20261121T011500")
    restored = families.Sample("backup_verified_timestamp_seconds", {}, sound)
    assert families.Sample("backups", {"state": "verified"}, 1) in storage.backups(home)
    assert restored in storage.backups(home)
    catalog.record(home, "20261122T011500", "page 7 is damaged")
    assert families.Sample("backups", {"state": "damaged"}, 1) in storage.backups(home)


def test_where_there_is_no_folder_of_backups_nothing_is_said_of_them(tmp_path: Path) -> None:
    assert storage.backups(BackupSettings(tmp_path / "elsewhere")) == []


def test_free_space_is_that_of_the_disk(
    as_exporter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = os.statvfs(tmp_path)
    with psycopg.connect(as_exporter, autocommit=True) as connection:
        places = storage.places(connection)
        assert set(places) == {"data", "WAL"}
        monkeypatch.setenv(storage.DATA_DISK, str(tmp_path))
        assert storage.places(connection)["data"] == tmp_path
    read = storage.disks({**places, "backups": tmp_path, "elsewhere": tmp_path / "nowhere"})
    sizes = {one.labels["place"]: one.value for one in read if one.metric == "disk_bytes"}
    assert set(sizes) == {"data", "backups"}
    assert sizes["backups"] == disk.f_blocks * disk.f_frsize


def test_wal_and_a_tablespace_on_a_disk_of_their_own_are_measured(ours: Server) -> None:
    folder = ours.data_dir.with_name("fast")
    folder.mkdir()
    hand_over(folder, account_of(folder.parent))
    with psycopg.connect(ours.url(), autocommit=True) as connection:
        connection.execute(f"create tablespace fast location '{folder}'".encode())
        places = storage.places(connection)
        connection.execute("drop tablespace fast")
    assert places["tablespace fast"] == folder
    disk = folder.stat().st_dev
    elsewhere = next(one for one in (Path("/dev/shm"), ROOT) if one.stat().st_dev != disk)
    other = {"data": folder, "WAL": elsewhere, "tablespace fast": folder}
    assert [one.labels["place"] for one in storage.disks(other)[::2]] == [*other]


def test_a_migration_in_the_folder_alone_is_pending(as_exporter: str, tmp_path: Path) -> None:
    (tmp_path / "0001.core-schema.sql").write_text("-- 0001.core-schema\nselect 1;\n")
    (tmp_path / "9999.later.sql").write_text("-- 9999.later\nselect 1;\n")
    with psycopg.connect(as_exporter, autocommit=True) as connection:
        samples = collect.read(connection, Folders(tmp_path))
    assert [s.value for s in samples if s.metric == "migrations_pending"] == [1]
    assert len(folder.read(tmp_path).migrations) == 2


def test_a_session_that_was_ended_is_replaced(migrated_database: str, as_exporter: str) -> None:
    reader = serve.Database(as_exporter, Folders())
    assert served(reader)["eagle_read_failed", "tables"] == 0
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where application_name = 'tooling metrics' and datname = current_database()"
        )
    assert served(reader)["eagle_read_failed", "tables"] == 0


@pytest.fixture(scope="module")
def ours() -> Iterator[Server]:
    """Start a server that a test may stop."""
    with temporary_server() as started:
        yield started


def test_a_server_that_is_away_is_down_and_its_disks_are_measured(
    ours: Server, home: BackupSettings
) -> None:
    reader = serve.Database(ours.url(), Folders(backups=home))
    assert served(reader)["eagle_up",] == 1
    ours.stop("immediate")
    down = served(reader)
    ours.start()
    assert down["eagle_up",] == 0
    assert down["eagle_disk_free_bytes", "data"] > 0
    assert down["eagle_disk_free_bytes", "backups"] > 0
    assert down["eagle_backups", "checked"] == 1
    assert not any(name.startswith("eagle_read") for name, *_ in down)
    assert served(reader)["eagle_up",] == 1


@pytest.mark.parametrize("frozen", ["postmaster", "everything"])
def test_a_server_that_lets_nobody_in_any_more_is_down(ours: Server, frozen: str) -> None:
    """The session that is kept would still be answered, or be waited for without an end."""
    reader = serve.Database(ours.url(), Folders())
    assert served(reader)["eagle_up",] == 1
    pid = ours.pid()
    assert pid is not None
    stopped = [pid, *(processes.children_of(pid) if frozen == "everything" else ())]
    for one in stopped:
        os.kill(one, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert [served(reader)["eagle_up",] for _ in range(2)] == [0, 0]
        assert time.monotonic() - began < 2 * 8
    finally:
        for one in stopped:
            os.kill(one, signal.SIGCONT)
    assert served(reader)["eagle_up",] == 1


@pytest.mark.parametrize("change", ["nologin", "connection limit 0"])
def test_an_exporter_that_is_refused_is_not_a_server_that_is_down(
    migrated_database: str, as_exporter: str, change: str
) -> None:
    undo = {"nologin": "login", "connection limit 0": "connection limit 5"}[change]
    reader = serve.Database(as_exporter, Folders())
    with psycopg.connect(migrated_database, autocommit=True) as admin:
        admin.execute(f"alter role eagle_exporter {change}".encode())
        try:
            refused = served(reader)
        finally:
            admin.execute(f"alter role eagle_exporter {undo}".encode())
    assert refused == {("eagle_up",): 1, ("eagle_read_failed", "login"): 1}
    assert served(reader)["eagle_read_failed", "tables"] == 0


def test_an_exporter_without_its_privileges_is_no_server_that_is_down(
    migrated_database: str, as_exporter: str
) -> None:
    with psycopg.connect(migrated_database, autocommit=True) as admin:
        admin.execute("revoke pg_monitor from eagle_exporter")
        admin.execute("revoke execute on function ops.metrics() from eagle_exporter")
        try:
            refused = served(serve.Database(as_exporter, Folders()))
        finally:
            admin.execute("grant pg_monitor to eagle_exporter")
            admin.execute("grant execute on function ops.metrics() to eagle_exporter")
    assert refused["eagle_up",] == 1
    failed = {key[1] for key, value in refused.items() if key[0] == "eagle_read_failed" and value}
    assert {"tables", "activity"} <= failed < {*statements.ALL, "faults"}
    assert refused["eagle_privileges_missing",] == 2
    assert refused["eagle_index_blocks_total", "hit"] >= 0


def test_a_part_that_does_not_answer_in_time_leaves_the_others(
    migrated_database: str, as_exporter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "_SECONDS", 1.0)
    with psycopg.connect(migrated_database) as admin:
        admin.execute("lock table ops.jobs")
        began = time.monotonic()
        found = served(serve.Database(as_exporter, Folders()))
        assert time.monotonic() - began < 5
    assert found["eagle_read_failed", "tables"] == 1
    assert found["eagle_read_failed", "server"] == 0


def test_what_holds_back_vacuum_is_measured_in_every_database(server: Server) -> None:
    with (
        psycopg.connect(server.url(), autocommit=True) as admin,
        psycopg.connect(server.url()) as holder,
    ):
        holder.execute("set transaction isolation level repeatable read")
        holder.execute("table pg_class")
        for _ in range(3):
            admin.execute("select pg_current_xact_id()")
        ages = {
            (sample.labels["holder"], sample.labels["name"]): sample.value
            for sample in read(server.url("template1"))
            if sample.metric == "oldest_xmin_age"
        }
    assert ages["session", "postgres in postgres"] >= 3


def served(reader: serve.Database) -> dict[tuple[str, ...], float]:
    """Return what is served, by name and values of labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in reader.collect()
        for sample in family.samples
    }


def test_it_serves_over_http(as_exporter: str) -> None:
    run = [sys.executable, "-m", "tooling", "metrics", "--port", "0", "--dsn", as_exporter]
    with subprocess.Popen(run, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            url = process.stderr.readline().strip()
            with urllib.request.urlopen(url, timeout=20) as answer:
                assert b"eagle_up 1.0" in answer.read()
        finally:
            process.terminate()


def test_a_port_that_is_taken_is_named(as_exporter: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConnectionFailedError, match=f"cannot listen on 127.0.0.1:{port}"):
            serve.serve(as_exporter, Folders(), "127.0.0.1", port)


def test_the_exporter_reads_no_table(migrated_database: str, as_exporter: str) -> None:
    """Of every schema, the ledger's and views included; by trying, as the role itself."""
    with psycopg.connect(migrated_database) as connection:
        relations = connection.execute(
            "select n.nspname, c.relname from pg_class as c"
            "  join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname in ('app', 'catalog', 'ops', 'ledger')"
            "   and c.relkind in ('r', 'p', 'v', 'm')"
        ).fetchall()
    assert len(relations) > 20
    allowed = []
    with psycopg.connect(as_exporter, autocommit=True) as connection:
        for name in relations:
            query = sql.SQL("select * from {}").format(sql.Identifier(*name))
            try:
                connection.execute(query)
                allowed.append(name)
            except psycopg.errors.InsufficientPrivilege:
                pass
    assert allowed == []


def test_the_exporter_calls_one_function(as_exporter: str) -> None:
    with psycopg.connect(as_exporter) as connection:
        rows = connection.execute(
            "select p.oid::regprocedure::text from pg_proc as p"
            "  join pg_namespace as n on n.oid = p.pronamespace"
            " where n.nspname in ('app', 'catalog', 'ops')"
            "   and has_schema_privilege(n.oid, 'usage')"
            "   and has_function_privilege(p.oid, 'execute')"
        ).fetchall()
    assert rows == [("ops.metrics()",)]
