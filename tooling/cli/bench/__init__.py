"""`tooling bench`: measurements of this schema on servers of their own."""

import click

from tooling.cli.groups import Group, command_of

_SECTIONS = {
    "Benchmarks": ("classes", "mixed", "generate", "indexes", "conversion"),
    "Estimates": ("capacity",),
}


@click.command(cls=Group, sections=_SECTIONS, load=lambda name: command_of(f"bench.{name}"))
def command() -> None:
    """Run benchmarks, each on a server of its own.

    Needs no database. docs/how-to/performance-benchmarks.md says how to read the results.

    \b
      tooling bench classes --sizes 10000 --runs 5
      tooling bench mixed --projects 20000 --seconds 10
    """
