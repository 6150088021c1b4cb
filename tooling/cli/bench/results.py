"""What benchmarks share: how many projects they generate, and where their results go."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tooling import printing
from tooling.cli.options import FILE, Command

Results = tuple[dict[str, Any], dict[str, str]]
"""A document of JSON, and pages and plots by the names of their files."""
docs = click.option("--docs", is_flag=True, help="Also write the page of the documentation.")


def projects(count: int) -> Callable[[Command], Command]:
    """Return the option that says how many projects a server is filled with."""
    return click.option(
        "--projects", type=click.IntRange(1), default=count, help="Number of projects to generate."
    )


def written_to(file: str) -> Callable[[Command], Command]:
    """Return --output and --docs for a command that returns a document and its pages."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def wrapper(*arguments: Any, output: Path, docs: bool, **keywords: Any) -> None:
            document, pages = command(*arguments, **keywords)
            printing.write_json(output, document)
            show(pages, docs)

        option = click.option(
            "--output",
            type=FILE,
            default=Path(file),
            help="File to write the results to, as JSON.",
        )
        return option(docs(wrapper))  # type: ignore[return-value]

    return decorate


def show(pages: dict[str, str], docs: bool) -> None:
    """Print the first of the pages, and with --docs write all of them."""
    printing.say_page(next(iter(pages.values())))
    if docs:
        from tooling.laboratory.pages import write

        write(pages)
