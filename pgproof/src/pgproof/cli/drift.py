"""`pgproof drift`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.drift.drift import Drift, Drifted

_LONGEST = 60


@click.command(cls=outcome.Command)
@options.settings(*options.CONNECTED, *options.REPEATABLES)
@options.dsn
@click.option(
    "--scratch",
    metavar="URL",
    help="Server to make a scratch database on, where the ledger has no record of the objects.",
)
@options.as_json
def command(settings: Settings, dsn: str | None, scratch: str | None, as_json: bool) -> int:
    """Show which objects are not as the migrations made them.

    `pgproof migrate` records in the ledger what each file makes. Where a ledger has no such record,
    as those of earlier releases, the applied migrations are applied to a scratch database. Shown is
    each object that is missing, unexpected or changed, the file that last touched it, and
    statements that would mend it. Writes nothing; needs SELECT on the ledger's tables alone. Exit
    code: 0 if nothing differs, 21 if something does.

    \b
      pgproof drift
      pgproof drift --json
    """
    from pgproof.drift.drift import drift

    found = drift(
        options.resolve(dsn, settings),
        settings,
        scratch,
        options.preparing(settings),
    )
    if as_json:
        outcome.result(found.as_dict(), found.exit_code)
    else:
        _show(found)
    return int(found.exit_code)


def _show(found: "Drift") -> None:
    _say(found.differences)
    if found.partitions:
        printing.say("partitions by ranges, which come and go:", err=True)
        _say(found.partitions)
    said = f"{len(found.differences)} of {found.objects} objects differ"
    of = "recorded in the ledger" if found.source == "ledger" else "made by the migrations"
    printing.say(f"{said} from what is {of}; {found.seconds:.2f} s", err=True)


def _say(several: Iterable["Drifted"]) -> None:
    for one in several:
        what = one.difference
        printing.say_heading(f"{what.kind} {what.name}", f"{what.state}  {one.migration or ''}")
        for change in what.changes:
            printing.say(f"  {change.attribute}:")
            printing.say(*(f"    {line}" for line in _lines(change.expected, change.found)))
        printing.say(*(f"  mend: {line};" for text in one.mend for line in text.splitlines()))


def _lines(expected: Any, found: Any) -> list[str]:
    from difflib import ndiff

    before, after = ([] if one is None else _text(one) for one in (expected, found))
    return [line for line in ndiff(before, after) if not line.startswith(("  ", "?"))]


def _text(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value).splitlines()
