"""Whether backups follow the server: its slot, its timeline, and copies in the bucket."""

from tooling.backup import barman, follow, identity, ship
from tooling.backup.settings import BackupSettings
from tooling.metrics.families import Sample


def read(found: list[Sample], settings: BackupSettings) -> list[Sample]:
    """Return samples of what the folder of backups says beside those of the server, `found`.

    A slot that the backups need and the server does not have is one that is lost, without a
    receiver: its series do not end with it. A standby needs none.
    """
    if not (settings.home / identity.STATE).is_file():
        return []
    samples = []
    values = {sample.metric: sample.value for sample in found if not sample.labels}
    slots = {sample.labels["slot"] for sample in found if "slot" in sample.labels}
    if not values.get("is_standby") and "timeline" in values:
        if barman.SLOT not in slots:
            labels = {"slot": barman.SLOT}
            samples += [
                Sample("replication_slot_active", labels, 0),
                Sample("replication_slot_lost", labels, 1),
                Sample("replication_slot_retained_bytes", labels, 0),
            ]
        due = follow.backup_due(settings, int(values["timeline"]))
        samples.append(Sample("backup_due", {}, due is not None))
    if (waiting := ship.waiting_seconds(settings)) is not None:
        samples.append(Sample("copy_waiting_seconds", {}, waiting))
    return samples
