"""The one place that prints: no text of a database, a file or a process steers a terminal."""

import contextlib
import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import IO, Any

import click

# Control characters and escapes, marks that reorder or hide what follows, separators of lines, and
# what is no character. Spaces of other widths print as what they are.
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"})
_MARKED = str.maketrans({**{one: f"\\{one}" for one in "\\`*[]|"}, "<": "&lt;", "&": "&amp;"})
_NARROWEST = 20
_WRAPPED = 12
_GAP = "  "
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(text: object) -> str:
    """Return a text in one line, with whatever would steer a terminal written as an escape."""
    said = str(text)
    if said.isascii() and said.isprintable():
        return said
    return "".join(_escaped(one) if unicodedata.category(one) in _STEERING else one for one in said)


def say(*lines: object, err: bool = False, stream: IO[str] | None = None) -> None:
    """Print each argument as one line, on stdout, on stderr, or on a stream.

    What stderr does not take is left out: it is talk, and keeps no work from being done.
    """
    for line in lines:
        with contextlib.suppress(*((OSError,) if err else ())):
            _print(plain(line), stream or (sys.stderr if err else sys.stdout))


def as_json(document: Any) -> str:
    """Return a document as a file of JSON contains it."""
    return json.dumps(document, default=str, indent=1) + "\n"


def say_json(document: Any, *, stream: IO[str] | None = None) -> None:
    """Print a document as one line of JSON, in ASCII; what JSON does not know, as text."""
    _print(json.dumps(document, default=str), stream or sys.stdout)


def say_error(message: str, hint: str | None, exit_code: int) -> None:
    """Print an error as the last event of a JSON output."""
    event = {"event": "error", "exit_code": int(exit_code), "message": message, "hint": hint}
    with contextlib.suppress(OSError):
        say_json(event)


def say_page(page: str, *, err: bool = False) -> None:
    """Print a page of the program's own lines; in none is a line break that is not its own."""
    say(*page.splitlines(), err=err)


def fail(message: str, hint: str | None = None) -> None:
    """Print an error, `error:` before each of its lines, and what to do about it."""
    say(*(f"error: {line}" for line in message.splitlines() or [""]), err=True)
    if hint:
        say(f"hint: {hint}", err=True)


def say_heading(name: object, rest: str) -> None:
    """Print a line on stdout with the name in bold, where that is a terminal."""
    _print(f"{click.style(plain(name), bold=True)}  {plain(rest)}", sys.stdout)


def columns(
    rows: Iterable[Sequence[object]], *, shrink: int | None = None, indent: int = 0
) -> Iterator[str]:
    """Yield each row as a line of columns, its cells plain; whole numbers stand to the right.

    On a terminal no line is wider than it is: the column `shrink` is cut, then cells of text are
    wrapped in their columns, then columns are left for a table below, after the first once more.
    `indent` is how far the caller indents the lines.
    """
    rows = list(rows)
    table = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    blocks: list[Sequence[int]] = [range(len(widths))]
    if sys.stdout.isatty():
        room = max(_NARROWEST, shutil.get_terminal_size().columns - indent)
        if shrink is not None:
            others = sum(widths) - widths[shrink] + len(_GAP) * (len(widths) - 1)
            widths[shrink] = min(widths[shrink], max(_NARROWEST, room - others))
            for cells in table:
                cut = widths[shrink]
                cell = cells[shrink]
                cells[shrink] = cell if len(cell) <= cut else f"{cell[: cut - 1]}…"
        fixed = {i for row in rows for i, value in enumerate(row) if isinstance(value, int)}
        widths = _narrowed(widths, fixed, room)
        blocks = list(_blocks(widths, room))
    for number, block in enumerate(blocks):
        if number:
            yield ""
        for row, cells in zip(rows, table, strict=True):
            yield from _lines(row, cells, [(i, widths[i]) for i in block])


def _narrowed(widths: list[int], fixed: set[int], room: int) -> list[int]:
    """Return widths that fit, as far as the widest columns of text can give way."""
    found = list(widths)
    gaps = len(_GAP) * (len(found) - 1)
    while (over := sum(found) + gaps - room) > 0:
        givers = [i for i, width in enumerate(found) if i not in fixed and width > _WRAPPED]
        if not givers:
            break
        widest = max(givers, key=lambda i: found[i])
        others = [found[i] for i in givers if found[i] < found[widest]]
        found[widest] = max(found[widest] - over, max(others, default=_WRAPPED) - 1, _WRAPPED)
    return found


def _blocks(widths: list[int], room: int) -> Iterator[list[int]]:
    """Yield which columns stand beside each other; the first column begins each block."""
    block: list[int] = []
    for i, width in enumerate(widths):
        taken = sum(widths[one] + len(_GAP) for one in block)
        if len(block) > 1 and taken + width > room:
            yield block
            block = [0]
        block.append(i)
    yield block


def _lines(
    row: Sequence[object], cells: Sequence[str], block: Sequence[tuple[int, int]]
) -> Iterator[str]:
    """Yield the lines of a row, its cells wrapped to the widths of the columns of a block."""
    parts = [
        [cells[i]] if len(cells[i]) <= width else textwrap.wrap(cells[i], width)
        for i, width in block
    ]
    for line in zip_longest(*parts, fillvalue=""):
        padded = [
            cell.rjust(width) if isinstance(row[i], int) else cell.ljust(width)
            for (i, width), cell in zip(block, line, strict=True)
        ]
        yield _GAP.join(padded).rstrip()


def misused(error: click.ClickException) -> None:
    """Print how a command is used, and what click says of a command line that is none."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        say_page(context.get_usage(), err=True)
    hint = f"Try '{context.command_path} --help'." if context else None
    fail(plain(error.format_message()), hint)


def markdown(text: object) -> str:
    """Return a text as a page of Markdown shows it: no mark-up of it, nor HTML, is followed."""
    return plain(text).translate(_MARKED)


def markdown_code(text: object) -> str:
    """Return a text as code in a cell of a table in Markdown."""
    return f"`{plain(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else plain(value)


def _print(line: str, stream: IO[str] | None) -> None:
    """Print a line, with escapes for what the stream's encoding lacks; nothing if it is closed."""
    if stream is not None:
        encoding = getattr(stream, "encoding", None) or "utf-8"
        click.echo(line.encode(encoding, "backslashreplace").decode(encoding), file=stream)


def _escaped(one: str) -> str:
    if one in _SHORT:
        return _SHORT[one]
    number = ord(one)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
