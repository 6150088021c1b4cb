"""`pgproof migrate`."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.errors import Exit
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.compat.rehearsal import Rehearsal
    from pgproof.run.options import Result


@click.command(cls=outcome.Command)
@options.settings(
    *options.CONNECTED,
    *options.REPEATABLES,
    *options.RUNNING,
    "require_empty",
    "require_reviewed",
    "reviews",
)
@options.dsn
@click.option(
    "--wait", type=float, default=300, metavar="SECONDS", help="Time to wait for another runner."
)
@click.option(
    "--allow-out-of-order",
    is_flag=True,
    help="Apply files that are ordered before applied ones; the ledger records it.",
)
@click.option(
    "--resume",
    metavar="ID:N",
    callback=options.statement_number,
    help="Continue a partly applied file at its statement N.",
)
@click.option(
    "--unreviewed",
    metavar="REASON",
    help="Apply without a review that covers the files; the ledger records the reason.",
)
@options.dry_run
@click.option(
    "--no-rehearse",
    is_flag=True,
    help="Make no scratch copy on which a dry run applies what is pending.",
)
@options.events
def command(
    settings: Settings,
    dsn: str | None,
    wait: float,
    allow_out_of_order: bool,
    resume: tuple[str, int] | None,
    unreviewed: str | None,
    dry_run: bool,
    no_rehearse: bool,
    as_json: bool,
) -> int:
    """Apply pending migrations, each once, and repeatable files.

    Each file and its ledger row are one transaction. After an interruption of any kind, run the
    same command again: it continues where it stopped. No rollback file is ever run by this command.

    A dry run applies what is pending to a scratch copy of the database, which it drops, and checks
    that the bodies of functions still fit. Exit code: 25 if one does not.

    \b
      pgproof migrate
      pgproof migrate --migrations other/migrations --dsn postgresql://host/db
    """
    if unreviewed is not None and not unreviewed.strip():
        raise click.BadParameter("give a reason", param_hint="'--unreviewed'")
    from pgproof.report import Json, Text
    from pgproof.run.migrate import migrate
    from pgproof.run.options import Options

    if unreviewed is not None:
        settings = replace(settings, require_reviewed=False)
    options.announce(dsn, settings)
    reporter = Json() if as_json else Text()
    result = migrate(
        (options.resolve if dry_run else options.prepare)(dsn, settings),
        settings,
        reporter,
        Options(
            wait=wait,
            allow_out_of_order=allow_out_of_order,
            resume=resume,
            unreviewed=unreviewed,
            dry_run=dry_run,
        ),
    )
    if dry_run:
        return _rehearse(result, dsn, settings, as_json=as_json, rehearsing=not no_rehearse)
    if as_json:
        outcome.result(result.as_dict())
        return Exit.OK
    done = f"{len(result.applied)} applied, {result.already} before"
    printing.say(f"{done}; {len(result.repeated)} repeatable; {result.seconds:.2f} s", err=True)
    return Exit.OK


def _rehearse(
    result: "Result", dsn: str | None, settings: Settings, *, as_json: bool, rehearsing: bool
) -> int:
    """Show what a dry run found, and how it goes on a scratch copy."""
    from pgproof.compat.rehearsal import rehearse
    from pgproof.report import progress

    if not as_json:
        printing.say(*result.pending)
        if not result.pending:
            printing.say("nothing is pending", err=True)
    found = None
    if rehearsing:
        conninfo = options.scratch_address(dsn, settings)
        found = rehearse(conninfo, settings, report=progress, prepare=options.preparing(settings))
    code = found.exit_code if found else Exit.OK
    if as_json:
        outcome.result({**result.as_dict(), "rehearsal": found.as_dict() if found else None}, code)
    elif found:
        _show(found)
    return code


def _show(found: "Rehearsal") -> None:
    from pgproof.files.statement import shortened

    if found.omitted:
        printing.say(f"not rehearsed: {found.omitted}", err=True)
        return
    for one in found.broken:
        printing.say(
            f"breaks: {one.function}: {shortened(one.sql)}",
            f"  {one.message} (SQLSTATE {one.sqlstate})",
        )
    printing.say(
        f"rehearsed on a copy of {found.copied}: {len(found.applied)} applied,"
        f" {len(found.repeated)} repeatable; {found.statements} statements in functions,"
        f" {len(found.broken)} break; {found.seconds:.1f} s",
        err=True,
    )
