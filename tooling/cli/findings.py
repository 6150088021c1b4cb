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
    "--check", "names", multiple=True, metavar="NAME", help="Run this check only; may be repeated."
)
list_option = click.option("--list", "list_only", is_flag=True, help="List the checks, and exit.")


def chosen(checks: "Sequence[Check]", names: Sequence[str], list_only: bool) -> "Sequence[Check]":
    """Return the checks named, or all. With `list_only` print them and return none."""
    known = {check.name: check for check in checks}
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(
            f"no check is named {unknown[0]!r}; the checks are {', '.join(known)}"
        )
    if list_only:
        printing.say(*printing.columns((check.name, check.about) for check in checks))
        return ()
    return [check for check in checks if not names or check.name in names]


def show(found: "Sequence[Finding]", as_json: bool) -> int:
    """Print the findings; return REFUSED if one is an error, else OK."""
    count = Counter(one.severity for one in found)
    rows = []
    for one in found:
        rows += [(one.severity, f"{one.check}: {one.finding}"), ("", one.remedy)]
    report = {"errors": count["error"], "findings": [asdict(one) for one in found]}
    said = ", ".join(f"{count[kind]} {kind}s" for kind in ("error", "warning", "note"))
    printing.say_result(report, printing.columns(rows), as_json=as_json, summary=[said])
    return Exit.REFUSED if count["error"] else Exit.OK
