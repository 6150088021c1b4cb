"""Backups, the log that is received, and what the tests of recovery found."""

from monitoring.grafana.source.parts import Dashboard, Graph, Number

RECOVERY = Dashboard(
    uid="eagle-recovery",
    title="Eagle Sign: backups and recovery",
    description="Could the database be brought back now, how fast, and how much would be lost?",
    sections=(
        (
            "",
            (
                Number(
                    "Newest backup",
                    "How old it is. Where the folder of backups is not seen: the last backup job.",
                    "s",
                    "time() - (eagle_backup_newest_timestamp_seconds"
                    ' or eagle_job_last_success_timestamp_seconds{job="backup"})',
                    bad=108000,
                ),
                Number(
                    "Newest verified backup",
                    "How old the newest backup is that passed a verification.",
                    "s",
                    "time() - (eagle_backup_verified_timestamp_seconds"
                    ' or eagle_job_last_success_timestamp_seconds{job="backup"})',
                    bad=864000,
                ),
                Number(
                    "Receiver of the log",
                    "1 if every slot is received from.",
                    "short",
                    "min(eagle_replication_slot_active)",
                    bad=1,
                    should_be_high=True,
                ),
                Number(
                    "Last test",
                    "How long ago a backup was last restored and proved equal.",
                    "s",
                    'time() - eagle_job_last_success_timestamp_seconds{job="dr-test"}',
                    bad=864000,
                ),
                Number(
                    "Recovery time",
                    "What the newest test took to restore; 15 minutes are promised.",
                    "s",
                    'eagle_job_result{job="dr-test", field="recovery_time_seconds"}',
                    bad=900,
                ),
                Number(
                    "Recovery point",
                    "How long a commit took to reach the backups' disk; 5 minutes are promised.",
                    "s",
                    'eagle_job_result{job="dr-test", field="recovery_point_seconds"}',
                    bad=300,
                ),
            ),
        ),
        (
            "Backups",
            (
                Graph(
                    "Backups by state",
                    "Damaged and unverified ones raise an alert.",
                    "short",
                    (("eagle_backups", "{{state}}"),),
                    stacked=True,
                ),
                Graph(
                    "Size of the newest",
                    "An increment is small; a full one comes each week.",
                    "bytes",
                    (("eagle_backup_newest_bytes", "backup"),),
                ),
                Graph(
                    "How long the jobs took",
                    "The newest successful run of each.",
                    "s",
                    (
                        (
                            'eagle_job_last_duration_seconds{job=~"backup.*|dr-test"}',
                            "{{job}}",
                        ),
                    ),
                ),
                Graph(
                    "Recovery time over size",
                    "The recovery of the newest test beside a plain copy of the same data.",
                    "s",
                    (
                        (
                            'eagle_job_result{job="dr-test", field="recovery_time_seconds"}',
                            "recovery",
                        ),
                        (
                            'eagle_job_result{job="dr-test", field="plain_copy_seconds"}',
                            "plain copy",
                        ),
                    ),
                    wanted=900,
                ),
            ),
        ),
        (
            "Log",
            (
                Graph(
                    "Log not yet on the receiver's disk",
                    "By receiver.",
                    "bytes",
                    (("eagle_replication_lag_bytes", "{{application_name}} ({{sync_state}})"),),
                ),
                Graph(
                    "Log kept for slots",
                    "A slot that nobody receives from fills the disk.",
                    "bytes",
                    (("eagle_replication_slot_retained_bytes", "{{slot}}"),),
                ),
                Graph(
                    "Synchronous receivers",
                    "If commits wait for one, there has to be one.",
                    "short",
                    (
                        ("eagle_synchronous_standbys_wanted", "wanted"),
                        ("eagle_synchronous_standbys", "connected"),
                    ),
                    width=24,
                ),
            ),
        ),
    ),
)
