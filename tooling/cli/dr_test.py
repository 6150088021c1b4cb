"""`tooling dr-test`: prove that the newest backup restores to what the server is now."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import Exit

if TYPE_CHECKING:
    from tooling.backup.drill import Drill


@click.command()
@click.option(
    "--entry",
    type=options.FILE,
    help="Markdown file to append a dated entry to.",
)
@options.as_json
@options.dsn
def command(entry: Path | None, as_json: bool, dsn: str | None) -> int:
    """Restore the newest backup, and prove it equal to the server.

    The copy is recovered to the present moment and compared with the server at that moment:
    objects, rows and checksums of every table. Then its hash chains, integrity checks and pages
    (pg_amcheck) are verified, and the queries of the benchmark are run. The server stays in use.
    Needs a superuser, and twice the size of the data in TMPDIR.

    The recovery time is measured from the first byte copied to the first connection accepted; the
    recovery point is how long a commit took to reach the disk of the backups, 0 with a synchronous
    receiver. Exit code: 14 if a check of the copy failed, 13 if the backup is damaged.

    \b
      tooling dr-test --json
      tooling dr-test --entry docs/drills.md
    """
    from tooling.backup import drill, settings

    def tell(said: str) -> None:
        if not as_json:
            options.say_step(said)

    done = drill.run(settings.load(), options.announced(dsn), tell)
    if entry is not None:
        _append(entry, done)
    printing.say_result(done.as_dict(), _table(done).splitlines(), as_json=as_json)
    return Exit.OK if done.passed else Exit.UNPROVEN


def _table(done: "Drill") -> str:
    lines = [
        "| what | figure |",
        "|---|---|",
        f"| result | {'passed' if done.passed else 'FAILED'} |",
        f"| recovery time | {done.recovery_time_seconds} s |",
        f"| recovery point | {done.recovery_point_seconds} s (receiver: {done.receiver}) |",
        f"| plain copy of the data directory | {done.plain_copy_seconds} s; {done.ratio} times |",
        f"| data | {done.bytes / 1e6:,.0f} MB, PostgreSQL {done.postgresql} |",
        f"| backup | {done.backup}, up to {done.target_lsn} |",
        f"| machine | {printing.markdown(done.machine)}, load {done.load} |",
    ]
    for check in done.checks:
        state = "" if check.passed else "FAILED: "
        lines.append(f"| {check.name} | {state}{printing.markdown(check.seen)} |")
    return "\n".join(lines)


def _append(file: Path, done: "Drill") -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"\n## {done.at:%Y-%m-%d %H:%M} UTC\n\n{_table(done)}\n")
