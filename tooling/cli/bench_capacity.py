"""`tooling bench-capacity`."""

import json
from pathlib import Path
from typing import Any

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import InputError

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--mixed",
    type=_FILE,
    default=Path("build/bench-mixed.json"),
    show_default=True,
    help="What `tooling bench-mixed` wrote.",
)
@click.option(
    "--bench",
    type=_FILE,
    default=Path("build/bench.json"),
    show_default=True,
    help="What `tooling bench` wrote.",
)
@options.docs
def command(mixed: Path, bench: Path, docs: bool) -> None:
    """Reckon how far a server like the measured one goes, in users and projects.

    Measures nothing: it takes the figures of two benchmarks, and names what it assumes.

    \b
    tooling bench-mixed && tooling bench && tooling bench-capacity --docs
    """
    from tooling.laboratory import capacity

    text = capacity.page(_read(mixed), _read(bench))
    printing.say_page(text)
    if docs:
        capacity.write(text)


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{file}: cannot be read: {error}",
            hint="Run `tooling bench-mixed` and `tooling bench` first.",
        ) from error
    return found
