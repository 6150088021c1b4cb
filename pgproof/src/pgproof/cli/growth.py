"""`pgproof trace --sizes`: how the time of each statement grows."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pgproof import printing
from pgproof.cli import host, outcome
from pgproof.errors import Exit
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.growth.grow import Sizes
    from pgproof.scratch.source import Source


def run(
    conninfo: str,
    settings: Settings,
    sizes: "Sizes",
    source: "Source",
    only: Sequence[str],
    prepare: Callable[[str], str],
    *,
    as_json: bool,
) -> int:
    """Measure, print, and return the exit code."""
    from pgproof.growth import page
    from pgproof.growth.grow import grow

    def report(_event: str, /, **fields: object) -> None:
        printing.say(f"{fields['rows']:,} rows, run {fields['repeat']}", err=True)

    fill = host.current().fill
    found = grow(conninfo, settings, sizes, source, only, report, prepare, fill)
    failed = any(file.failure for file in found.trace.files)
    exit_code = Exit.MIGRATION if failed else Exit.OK
    if as_json:
        outcome.result(found.as_dict(), exit_code)
        return exit_code
    printing.say(*page.lines(found))
    for file in found.trace.files:
        if file.failure:
            printing.fail(file.failure, "Mend the file; what follows it was not measured.")
    return exit_code
