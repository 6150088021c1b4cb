"""The one place that prints: what the runner prints by, and tables of rich."""

from typing import TYPE_CHECKING, Any

from pgproof.printing import (
    fail,
    markdown,
    markdown_code,
    misused,
    plain,
    say,
    say_json,
    say_page,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

__all__ = [
    "console",
    "fail",
    "heading",
    "markdown",
    "markdown_code",
    "misused",
    "plain",
    "row",
    "say",
    "say_json",
    "say_page",
]


def console(*, err: bool = False) -> "Console":
    """Return a console of rich that takes text as it is: no mark-up, emoji or escape in it."""
    from rich.console import Console

    return Console(stderr=err, markup=False, emoji=False, highlight=False)


def heading(name: object, rest: str) -> "Text":
    """Return a line for a console with the name in bold."""
    from rich.text import Text

    return Text.assemble((plain(name), "bold"), "  ", plain(rest))


def row(table: "Table", *cells: Any) -> None:
    """Add a row to a table; a cell that is a text, or a Text of rich, is shown plain."""
    from rich.text import Text

    shown = []
    for cell in cells:
        if isinstance(cell, Text):
            shown.append(Text(plain(cell.plain), cell.style))
        else:
            shown.append(Text(plain(cell)) if isinstance(cell, str) else cell)
    table.add_row(*shown)
