"""A replication slot whose WAL the server has removed is lost, whatever the server calls it."""

import shutil

import psycopg

from tests.tooling.backup.world import world
from tooling.backup import follow
from tooling.backup.barman import SLOT
from tooling.errors import Exit
from tooling.metrics import collect

_STATUS = f"select wal_status from pg_replication_slots where slot_name = '{SLOT}'"
_OLDEST = "select min(name) from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'"
_KEPT = f"select pg_walfile_name(restart_lsn) from pg_replication_slots where slot_name = '{SLOT}'"


def test_a_slot_that_is_called_extended_is_lost_if_its_wal_is_gone() -> None:
    """The slot is as an older copy of the data directory had it: PostgreSQL calls it extended."""
    with world({"max_wal_size": "32MB", "min_wal_size": "32MB"}) as made:
        made.json("backup", "run")
        made.tooling("backup", "receive", "--stop")
        made.server.stop()
        slot = made.server.data_dir / "pg_replslot" / SLOT / "state"
        before = shutil.copy2(slot, made.place / "state")
        made.server.start()
        assert lost(made.url) == (False, 0)
        made.sql(f"select pg_drop_replication_slot('{SLOT}')")
        for _ in range(4):
            made.sql("select pg_logical_emit_message(false, 'tests', 'x')")
            made.sql("select pg_switch_wal()")
            made.sql("checkpoint")
        made.sql(f"select pg_create_physical_replication_slot('{SLOT}', true)")
        made.server.stop()
        shutil.copyfile(before, slot)
        made.server.start()
        assert made.sql(_OLDEST) > made.sql(_KEPT)
        assert made.sql(_STATUS) in ([("extended",)], [("reserved",)])
        assert lost(made.url) == (True, 1)
        said = made.tooling("preflight", "--check", "replication")
        assert "slot barman" in said.stdout + said.stderr
        assert "(lost)" in said.stdout + said.stderr
        assert said.returncode == Exit.REFUSED
        done = made.tooling("backup", "reset-receiver", "--no-backup")
        assert (done.returncode, "is lost" in done.stderr) == (Exit.PENDING, True)
        assert lost(made.url) == (False, 0)


def lost(url: str) -> tuple[bool, float]:
    """Return whether the slot is lost for who receives, and what the metric says."""
    with psycopg.connect(url, autocommit=True) as connection:
        source = follow.look(connection)
        samples = collect.read(connection, collect.Folders())
    assert source
    assert source.slot
    (value,) = [one.value for one in samples if one.metric == "replication_slot_lost"]
    return source.slot.lost, value
