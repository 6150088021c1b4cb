"""The sections of a sheet, column by column, every value exactly as printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from tooling.catalog.cells import Cells
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.layout import REQUIRED, Block, Column, Layout, letter
from tooling.catalog.sources import Sheet
from tooling.errors import InputError

SHAPE_TYPES = ("W", "M", "S", "HP", "C", "MC", "L", "WT", "MT", "ST", "2L", "HSS", "PIPE")
# The only values that may be zero: point B of an angle with equal legs lies on the w-axis.
_MAY_BE_ZERO = frozenset({"zB"})
# Weight over area tells the units: 3.4028 in lb/ft and in^2, 0.00785 in kg/m and mm^2.
_US_SI_DIVIDE = 0.1


@dataclass(frozen=True)
class Sections:
    """Parallel lists, one entry a section.

    `values` has a list of decimal literals, or None for 'not applicable', by units ("us", "si")
    and symbol. `headers` has the column letter of each, for messages. `has_blanks` tells that a
    cell of a value was empty, which a formula without a cached value looks like too.
    """

    sheet: str
    rows: list[int]
    shapes: list[str]
    types: list[str]
    edi_labels: list[str | None]
    metric_labels: list[str | None]
    notes: list[bool | None]
    values: dict[str, dict[str, list[str | None]]]
    headers: dict[str, dict[str, str]]
    has_blanks: bool


def parse(sheet: Sheet, layout: Layout, dictionary: Dictionary, name: str) -> Sections:
    """Return the sections of a sheet. Raises InputError with sheet, row and column."""
    return _Parser(sheet, layout, dictionary, name).parse()


class _Parser:
    def __init__(self, sheet: Sheet, layout: Layout, dictionary: Dictionary, name: str):
        self.layout, self.dictionary, self.sheet, self.name = layout, dictionary, sheet, name
        columns = {column.symbol: column.index for column in layout.blocks[0].columns}
        self.required = {symbol: columns[symbol] for symbol in REQUIRED}
        self.weight = columns["W"]
        body = sheet.rows[layout.header + 1 :]
        width = max((len(row) for row in sheet.rows[layout.header :]), default=0)
        first = layout.header + 1 + sheet.first_row
        kept = [
            (number, row if len(row) == width else [*row, *[""] * (width - len(row))])
            for number, row in enumerate(body, first)
            if self._is_data(row)
        ]
        self.rows = [number for number, _ in kept]
        self.columns: list[Sequence[object]] = list(zip(*(row for _, row in kept), strict=True))
        self.cells = Cells()

    def parse(self) -> Sections:
        if not self.rows:
            raise InputError(f"{self.name}, sheet {self.sheet.name}: no rows below the header")
        self.types = self._types()
        values: dict[str, dict[str, list[str | None]]] = {}
        headers: dict[str, dict[str, str]] = {}
        blocks: dict[str, Block] = {}
        for block in self.layout.blocks:
            parsed = {column.symbol: self._values(column) for column in block.columns}
            units = self._units(parsed, taken=set(values))
            values[units], blocks[units] = parsed, block
            headers[units] = {column.symbol: letter(column.index) for column in block.columns}
        main, us, metric = next(iter(blocks.values())), blocks.get("us"), blocks.get("si")
        self._check_required(values)
        return Sections(
            sheet=self.sheet.name,
            rows=self.rows,
            shapes=self._labels(us or main),
            types=self.types,
            edi_labels=self._texts(us.edi if us else None),
            metric_labels=self._texts(metric.label if metric else None),
            notes=self._notes(),
            values=values,
            headers=headers,
            has_blanks="" in self.cells,
        )

    def _is_data(self, row: Sequence[object]) -> bool:
        """Tell a section from a row of units, a heading or an empty row."""
        label, weight = self.layout.label, self.weight
        if len(row) <= max(label, weight):
            return any(cell != "" for cell in row[1:])
        if row[label] == "":
            return isinstance(row[weight], float) or str(row[weight])[:1].isdigit()
        return row[weight] != "" or sum(1 for cell in row if cell != "") > 1

    def _fail(
        self, position: int, column: int, message: str, hint: str | None = None
    ) -> InputError:
        where = f"{self.name}, sheet {self.sheet.name}, row {self.rows[position]}"
        return InputError(f"{where}, column {letter(column)}: {message}", hint=hint)

    def _types(self) -> list[str]:
        column = self.layout.type
        if column is None:
            return [str(self.sheet.shape_type)] * len(self.rows)
        types = [str(cell).strip().upper().split("-")[0] for cell in self.columns[column]]
        for position, shape_type in enumerate(types):
            if shape_type not in SHAPE_TYPES:
                raise self._fail(
                    position,
                    column,
                    f"{shape_type or 'nothing'!r} is not a type of shape",
                    f"Types are {', '.join(SHAPE_TYPES)}.",
                )
        return types

    def _labels(self, block: Block) -> list[str]:
        column = self.layout.label if block.label is None else block.label
        labels = ["".join(str(cell).split()) for cell in self.columns[column]]
        first: dict[str, int] = {}
        for position, label in enumerate(labels):
            if not label:
                raise self._fail(position, column, "no label")
            earlier = first.setdefault(label.upper(), position)
            if earlier != position:
                raise self._fail(
                    position,
                    column,
                    f"{label} is given twice, first in row {self.rows[earlier]}",
                    "Remove one of the rows.",
                )
        return labels

    def _texts(self, column: int | None) -> list[str | None]:
        if column is None:
            return [None] * len(self.rows)
        return ["".join(str(cell).split()) or None for cell in self.columns[column]]

    def _notes(self) -> list[bool | None]:
        if self.layout.note is None:
            return [None] * len(self.rows)
        meaning = {"T": True, "TRUE": True, "F": False, "FALSE": False}
        return [meaning.get(str(cell).strip().upper()) for cell in self.columns[self.layout.note]]

    def _values(self, column: Column) -> list[str | None]:
        cells = self.columns[column.index]
        try:
            distinct = set(cells)
            # True and 1.0 are the same key, so the memory of cells cannot tell them apart.
            if not distinct.isdisjoint((True, False)) and bool in map(type, cells):
                raise ValueError
            literals = list(map(self.cells.__getitem__, cells))
        except (ValueError, TypeError):
            distinct, literals = set(cells), self._one_by_one(column)
        zeros = {text for cell in distinct if (text := self.cells[cell]) and not text.strip("0.")}
        if zeros and column.symbol not in _MAY_BE_ZERO:
            literals = [None if text in zeros else text for text in literals]
        if column.only is None and not column.never:
            return literals
        return [
            literal
            if (column.only is None or kind in column.only) and kind not in column.never
            else None
            for literal, kind in zip(literals, self.types, strict=True)
        ]

    def _one_by_one(self, column: Column) -> list[str | None]:
        from tooling.catalog.cells import parse

        literals = []
        for position, cell in enumerate(self.columns[column.index]):
            try:
                literals.append(parse(cell))
            except ValueError as error:
                raise self._fail(
                    position,
                    column.index,
                    f"{column.header}: {error}",
                    "Correct the cell; a dash or an empty cell means 'not applicable'.",
                ) from error
        return literals

    def _units(self, values: dict[str, list[str | None]], taken: set[str]) -> str:
        pairs = zip(values.get("W", ()), values.get("A", ()), strict=False)
        ratios = [float(weight) / float(area) for weight, area in pairs if weight and area]
        if not ratios:
            units = "us" if not taken else "si"
        else:
            units = "us" if sorted(ratios)[len(ratios) // 2] > _US_SI_DIVIDE else "si"
        if units in taken:
            raise InputError(
                f"{self.name}, sheet {self.sheet.name}: both blocks of columns hold"
                f" {units.upper()} units",
                hint="Remove the repeated columns.",
            )
        return units

    def _check_required(self, values: dict[str, dict[str, list[str | None]]]) -> None:
        units = next(iter(values))
        for symbol, column in self.required.items():
            literals = values[units][symbol]
            if None in literals:
                raise self._fail(literals.index(None), column, f"{symbol} has no value")
