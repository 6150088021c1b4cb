"""The rows of a table: which of them hold sections, and what a workbook marks among them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tooling.catalog.layout import Layout, letter
from tooling.catalog.sources import Sheet
from tooling.errors import InputError

# A number, and not a unit such as 10^6 mm^4.
_NUMERIC = re.compile(r"\s*[0-9.][0-9.,/ eE+-]*\s*")
_SHOWN = 5


@dataclass(frozen=True)
class Body:
    """The rows below a header that hold sections: their numbers, and their cells by column.

    `notes` tell what was left out or is hidden; `struck` has the letters of the first struck-out
    column of a row.
    """

    rows: list[int]
    columns: list[Sequence[object]]
    notes: tuple[str, ...]
    struck: dict[int, str]

    def only(self, positions: list[int]) -> "Body":
        """Return some of the rows, without the notes."""
        columns: list[Sequence[object]] = [
            [column[at] for at in positions] for column in self.columns
        ]
        return replace(self, rows=[self.rows[at] for at in positions], columns=columns, notes=())


def body(sheet: Sheet, layout: Layout, name: str) -> Body:
    """Return the rows of a table. Raises InputError for one that is not whole, or is marked."""
    where = f"{name}, sheet {sheet.name}"
    header = sheet.rows[layout.header]
    named = max((at for at, cell in enumerate(header, 1) if cell != ""), default=0)
    notes: list[str] = []
    kept = []
    for number, row in enumerate(sheet.rows[layout.header + 1 :], sheet.first_row + 1):
        if _is_data(number, row, layout.label, notes):
            _check_width(f"{where}, row {number}", row, named, sheet)
            kept.append((number, [*row[:named], *[""] * (named - len(row))]))
    if not kept:
        raise InputError(f"{where}: no rows below the header")
    rows = [number for number, _ in kept]
    columns: list[Sequence[object]] = list(zip(*(row for _, row in kept), strict=True))
    _check_marks(where, sheet, set(rows), named)
    if hidden := sorted(sheet.marks.hidden_rows & set(rows)):
        shown = ", ".join(map(str, hidden[:_SHOWN])) + (" \u2026" if len(hidden) > _SHOWN else "")
        notes.append(f"hidden rows are read all the same: {shown}")
    position = {number: at for at, number in enumerate(rows)}
    struck = {
        row: letter(column - 1)
        for row, column in sorted(sheet.marks.struck, reverse=True)
        if row in position and column <= named and columns[column - 1][position[row]] != ""
    }
    return Body(rows, columns, tuple(notes), struck)


def _is_data(number: int, row: Sequence[object], label: int, notes: list[str]) -> bool:
    """Tell a section from an empty row, a row of units, and a heading, which a note names."""
    filled = [cell for cell in row if str(cell).strip() != ""]
    if not filled:
        return False
    if len(filled) == 1:
        notes.append(f"row {number} left out: {str(filled[0])[:60]}")
        return False
    has_label = len(row) > label and str(row[label]).strip() != ""
    return has_label or any(
        isinstance(cell, float | int) or _NUMERIC.fullmatch(str(cell)) for cell in filled
    )


def _check_width(where: str, row: Sequence[object], named: int, sheet: Sheet) -> None:
    extra = [at for at, cell in enumerate(row[named:], named) if str(cell).strip() != ""]
    if extra and sheet.is_delimited:
        raise InputError(
            f"{where}, column {letter(extra[-1])}: {row[extra[-1]]!r} stands under no header",
            hint="The row has a cell too many; remove it, or name its column.",
        )
    if sheet.is_delimited and len(row) < named:
        raise InputError(
            f"{where}: {len(row)} cells under {named} columns",
            hint="The row is cut short or lacks a cell; write empty cells too.",
        )


def _check_marks(where: str, sheet: Sheet, rows: set[int], named: int) -> None:
    """Raise InputError for an error value or merged cells among the rows that are read."""
    for (row, column), text in sorted(sheet.marks.errors.items()):
        if row in rows and column <= named:
            raise InputError(
                f"{where}, row {row}, column {letter(column - 1)}: {text} is an error value",
                hint="Correct the cell and its formula.",
            )
    for (first, left), (last, right) in sheet.marks.merged:
        if last > first and left <= named and rows & set(range(first + 1, last + 1)):
            raise InputError(
                f"{where}, row {first}, column {letter(left - 1)}: cells {letter(left - 1)}{first}"
                f" to {letter(right - 1)}{last} are merged",
                hint="Unmerge them, and write every value in its own cell.",
            )
