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
    type=click.Path(dir_okay=False, path_type=Path),
    help="Add a dated entry to this Markdown file.",
)
@options.as_json
@options.dsn
def command(entry: Path | None, as_json: bool, dsn: str | None) -> int:
    """Restore the newest backup beside and prove it equal; exit 14 if it is not.

    The copy is brought to a moment of now and compared with the server at that moment: objects,
    rows and checksums of every table; then its chains, integrity checks, pages (pg_amcheck) and the
    queries of the benchmark. The server goes on meanwhile. Needs a superuser, and twice the space
    of the data in the temporary folder (TMPDIR).

    Recovery time is from the first byte copied to the first connection accepted; recovery point is
    how long a commit took to reach the backups' disk, 0 with a synchronous receiver.

    \b
      tooling dr-test --json
      tooling dr-test --entry docs/drills.md
    """
    from tooling.backup import drill, settings
    from tooling.database import resolve

    def tell(said: str) -> None:
        if not as_json:
            printing.say(said, err=True)

    done = drill.run(settings.load(), resolve(dsn), tell)
    if entry is not None:
        _append(entry, done)
    if as_json:
        printing.say_json(done.as_dict())
    else:
        printing.say_page(_table(done))
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
