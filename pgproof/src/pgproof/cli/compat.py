"""`pgproof compat`."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.errors import Exit, PgproofError
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.compat.records import Compatibility, Mismatch

_PATH = click.Path(path_type=Path)


@click.command(cls=outcome.Command)
@options.settings(*options.CONNECTED, *options.REPEATABLES, "search_path", "session")
@options.dsn
@click.option(
    "--statements",
    metavar="PATH",
    type=_PATH,
    multiple=True,
    help="File or folder of SQL that the application sends.",
)
@click.option(
    "--new-statements",
    metavar="PATH",
    type=_PATH,
    multiple=True,
    help="SQL of the application's next release: show which migration each statement needs.",
)
@click.option(
    "--stat-statements",
    metavar="URL",
    help="Take the statements that pg_stat_statements has counted in this database.",
)
@click.option(
    "--function",
    "functions",
    metavar="NAME",
    multiple=True,
    help="Function that the application calls; shop.* is all of a schema.",
)
@click.option("--role", metavar="ROLE", help="Role of the application.")
@click.option(
    "--statistics",
    metavar="URL",
    help="Plan with the statistics of this database; the server must be PostgreSQL 18.",
)
@click.option(
    "--template",
    metavar="DB",
    help="Begin with a copy of this database of the server; nobody may be connected to it.",
)
@click.option(
    "--schema-of",
    metavar="URL",
    help="Begin with the schema of this database of any server, by pg_dump, without its data.",
)
@click.option(
    "--replay",
    is_flag=True,
    help="Apply the migrations that are applied, even if the database is small enough to copy.",
)
@click.option(
    "--only",
    metavar="ID",
    multiple=True,
    help="Check this migration alone, whether it is applied or pending.",
)
@click.option(
    "--every", is_flag=True, help="Check every migration, beginning with an empty database."
)
@click.option(
    "--slower",
    type=click.FloatRange(1, min_open=True),
    default=2.0,
    metavar="FACTOR",
    help="How many times more the planner's cost must be.",
)
@click.option("--no-run", is_flag=True, help="Do not run statements whose values are known.")
@options.as_json
def command(
    settings: Settings,
    dsn: str | None,
    statements: tuple[Path, ...],
    new_statements: tuple[Path, ...],
    stat_statements: str | None,
    functions: tuple[str, ...],
    role: str | None,
    statistics: str | None,
    template: str | None,
    schema_of: str | None,
    replay: bool,
    only: tuple[str, ...],
    every: bool,
    slower: float,
    no_run: bool,
    as_json: bool,
) -> int:
    """Show which statements of an application a migration breaks.

    On a scratch database, each statement is prepared and explained as the application's role:
    before the migrations, after each of them, and after the rollback of each. Shown is which would
    fail, have other columns or types, lose an index or cost more, and which migration it is. The
    database itself is not changed. Exit code: 0 if nothing breaks, 25 if something does.

    \b
      pgproof compat --statements app/sql --role shop_app
      pgproof compat --stat-statements "$URL" --statistics "$URL" --role shop_app
      pgproof compat --function 'shop.*' --only 0012.status
    """
    from pgproof.compat.compat import compat
    from pgproof.compat.looker import Application
    from pgproof.compat.server import of_server
    from pgproof.compat.statements import of_path
    from pgproof.report import progress
    from pgproof.scratch.source import Source

    asked = [one for path in statements for one in of_path(path)]
    if stat_statements:
        asked += of_server(stat_statements, role, settings.ledger_schema)
    new = [one for path in new_statements for one in of_path(path)]
    if not (asked or new or functions):
        raise PgproofError(
            "no statements to check",
            hint="Give --statements, --stat-statements, --function or --new-statements.",
            exit_code=Exit.USAGE,
        )
    found = compat(
        options.scratch(dsn, settings),
        settings,
        Application(asked, new, functions, role, not no_run),
        Source(template, schema_of, replay),
        only,
        statistics,
        every=every,
        factor=slower,
        prepare=options.preparing(settings),
        report=progress,
    )
    if as_json:
        outcome.result(found.as_dict(), found.exit_code)
    else:
        _show(found, settings.program)
    return int(found.exit_code)


def _show(found: "Compatibility", program: str) -> None:
    printing.say(
        f"copied: {found.copied}; statistics: {found.statistics}; PostgreSQL {found.version}",
        *found.notes,
        err=True,
    )
    if not found.migrations:
        printing.say("nothing is pending: --only or --every check what is applied", err=True)
    for name in found.migrations:
        own = [one for one in found.found if one.migration == name]
        broken = any(one.is_break for one in own)
        printing.say_heading(name, "BREAKS" if broken else "compatible")
        _say(own)
    for one in found.needed:
        if one.refusal:
            printing.say(f"new: {one.statement} ({one.place}) fails: {one.refusal}")
        elif one.migration:
            printing.say(f"new: {one.statement} ({one.place}) needs {one.migration}")
    if found.stopped:
        printing.say(f"stopped: {found.stopped}; `{program} verify` shows more")
    printing.say(*(f"not checked: {name}: {why}" for name, why in found.unchecked), err=True)
    printing.say(
        f"{found.checked} of {found.statements} statements checked,"
        f" {len(found.breaks)} breaks; {found.seconds:.1f} s",
        err=True,
    )


def _say(several: Iterable["Mismatch"]) -> None:
    for one in several:
        step = "" if one.step == "migration" else f" after its {one.step}"
        within = f", in {one.where}" if one.where else ""
        code = f" (SQLSTATE {one.sqlstate})" if one.sqlstate else ""
        place = "" if one.place in (one.statement, one.where) else f" ({one.place})"
        word = one.kind if one.is_break else "note"
        printing.say(f"  {word}{step}: {one.statement}{place}{within}", f"    {one.message}{code}")
