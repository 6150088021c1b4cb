"""`pgproof mutate`."""

import os
from typing import TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.mutate.records import Mutation, Outcome

_EVERY = 100


@click.command(cls=outcome.Command)
@options.settings("migrations", "ledger_schema", "owner", "server", "tests", "excuses", "journal")
@options.dsn
@click.option(
    "--template",
    metavar="DB",
    help="Copy this database of the server; nobody may be connected to it.",
)
@click.option(
    "--changed",
    metavar="REV",
    help="Break only the objects that files name which changed since this revision of git.",
)
@click.option(
    "--only",
    metavar="NAME",
    multiple=True,
    help="Break only this object, or make only mutants that are called so.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1),
    default=os.cpu_count,
    show_default="number of processors",
    help="Copies of the database that are worked on at the same time.",
)
@click.option(
    "--touching",
    is_flag=True,
    help="Run only the tests that touch the object; what another test kills survives.",
)
@click.option("--afresh", is_flag=True, help="Forget what a run that was stopped has found.")
@click.option("--dry-run", is_flag=True, help="Show the mutants; run no test.")
@options.as_json
def command(
    settings: Settings,
    dsn: str | None,
    template: str | None,
    changed: str | None,
    only: tuple[str, ...],
    jobs: int,
    touching: bool,
    afresh: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Break each object of a schema, and show what no test notices.

    In copies of the database one constraint, default, key, index, trigger, policy, privilege,
    label, comment or part of a function at a time is dropped, weakened or changed, and the tests
    run until one fails. What none notices is listed with the SQL that broke it. A run that was
    stopped goes on where it was. Exit code: 0 if every mutant is noticed or excused, 27 if not.

    \b
      pgproof mutate
      pgproof mutate --changed origin/main
      pgproof mutate --only shop.orders --template shop
    """
    from pgproof.mutate.mutate import Choice, mutate

    def found(_one: "Outcome", number: int, count: int) -> None:
        if number % _EVERY == 0:
            printing.say(f"{number:,} of {count:,} mutants", err=True)

    result = mutate(
        options.scratch(dsn, settings),
        settings,
        Choice(template, changed, only, jobs, afresh, touching, dry_run),
        prepare=options.preparing(settings),
        found=found,
    )
    if dry_run:
        if as_json:
            outcome.result({"mutants": [one.mutant.as_dict() for one in result.outcomes]})
        else:
            _list(result)
        return 0
    if as_json:
        outcome.result(result.as_dict(), result.exit_code)
    else:
        _show(result)
    return int(result.exit_code)


def _list(result: "Mutation") -> None:
    for one in result.outcomes:
        printing.say(one.mutant.id)
    printing.say(f"{len(result.outcomes):,} mutants; no test was run", err=True)


def _show(result: "Mutation") -> None:
    from pgproof.mutate.records import State

    survivors = result.of(State.SURVIVED)
    for one in survivors:
        printing.say_heading(one.mutant.id, f"SURVIVED {one.files} test files")
        printing.say(*(f"  {line}" for line in one.mutant.shown))
    for name in result.stale:
        printing.say(f"excused, but killed or not there: {name}")
    killed, excused = len(result.of(State.KILLED)), len(result.of(State.EXCUSED))
    refused = len(result.of(State.STILLBORN))
    printing.say(
        f"{killed:,} of {len(result.outcomes) - refused:,} mutants killed, {excused:,} excused,"
        f" {len(survivors):,} survived; {result.seconds:.0f} s",
        f"{refused:,} more the server refuses",
        *(f"{count:,} left out: {rule}" for rule, count in result.left_out.items()),
        err=True,
    )
