"""What `preflight` and `postflight` share: choosing checks, printing what they find."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tooling import printing
from tooling.errors import Exit

if TYPE_CHECKING:
    from tooling.deploy.preflight import Check, Finding

names_option = click.option(
    "--check", "names", multiple=True, metavar="NAME", help="Make only this check; repeatable."
)
list_option = click.option("--list", "list_only", is_flag=True, help="List the checks.")


def chosen(checks: "Sequence[Check]", names: Sequence[str], list_only: bool) -> "Sequence[Check]":
    """Return the checks named, or all. With `list_only` print them and return none."""
    known = {check.name: check for check in checks}
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(f"no check is named {unknown[0]!r}; there are {', '.join(known)}")
    if list_only:
        for check in checks:
            printing.say(f"{check.name:<15} {check.about}")
        return ()
    return [check for check in checks if not names or check.name in names]


def show(found: "Sequence[Finding]", as_json: bool) -> int:
    """Print the findings; return REFUSED if one is an error, else OK."""
    count = Counter(one.severity for one in found)
    if as_json:
        printing.say_json({"errors": count["error"], "findings": [asdict(f) for f in found]})
    else:
        for one in found:
            printing.say(f"{one.severity:<8} {one.check}: {one.finding}", f"{'':<8} {one.remedy}")
        said = ", ".join(f"{count[kind]} {kind}s" for kind in ("error", "warning", "note"))
        printing.say(said, err=True)
    return Exit.REFUSED if count["error"] else Exit.OK
