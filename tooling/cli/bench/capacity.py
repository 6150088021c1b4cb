"""`tooling bench capacity`."""

import json
from pathlib import Path
from typing import Any

import click

from tooling.cli import options
from tooling.cli.bench import results
from tooling.errors import InputError


@click.command()
@click.option(
    "--mixed",
    type=options.FILE,
    default=Path("build/bench-mixed.json"),
    help="Results of `tooling bench mixed`.",
)
@click.option(
    "--classes",
    type=options.FILE,
    default=Path("build/bench.json"),
    help="Results of `tooling bench classes`.",
)
@results.docs
def command(mixed: Path, classes: Path, docs: bool) -> None:
    """Estimate the capacity of one server, in users and projects.

    Measures nothing: it computes the estimate from the results of two benchmarks, and states its
    assumptions.

    \b
      tooling bench mixed
      tooling bench classes
      tooling bench capacity --docs
    """
    from tooling.laboratory import capacity_page

    results.show(capacity_page.of(_read(mixed), _read(classes)), docs)


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{file}: cannot be read: {error}",
            hint="Run `tooling bench mixed` and `tooling bench classes` first.",
        ) from error
    return found
