"""`pgproof migrate`."""

from dataclasses import replace

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings


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
@options.events
def command(
    settings: Settings,
    dsn: str | None,
    wait: float,
    allow_out_of_order: bool,
    resume: tuple[str, int] | None,
    unreviewed: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Apply pending migrations, each once, and repeatable files.

    Each file and its ledger row are one transaction. After an interruption of any kind, run the
    same command again: it continues where it stopped. No rollback file is ever run by this command.

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
    if as_json:
        outcome.result(result.as_dict())
        return
    if dry_run:
        printing.say(*result.pending)
        if not result.pending:
            printing.say("nothing is pending", err=True)
        return
    done = f"{len(result.applied)} applied, {result.already} before"
    printing.say(f"{done}; {len(result.repeated)} repeatable; {result.seconds:.2f} s", err=True)
