"""The one place that prints: no text of a database, a file or a process steers a terminal."""

import json
import unicodedata
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

# Control characters and escapes, marks that reorder or hide what follows, separators of lines, and
# what is no character. Spaces of other widths print as what they are.
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"})
_MARKED = str.maketrans({**{one: f"\\{one}" for one in "\\`*[]|"}, "<": "&lt;", "&": "&amp;"})
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(text: object) -> str:
    """Return a text in one line, with whatever would steer a terminal written as an escape."""
    said = str(text)
    if said.isascii() and said.isprintable():
        return said
    return "".join(_escaped(one) if unicodedata.category(one) in _STEERING else one for one in said)


def say(*lines: object, err: bool = False, stream: IO[str] | None = None) -> None:
    """Print each argument as one line, on stdout, on stderr, or on a stream."""
    for line in lines:
        click.echo(plain(line), err=err, file=stream)


def say_json(document: Any, *, stream: IO[str] | None = None) -> None:
    """Print a document as one line of JSON, in ASCII; what JSON does not know, as text."""
    click.echo(json.dumps(document, default=str), file=stream)


def say_page(page: str, *, err: bool = False) -> None:
    """Print a page of the toolkit's own lines; in none is a line break that is not its own."""
    say(*page.splitlines(), err=err)


def fail(message: str, hint: str | None = None) -> None:
    """Print an error, `error:` before each of its lines, and what to do about it."""
    say(*(f"error: {line}" for line in message.splitlines() or [""]), err=True)
    if hint:
        say(f"hint: {hint}", err=True)


def markdown(text: object) -> str:
    """Return a text as a page of Markdown shows it: no mark-up of it, nor HTML, is followed."""
    return plain(text).translate(_MARKED)


def markdown_code(text: object) -> str:
    """Return a text as code in a cell of a table in Markdown."""
    return f"`{plain(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`"


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


def _escaped(one: str) -> str:
    if one in _SHORT:
        return _SHORT[one]
    number = ord(one)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
