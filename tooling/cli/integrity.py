"""`tooling integrity`: whether the database holds what it should."""

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import Exit


@click.command()
@click.option("--quick", is_flag=True, help="Leave out what hashes or sorts every row.")
@click.option("--all", "show_all", is_flag=True, help="Show the checks that found nothing, too.")
@options.as_json
@options.dsn
def command(quick: bool, show_all: bool, as_json: bool, dsn: str | None) -> int:
    """Check what the database holds; exit 11 if something is wrong. Writes nothing.

    Orphans, ranges, duplicates, hashes, event chains, invalid objects, missing partitions, numbers
    that run out, bloat and stale statistics, by ops.check_integrity(). Connect as eagle_operator.
    A warning leaves the exit code at 0.

    \b
      tooling integrity
      tooling integrity --quick --json
    """
    from psycopg.rows import dict_row

    from tooling.database import connect

    with connect(dsn, role="eagle_operator", row_factory=dict_row) as connection:
        # The whole check is one statement: a limit on statements is for those of the application.
        connection.execute("set local statement_timeout = 0")
        rows = connection.execute(
            "select check_name, severity, violations, findings, remedy"
            "  from ops.check_integrity(is_thorough => %s)",
            [not quick],
        ).fetchall()
    wrong = [row for row in rows if row["violations"]]
    errors = [row for row in wrong if row["severity"] == "error"]
    if as_json:
        printing.say_json({"checks": len(rows), "errors": len(errors), "found": wrong})
        return Exit.UNSOUND if errors else Exit.OK
    for row in rows if show_all else wrong:
        if not row["violations"]:
            printing.say(f"ok       {row['check_name']}")
            continue
        printing.say(f"{row['severity']:<8} {row['check_name']}: {row['violations']}")
        for finding in row["findings"]:
            printing.say(f"{'':<8} {finding}")
        printing.say(f"{'':<8} {row['remedy']}")
    said = f"{len(rows)} checks, {len(errors)} errors, {len(wrong) - len(errors)} warnings"
    printing.say(said, err=True)
    return Exit.UNSOUND if errors else Exit.OK
