"""`tooling migrate`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.migrations
@options.dsn
@click.option(
    "--wait",
    type=float,
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another runner.",
)
@click.option(
    "--lock-timeout",
    metavar="TIME",
    help="How long a statement waits for a lock (500ms, half of deadlock_timeout).",
)
@click.option(
    "--lock-attempts",
    type=click.IntRange(1),
    metavar="N",
    help="How often a file is tried while locks are in the way (30).",
)
@click.option(
    "--allow-out-of-order",
    is_flag=True,
    help="Apply files ordered before applied ones; recorded in the ledger.",
)
@click.option(
    "--resume",
    metavar="ID:N",
    callback=options.statement_number,
    help="Take the statements before N of a partly applied file as done.",
)
@options.dry_run
@options.events
def command(
    migrations: Path | None,
    dsn: str | None,
    wait: float,
    lock_timeout: str | None,
    lock_attempts: int | None,
    allow_out_of_order: bool,
    resume: tuple[str, int] | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Apply the pending migrations, each once, and the repeatable files.

    Each file is one transaction with its ledger row. After an interruption of any kind, run the
    same command again: it goes on where it stopped. Nothing is ever rolled back by itself.

    \b
    tooling migrate
    tooling migrate --migrations other/migrations --dsn postgresql://host/db
    """
    from tooling.deploy import prepared
    from tooling.migration import Options, migrate
    from tooling.migration.report import Json, Text

    settings = options.settings_for(migrations)
    reporter = Json() if as_json else Text()
    result = migrate(
        prepared(dsn, settings, dry_run=dry_run),
        settings,
        reporter,
        Options(
            wait=wait,
            lock_timeout=lock_timeout,
            lock_attempts=lock_attempts,
            allow_out_of_order=allow_out_of_order,
            resume=resume,
            dry_run=dry_run,
        ),
    )
    if as_json:
        reporter("result", **result.as_dict())
        return
    if dry_run:
        for name in result.pending:
            printing.say(name)
        return
    done = f"{len(result.applied)} applied, {result.already} before"
    printing.say(f"{done}; {len(result.repeated)} repeatable; {result.seconds:.2f} s", err=True)
