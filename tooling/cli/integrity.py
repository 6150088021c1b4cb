"""`tooling integrity`: check what the database holds."""

from typing import Any

import click
import psycopg
from psycopg.rows import dict_row

from tooling import printing
from tooling.cli import options
from tooling.errors import Exit


@click.command()
@click.option("--quick", is_flag=True, help="Skip the checks that hash or sort every row.")
@click.option("--all", "show_all", is_flag=True, help="Also show the checks that found nothing.")
@options.as_json
@options.database(role="eagle_operator", row_factory=dict_row)
def command(connection: psycopg.Connection[Any], quick: bool, show_all: bool, as_json: bool) -> int:
    """Check the integrity of what the database holds.

    Runs ops.check_integrity(): orphaned rows, ranges, duplicates, hashes, event chains, invalid
    objects, missing partitions, sequences near their end, bloat and stale statistics. Connect as
    eagle_operator. Writes nothing. Exit code: 11 if a check found an error; warnings do not
    count.

    \b
      tooling integrity
      tooling integrity --quick --json
    """
    # The checks are one statement, which the limit for statements of the application would cancel.
    connection.execute("set local statement_timeout = 0")
    rows = connection.execute(
        "select check_name, severity, violations, findings, remedy"
        "  from ops.check_integrity(is_thorough => %s)",
        [not quick],
    ).fetchall()
    wrong = [row for row in rows if row["violations"]]
    errors = [row for row in wrong if row["severity"] == "error"]
    lines: list[tuple[str, str]] = []
    for row in rows if show_all else wrong:
        if not row["violations"]:
            lines.append(("ok", row["check_name"]))
            continue
        lines.append((row["severity"], f"{row['check_name']}: {row['violations']}"))
        lines += [("", text) for text in (*row["findings"], row["remedy"])]
    report = {"checks": len(rows), "errors": len(errors), "found": wrong}
    said = f"{len(rows)} checks, {len(errors)} errors, {len(wrong) - len(errors)} warnings"
    printing.say_result(report, printing.columns(lines), as_json=as_json, summary=[said])
    return Exit.UNSOUND if errors else Exit.OK
