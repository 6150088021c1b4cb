"""Groups whose commands are imported when they are used, and listed in sections."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import click

Load = Callable[[str], click.Command]


class Group(click.Group):
    """A group with the commands that `sections` name; `load` returns the one of a name."""

    def __init__(
        self,
        *arguments: Any,
        sections: Mapping[str, Sequence[str]],
        load: Load,
        **keywords: Any,
    ) -> None:
        super().__init__(*arguments, **keywords)
        self.sections = sections
        self.load = load

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names, in the order of the sections."""
        return [name for names in self.sections.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name, imported now."""
        return self.load(cmd_name) if cmd_name in self.list_commands(ctx) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section, a line for a command."""
        width = max(map(len, self.list_commands(ctx)))
        for title, names in self.sections.items():
            rows = [(name.ljust(width), _about(self.load(name))) for name in names]
            with formatter.section(title):
                formatter.write_dl(rows)


def command_of(module: str) -> click.Command:
    """Return the command that a module of this package defines."""
    command: click.Command = import_module(f"tooling.cli.{module.replace('-', '_')}").command
    return command


def _about(command: click.Command) -> str:
    """Return what a command does in a line: the first sentence of its help."""
    return command.get_short_help_str(limit=200)
