"""The sections of a sheet, column by column, every value exactly as printed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tooling.catalog.body import Body, body
from tooling.catalog.cells import Cells
from tooling.catalog.cells import parse as parse_cell
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.labels import SHAPE_TYPES, identity, printed
from tooling.catalog.layout import REQUIRED, Block, Column, Layout, letter
from tooling.catalog.sources import Sheet
from tooling.catalog.units import HINT, Unit, conversion, converted
from tooling.errors import InputError

# The only values that may be zero: point B of an angle with equal legs lies on the w-axis.
_MAY_BE_ZERO = frozenset({"zB"})
# Edition 13 prints of these types what is about the x-axis; the rest may be absent.
_WITHOUT_Y = frozenset({"2L", "HSS", "PIPE"})
_ABOUT_Y = frozenset({"Iy", "Zy", "Sy", "ry"})
# Weight over area tells the units: 3.4028 in lb/ft and in^2, 0.00785 in kg/m and mm^2.
_US_SI_DIVIDE = 0.1
# Fewer rows than this share in the other system are wrong rather than another table.
_FEWEST_OTHERS = 0.2
# So many values of a column with the same few decimals were rounded to them.
_FEWEST_ROUNDED, _MOST_DECIMALS = 20, 2
_LONGEST_LABEL = 100


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
    struck: dict[int, str] = field(default_factory=dict)
    notes_of_rows: tuple[str, ...] = ()

    @property
    def slack(self) -> dict[str, dict[str, float]]:
        """By how much rounding a column to few decimals can move its values, where one was."""
        return {
            units: {s: lost for s, column in values.items() if (lost := _lost(column))}
            for units, values in self.values.items()
        }


def parse(sheet: Sheet, layout: Layout, dictionary: Dictionary, name: str) -> list[Sections]:
    """Return the sections of a table, those in US and in SI units apart if rows of both are mixed.

    Raises InputError with sheet, row and column.
    """
    rows = body(sheet, layout, name)
    parser = _Parser(sheet, layout, dictionary, name, rows)
    return [part.parse() for part in parser.by_units()]


def _lost(column: Sequence[str | None]) -> float:
    places = {len(text.partition(".")[2]) for text in column if text}
    count = sum(text is not None for text in column)
    if len(places) != 1 or count < _FEWEST_ROUNDED or not 0 < min(places) <= _MOST_DECIMALS:
        return 0.0
    return 0.5 * 10.0 ** -places.pop()


class _Parser:
    def __init__(self, sheet: Sheet, layout: Layout, dictionary: Dictionary, name: str, rows: Body):
        self.layout, self.dictionary, self.sheet, self.name = layout, dictionary, sheet, name
        symbols = {column.symbol: column for column in layout.blocks[0].columns}
        self.required = {symbol: symbols[symbol].index for symbol in REQUIRED}
        self.weight, self.area = symbols["W"], symbols["A"]
        self.body, self.rows, self.columns = rows, rows.rows, rows.columns
        self.cells = Cells()

    def by_units(self) -> "list[_Parser]":
        """Return parsers for the rows in each system, if rows of two stand below one header."""
        if len(self.layout.blocks) > 1 or self._said() is not None:
            return [self]
        parts: dict[bool, list[int]] = {True: [], False: []}
        unknown: list[int] = []
        for position, ratio in enumerate(self._ratios()):
            (unknown if ratio is None else parts[ratio > _US_SI_DIVIDE]).append(position)
        if len(min(parts.values(), key=len)) < _FEWEST_OTHERS * len(self.rows):
            return [self]
        parts[True] += unknown
        return [
            _Parser(self.sheet, self.layout, self.dictionary, self.name, self.body.only(sorted(at)))
            for at in parts.values()
        ]

    def parse(self) -> Sections:
        self.types = self._types()
        values: dict[str, dict[str, list[str | None]]] = {}
        headers: dict[str, dict[str, str]] = {}
        blocks: dict[str, Block] = {}
        for block in self.layout.blocks:
            parsed = {column.symbol: self._values(column) for column in block.columns}
            units = self._units(block, parsed, taken=set(values))
            for column in block.columns:
                if column.unit is not None:
                    factor = self._factor(column, column.unit, units)
                    literals = parsed[column.symbol]
                    parsed[column.symbol] = [text and converted(text, factor) for text in literals]
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
            struck=self.body.struck,
            notes_of_rows=self.body.notes,
        )

    def _fail(
        self, position: int, column: int, message: str, hint: str | None = None
    ) -> InputError:
        where = f"{self.name}, sheet {self.sheet.name}, row {self.rows[position]}"
        return InputError(f"{where}, column {letter(column)}: {message}", hint=hint)

    def _types(self) -> list[str]:
        column = self.layout.type
        if column is None:
            return [str(self.sheet.shape_type)] * len(self.rows)
        types = [str(cell).strip().upper() for cell in self.columns[column]]
        # Edition 13 has types such as 2L-LLBB.
        types = [one.split("-")[0] if one.startswith("2L-") else one for one in types]
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
        labels = [printed(cell) for cell in self.columns[column]]
        first: dict[str, int] = {}
        for position, label in enumerate(labels):
            if not label:
                raise self._fail(position, column, "no label")
            if len(label) > _LONGEST_LABEL:
                raise self._fail(position, column, f"a label of {len(label)} characters")
            earlier = first.setdefault(identity(label), position)
            if earlier != position:
                raise self._fail(
                    position,
                    column,
                    f"{self.columns[column][position]} is given twice, first in row"
                    f" {self.rows[earlier]}",
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
        literals = []
        for position, cell in enumerate(self.columns[column.index]):
            try:
                literals.append(parse_cell(cell))
            except ValueError as error:
                raise self._fail(
                    position,
                    column.index,
                    f"{column.header}: {error}",
                    "Correct the cell; a dash or an empty cell means 'not applicable'.",
                ) from error
        return literals

    def _ratios(self) -> list[float | None]:
        pairs = zip(self._values(self.weight), self._values(self.area), strict=True)
        return [float(w) / float(a) if w and a else None for w, a in pairs]

    def _said(self, block: Block | None = None) -> str | None:
        """Return the system of units that the headers of a block name, None if they name none."""
        first: dict[str, Column] = {}
        for column in (block or self.layout.blocks[0]).columns:
            if column.unit is not None and column.unit.system is not None:
                first.setdefault(column.unit.system, column)
        if len(first) > 1:
            names = " and ".join(f"{c.header} ({letter(c.index)})" for c in first.values())
            raise InputError(
                f"{self.name}, sheet {self.sheet.name}: {names} name units of two systems",
                hint="Give one block of columns for US units, and one for SI.",
            )
        return next(iter(first), None)

    def _units(self, block: Block, values: dict[str, list[str | None]], taken: set[str]) -> str:
        pairs = zip(values.get("W", ()), values.get("A", ()), strict=False)
        ratios = [float(weight) / float(area) for weight, area in pairs if weight and area]
        if said := self._said(block):
            units = said
            if ratios and (sorted(ratios)[len(ratios) // 2] > _US_SI_DIVIDE) != (said == "us"):
                raise InputError(
                    f"{self.name}, sheet {self.sheet.name}: headers name {said.upper()} units,"
                    " weight over area is of the other system",
                    hint="Give all columns of a block in one system of units.",
                )
        elif not ratios:
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

    def _factor(self, column: Column, said: Unit, units: str) -> Decimal:
        try:
            return conversion(said, self.dictionary.definitions[column.symbol].unit(units))
        except ValueError as error:
            where = f"{self.name}, sheet {self.sheet.name}, column {letter(column.index)}"
            raise InputError(f"{where}: {column.header}: {error}", hint=HINT) from error

    def _check_required(self, values: dict[str, dict[str, list[str | None]]]) -> None:
        units = next(iter(values))
        for symbol, column in self.required.items():
            for position, literal in enumerate(values[units][symbol]):
                is_optional = symbol in _ABOUT_Y and self.types[position] in _WITHOUT_Y
                if literal is None and not is_optional:
                    raise self._fail(position, column, f"{symbol} has no value")
