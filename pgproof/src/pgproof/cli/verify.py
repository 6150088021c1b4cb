"""`pgproof verify`."""

from typing import TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.verify.records import Verification, Verified

_STRONGEST = "ACCESS EXCLUSIVE"


@click.command(cls=outcome.Command)
@options.settings("migrations", "ledger_schema", "owner", "server", "before")
@options.dsn
@click.option(
    "--template",
    metavar="DB",
    help="Begin with a copy of this database of the server; nobody may be connected to it.",
)
@click.option(
    "--only",
    metavar="ID",
    multiple=True,
    help="Verify this migration alone; the others are applied.",
)
@click.option(
    "--rows",
    type=click.IntRange(0),
    default=5,
    metavar="N",
    help="Rows that are made up for each empty table.",
)
@options.as_json
def command(
    settings: Settings,
    dsn: str | None,
    template: str | None,
    only: tuple[str, ...],
    rows: int,
    as_json: bool,
) -> int:
    """Apply each migration, roll it back, and apply it again.

    This happens on a scratch database of the server, which is dropped; no other database is
    changed. Compared are every object and every row: after a rollback they must be what they were
    before the migration, and after the second time what they were after the first. Shown are also
    the rows and values that each rollback deletes, and the locks that it holds. Exit code: 0 if all
    pass, 22 if one does not.

    \b
      pgproof verify
      pgproof verify --template shop --only 0012.status
    """
    from pgproof.report import progress
    from pgproof.verify.verify import verify

    found = verify(
        options.scratch(dsn, settings),
        settings,
        template=template,
        only=only,
        rows=rows,
        prepare=options.preparing(settings),
        report=progress,
    )
    if as_json:
        outcome.result(found.as_dict(), found.exit_code)
    else:
        _show(found)
    return int(found.exit_code)


def _show(found: "Verification") -> None:
    for one in found.migrations:
        printing.say_heading(one.id, _state(one))
        for problem in one.problems:
            printing.say(f"  {problem.message}", *(f"    {line}" for line in problem.details))
        printing.say(*(f"  note: {line}" for line in one.notes))
        printing.say(*(f"  the rollback deletes {loss}" for loss in one.loses))
        printing.say(*(f"  the rollback does not restore {loss}" for loss in one.not_restored))
        strong = [lock for lock in one.locks if (lock.kind, lock.mode) == ("table", _STRONGEST)]
        printing.say(
            *(
                f"  the rollback locks {lock.relation} {lock.mode}, line {lock.line}"
                for lock in strong
            )
        )
    printing.say(*(f"not verified: {name}" for name in found.left))
    printing.say(
        *(f"no rows could be made for {name}: {why}" for name, why in found.unfilled.items()),
        err=True,
    )
    passed = sum(not one.problems for one in found.migrations)
    count = len(found.migrations) + len(found.left)
    printing.say(f"{passed} of {count} pass; {found.seconds:.1f} s", err=True)


def _state(one: "Verified") -> str:
    if one.problems:
        return "FAILED"
    return f"irreversible: {one.irreversible}" if one.irreversible else "passes"
