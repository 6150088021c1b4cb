"""docs/reference/cli.md from the help of the commands themselves; needs no database."""

import click

from tooling.reference.markdown import NOTICE

WIDTH = 88
NAME = "tooling"


def render(group: click.Command) -> str:
    """Return the page: the help of every command, in the order in which they list themselves."""
    context = _context(group, NAME, None)
    lines = ["# Command line", "", NOTICE.format(source="the commands' own help")]
    lines += ["", "[Exit codes](exit-codes.md) are the same for all commands."]
    lines += _section(group, context, 2)
    return "\n".join(lines) + "\n"


def _section(command: click.Command, context: click.Context, level: int) -> list[str]:
    lines = ["", f"{'#' * level} {context.command_path}", "", "```text"]
    lines += [line.rstrip() for line in command.get_help(context).splitlines()]
    lines += ["```"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                lines += _section(inner, _context(inner, name, context), level + 1)
    return lines


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    return click.Context(command, info_name=name, parent=parent, **settings)
