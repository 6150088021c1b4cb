"""What monitoring would raise an alert for at once, in sentences."""

from tooling.metrics.faults import FAULTS
from tooling.metrics.reading import Reading, hit_rate, jobs

HIT_RATE_INDEX, HIT_RATE_TABLE = 0.95, 0.99
CONNECTIONS_SHARE = 0.5
DISK_FREE_SHARE = 0.1
COPY_SECONDS = 3600
HELD_TRANSACTIONS = 5e6
PREPARED_SECONDS = 15 * 60


def problems(now: Reading) -> list[str]:
    """Return a sentence for each thing that is wrong at this moment."""
    found = [
        f"{FAULTS[fault].about}: `tooling preflight --check server`"
        for fault, count in now.by("server_faults", "fault").items()
        if count
    ]
    found += [
        f"the part {part} of the metrics could not be read"
        for part, failed in now.by("read_failed", "part").items()
        if failed
    ]
    if now.one("privileges_missing"):
        found.append("statistics are read in part only: grant pg_monitor to eagle_exporter")
    found += [
        f"job {job.name} is late" if job.state == "late" else f"job {job.name} failed"
        for job in jobs(now)
        if job.state in ("late", "failed")
    ]
    used, limit = sum(now.by("connections", "state").values()), now.one("connections_limit")
    if limit and used > limit * CONNECTIONS_SHARE:
        found.append(f"{used:.0f} of {limit:.0f} connections are in use")
    for words, metric, wanted in (
        ("index", "index_blocks_total", HIT_RATE_INDEX),
        ("table", "table_blocks_total", HIT_RATE_TABLE),
    ):
        share = hit_rate(now, metric)
        if share is not None and share < wanted:
            found.append(f"{share:.1%} of {words} blocks were in memory, {wanted:.0%} are wanted")
    for relation, months in now.by("partition_months_ahead", "relation").items():
        if months < 1:
            found.append(f"{relation} lacks partitions before the end of next month")
    for slot, active in now.by("replication_slot_active", "slot").items():
        if not active:
            found.append(f"nobody receives from the replication slot {slot}")
    for slot, lost in now.by("replication_slot_lost", "slot").items():
        if lost:
            found.append(f"the slot {slot} is lost: `tooling backup reset-receiver`")
    if now.one("backup_due"):
        found.append("no backup leads to this moment: `tooling backup run --full`")
    if now.one("copy_waiting_seconds") > COPY_SECONDS:
        found.append("backups or WAL are not in the bucket: `tooling backup ship`")
    if now.one("synchronous_standbys_wanted") and not now.one("synchronous_standbys"):
        found.append("commits wait for a synchronous receiver, and none is connected")
    if damaged := now.by("backups", "state").get("damaged"):
        found.append(f"{damaged:.0f} backups are damaged: `tooling backup list`")
    if now.one("backup_newest_timestamp_seconds") > now.one("backup_checked_timestamp_seconds"):
        found.append("the newest backup is not checked")
    for holder, transactions in now.by("oldest_xmin_age", "name").items():
        if transactions > HELD_TRANSACTIONS:
            found.append(
                f"{holder} keeps vacuum from removing rows: {transactions:,.0f} transactions old"
            )
    for database, seconds in now.by("prepared_transaction_seconds", "datname").items():
        if seconds > PREPARED_SECONDS:
            found.append(f"a prepared transaction of {database} is {seconds:,.0f} s old")
    size = now.by("disk_bytes", "place")
    for place, free in now.by("disk_free_bytes", "place").items():
        if free < size[place] * DISK_FREE_SHARE:
            found.append(f"{free / size[place]:.0%} of the disk of the {place} are free")
    for metric, words in (
        ("migrations_partial", "migrations stopped half-way"),
        ("migrations_pending", "migrations are pending"),
        ("indexes_invalid", "indexes are invalid"),
        ("access_findings", "openings in who may do what: `tooling preflight --check access`"),
        ("partition_missed_writes", "writers were refused for want of a partition"),
        ("lock_waiters", "sessions wait for a lock"),
    ):
        if count := now.one(metric):
            found.append(f"{count:.0f} {words}")
    return found
