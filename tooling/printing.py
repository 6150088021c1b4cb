"""The one place that prints: what the runner prints by, results, files of JSON, tables of rich."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgproof.printing import columns as columns
from pgproof.printing import fail as fail
from pgproof.printing import markdown as markdown
from pgproof.printing import plain as plain
from pgproof.printing import say as say
from pgproof.printing import say_json as say_json
from pgproof.printing import say_page as say_page

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def say_result(
    document: Any,
    lines: Iterable[object],
    *,
    as_json: bool,
    summary: Iterable[str] = (),
    nothing: str = "nothing found",
) -> None:
    """Print what a command found: the document as JSON, or the lines, and on stderr the summary.

    Where there are neither lines nor a summary, `nothing` is said on stderr, unless it is empty.
    """
    if as_json:
        say_json(document)
        return
    found, said = list(lines), list(summary)
    say(*found)
    say(*(said if found or said or not nothing else [nothing]), err=True)


def say_rows(
    rows: Sequence[Mapping[str, Any]], *, as_json: bool, nothing: str = "nothing found"
) -> None:
    """Print rows of one shape: a list of JSON, or columns under the names of the fields."""
    lines = columns([tuple(rows[0]), *(tuple(one.values()) for one in rows)]) if rows else ()
    say_result(rows, lines, as_json=as_json, nothing=nothing)


def say_fields(fields: Mapping[str, Any], *, as_json: bool) -> None:
    """Print an object: JSON, or a line for each field that has a value."""
    given = [(name, str(value)) for name, value in fields.items() if value not in (None, {})]
    say_result(fields, columns(given), as_json=as_json)


def write_json(file: Path, document: Any) -> None:
    """Write a document to a file, in a folder that is made if it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


@contextmanager
def progress() -> Iterator[Callable[[str, float, float | None], None]]:
    """Yield a function that shows how much of a task is done, of how much, in a bar on stderr.

    Nothing is shown where stderr is not a terminal.
    """
    if not sys.stderr.isatty():
        yield lambda _task, _done, _total: None
        return
    from rich.progress import Progress, TaskID

    with Progress(console=console(err=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(task: str, done: float, total: float | None) -> None:
            if task not in tasks:
                tasks[task] = bar.add_task(plain(task), total=None)
            bar.update(tasks[task], completed=done, total=total)

        yield tell


def console(*, err: bool = False) -> "Console":
    """Return a console of rich that takes text as it is: no mark-up, emoji or escape in it."""
    from rich.console import Console

    return Console(stderr=err, markup=False, emoji=False, highlight=False)


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
