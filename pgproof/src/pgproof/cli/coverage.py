"""`pgproof coverage`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.errors import Exit
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.coverage.records import Coverage, Way

_FILE = click.Path(dir_okay=False, path_type=Path)
_SHARE = click.FloatRange(0, 100)


@click.command(cls=outcome.Command)
@options.settings(*options.CONNECTED, *options.REPEATABLES, *options.RUNNING, "present")
@options.dsn
@click.option(
    "--tests",
    metavar="PATH",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File or folder of tests; without it tests/pgtap, test/pgtap, tests/sql, tests or t.",
)
@click.option("--ext", metavar="END", default=".sql", help="How names of test files end.")
@click.option(
    "--template",
    metavar="DB",
    help="Copy this database of the server; nobody may be connected to it.",
)
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Test files to run at once.")
@click.option("--html", metavar="FILE", type=_FILE, help="Write a page with the source marked.")
@click.option("--cobertura", metavar="FILE", type=_FILE, help="Write Cobertura's XML.")
@click.option("--lcov", metavar="FILE", type=_FILE, help="Write a tracefile of lcov.")
@click.option("--min-objects", metavar="PERCENT", type=_SHARE, help="Fail if fewer are covered.")
@click.option("--min-branches", metavar="PERCENT", type=_SHARE, help="Fail if fewer are covered.")
@options.as_json
def command(
    settings: Settings,
    dsn: str | None,
    tests: tuple[Path, ...],
    ext: str,
    template: str | None,
    jobs: int | None,
    html: Path | None,
    cobertura: Path | None,
    lcov: Path | None,
    min_objects: float | None,
    min_branches: float | None,
    as_json: bool,
) -> int:
    """Show what of the schema its pgTAP tests do not touch.

    The tests run on scratch copies of the database, which report what statements use: tables,
    columns, constraints, indexes, policies, grants and functions, and which statements and
    branches of PL/pgSQL run. The copies are dropped. It needs a superuser, psql and pgTAP. Exit
    code: 0, or 26 if a test fails or less is covered than asked for.

    \b
      pgproof coverage
      pgproof coverage --template shop --html build/coverage.html
      pgproof coverage --min-objects 100 --min-branches 95 --json
    """
    from pgproof.coverage.coverage import coverage
    from pgproof.report import progress

    found = coverage(
        options.scratch(dsn, settings),
        settings,
        tests=tests,
        ending=ext,
        template=template,
        jobs=jobs,
        prepare=options.preparing(settings),
        report=progress,
    )
    _write(found, html, cobertura, lcov)
    short = list(_short(found, min_objects, min_branches))
    exit_code = Exit.UNCOVERED if short or found.failed else Exit.OK
    if as_json:
        outcome.result({**found.as_dict(), "short": short}, exit_code)
    else:
        _show(found)
        if short:
            sys.stdout.flush()
            printing.fail("\n".join(short), "Write tests for what is listed.")
    return exit_code


def _write(found: "Coverage", html: Path | None, cobertura: Path | None, lcov: Path | None) -> None:
    if html:
        from pgproof.coverage.page import page

        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(page(found), encoding="utf-8")
    if cobertura or lcov:
        from pgproof.coverage import exports

        for file, write in ((cobertura, exports.write_cobertura), (lcov, exports.write_lcov)):
            if file:
                file.parent.mkdir(parents=True, exist_ok=True)
                write(found, file)


def _short(found: "Coverage", objects: float | None, branches: float | None) -> Iterator[str]:
    from pgproof.coverage.records import percent, ran

    shares = {
        "objects": (len(found.objects) - len(found.uncovered), len(found.objects), objects),
        "branches": (ran(found.branches), len(found.branches), branches),
    }
    for name, (covered, count, least) in shares.items():
        if least is not None and percent(covered, count) < least:
            yield (
                f"{covered:,} of {count:,} {name} are covered: {percent(covered, count):.1f} %,"
                f" which is less than {least:g} %"
            )


def _show(found: "Coverage") -> None:
    from pgproof.coverage.page import told, totals
    from pgproof.coverage.records import percent

    rows: list[tuple[object, ...]] = [("", "covered", "of", "%")]
    for name, (covered, count) in totals(found).items():
        rows.append((name, covered, count, f"{percent(covered, count):5.1f}"))
    printing.say(*printing.columns(rows))
    printing.say(*(f"{one.kind} {one.name}: {one.missing}" for one in told(found)))
    for function in found.functions:
        missing = [way for way in function.ways if not way.tests]
        if missing:
            where = f"  {function.file}" if function.file else ""
            printing.say_heading(function.name, where.strip())
            printing.say(*(f"  {line}" for line in _gaps(missing, function.first)))
    for file in found.failed:
        printing.say_heading(file.name, f"FAILED: {file.fault}")
    printing.say(*(f"not measured: {one}" for one in found.unmeasured), err=True)
    disturbed = sum(one.disturbed is not None for one in found.files)
    if disturbed:
        printing.say(
            f"{disturbed} files fail on the copy with probes alone, as they look at definitions",
            err=True,
        )
    assertions = sum(one.assertions for one in found.files)
    printing.say(
        f"{len(found.files)} files, {assertions} assertions; {found.seconds:.1f} s", err=True
    )


def _gaps(missing: list["Way"], first: int) -> Iterator[str]:
    """Yield the lines that no test runs, and the branches that none takes."""
    lines = sorted({way.line + first - 1 for way in missing if way.branch is None})
    if lines:
        yield f"never run: {_ranges(lines)}"
    branches = [f"{way.line + first - 1} {way.branch}" for way in missing if way.branch]
    if branches:
        yield f"never taken: {', '.join(branches)}"


def _ranges(lines: list[int]) -> str:
    """Return numbers with neighbours joined: 3, 5-7."""
    groups: list[list[int]] = []
    for line in lines:
        if groups and line == groups[-1][-1] + 1:
            groups[-1].append(line)
        else:
            groups.append([line])
    return ", ".join(f"{one[0]}-{one[-1]}" if len(one) > 1 else str(one[0]) for one in groups)
