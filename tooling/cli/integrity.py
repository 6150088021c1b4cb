"""`tooling integrity`: check what the database holds."""

import re
from typing import Any

import click
import psycopg
from psycopg.rows import dict_row

from tooling import printing
from tooling.cli import options
from tooling.errors import Exit

_DAMAGE = ("unreadable", "pages")
"""Checks whose findings are damaged pages or files, whatever else is found."""
_CHECKERS = r"ops\.(check_integrity|find_\w+_faults|\w*definitions|catalog_row_hashes)"


@click.command()
@click.option("--quick", is_flag=True, help="Skip the checks that hash or sort every row.")
@click.option("--all", "show_all", is_flag=True, help="Also show the checks that found nothing.")
@options.as_json
@options.database(role="eagle_operator")
def command(connection: psycopg.Connection[Any], quick: bool, show_all: bool, as_json: bool) -> int:
    """Check the integrity of what the database holds.

    Runs ops.check_integrity(): every object against what the migrations left, every row against
    every rule of its table, projects against their events, catalogs against what was imported,
    pages and indexes by amcheck; and missing partitions, sequences near their end, bloat and stale
    statistics. A check that cannot read a table is a finding, and the others run. Connect as
    eagle_operator. Writes nothing. Exit code: 13 if a page or file is damaged, else 11 if a check
    found an error; warnings do not count.

    \b
      tooling integrity
      tooling integrity --quick --json
    """
    # The checks are one statement, which the limit for statements of the application would cancel.
    connection.execute("set local statement_timeout = 0")
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select check_name, severity, violations, findings, remedy"
            "  from ops.check_integrity(is_thorough => %s)",
            [not quick],
        ).fetchall()
    rows.append(_checkers(connection))
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
    if any(row["check_name"] in _DAMAGE for row in errors):
        return Exit.DAMAGED
    return Exit.UNSOUND if errors else Exit.OK


def _checkers(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """Compare the functions that check with those beside this program: one could find nothing."""
    from tooling.audit import guards

    texts = [
        problem.problem
        for problem in guards.functions(connection)
        if re.search(rf"function: {_CHECKERS} ", problem.problem)
    ]
    return {
        "check_name": "checkers",
        "severity": "error",
        "violations": len(texts),
        "findings": texts,
        "remedy": "Find out who replaced it; run the files of its migration again.",
    }
