"""Backups, WAL receivers, and results of the disaster-recovery test."""

from monitoring.grafana.source.parts import Dashboard, Graph, Number

RECOVERY = Dashboard(
    uid="eagle-recovery",
    title="Eagle Sign: backups and recovery",
    description="Can the database be restored, how fast, and how much would be lost?",
    sections=(
        (
            "",
            (
                Number(
                    "Newest backup",
                    "Its age. If the folder of backups is not visible: the last backup job.",
                    "s",
                    "time() - (eagle_backup_newest_timestamp_seconds"
                    ' or eagle_job_last_success_timestamp_seconds{job="backup"})',
                    bad=108000,
                ),
                Number(
                    "Newest checked backup",
                    "Age of the newest backup whose checksums were read and are right.",
                    "s",
                    "time() - (eagle_backup_checked_timestamp_seconds"
                    ' or eagle_job_last_success_timestamp_seconds{job="backup"})',
                    bad=864000,
                ),
                Number(
                    "WAL receiver",
                    "1 if every replication slot has a receiver.",
                    "short",
                    "min(eagle_replication_slot_active)",
                    bad=1,
                    should_be_high=True,
                ),
                Number(
                    "Last recovery test",
                    "How long ago a disaster-recovery test last succeeded.",
                    "s",
                    'time() - eagle_job_last_success_timestamp_seconds{job="dr-test"}',
                    bad=864000,
                ),
                Number(
                    "Recovery time",
                    "Time of the restore in the newest test; the objective is 15 minutes.",
                    "s",
                    'eagle_job_result{job="dr-test", field="recovery_time_seconds"}',
                    bad=900,
                ),
                Number(
                    "Recovery point",
                    "Time until a commit is on the disk of the backups; objective: 5 minutes.",
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
                    "Damaged and unchecked backups fire an alert.",
                    "short",
                    (("eagle_backups", "{{state}}"),),
                    stacked=True,
                ),
                Graph(
                    "Size of the newest backup",
                    "An incremental backup is small; a full backup is taken each week.",
                    "bytes",
                    (("eagle_backup_newest_bytes", "backup"),),
                ),
                Graph(
                    "Duration of jobs",
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
                    "Recovery time and plain copy",
                    "Recovery of the newest test, compared with a plain copy of the same data.",
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
            "WAL",
            (
                Graph(
                    "Replication lag",
                    "WAL that is not yet on the disk of the receiver.",
                    "bytes",
                    (("eagle_replication_lag_bytes", "{{application_name}} ({{sync_state}})"),),
                ),
                Graph(
                    "WAL kept for replication slots",
                    "A slot without a receiver fills the disk.",
                    "bytes",
                    (("eagle_replication_slot_retained_bytes", "{{slot}}"),),
                ),
                Graph(
                    "Synchronous receivers",
                    "If commits wait for a receiver, one has to be connected.",
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
