"""`tooling catalog`: look up sections, materials, soils, clauses, constants and prices."""

import click

from tooling.cli.groups import Group, command_of

_SECTIONS = {
    "Sections": ("shape", "lightest", "diff", "source", "doubts"),
    "Reference": ("material", "soil", "clause", "constant", "price"),
    "Publishing": ("publish", "withdraw", "correct"),
    "Imports": ("imports", "undo"),
}


@click.command(cls=Group, sections=_SECTIONS, load=lambda name: command_of(f"catalog.{name}"))
def command() -> None:
    """Look up sections, materials and what else is cited.

    Only what publishes, withdraws, corrects or undoes writes.

    \b
      tooling catalog shape W14X90
      tooling catalog lightest HSS PIPE --min-sx 25 --max-depth 12
      tooling catalog material A500
    """
