"""Find the header of a sheet and what each of its columns holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tooling.catalog import headers
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.sources import Sheet
from tooling.catalog.units import Unit
from tooling.errors import InputError

LABEL, EDI, TYPE, NOTE = "label", "edi", "type", "note"
_ROLES = {
    "aisc_manual_label": LABEL,
    "shape": LABEL,
    "label": LABEL,
    "designation": LABEL,
    "edi_std_nomenclature": EDI,
    "type": TYPE,
    "t_f": NOTE,
}
REQUIRED = ("W", "A", "Ix", "Zx", "Sx", "rx", "Iy", "Zy", "Sy", "ry")
_HEADER_WITHIN = 30
_FEWEST_SYMBOLS = 5
# A second header has at least so much of the first one's symbols.
_MOST_OF = 0.6


@dataclass(frozen=True)
class Column:
    """A column of values: its index, symbol, and the shape types that it is limited to, if any.

    `unit` is what its header says of units or of a scale; None where it says nothing.
    """

    index: int
    symbol: str
    header: str
    unit: Unit | None = None
    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Block:
    """Columns that share a unit system; `label` is the manual's designation, else EDI's."""

    label: int | None
    edi: int | None
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Layout:
    """Where things stand in a sheet: the index of the header's row, and of columns."""

    header: int
    label: int
    type: int | None
    note: int | None
    blocks: tuple[Block, ...]
    ignored: tuple[str, ...]


def find(sheet: Sheet, dictionary: Dictionary, name: str) -> list[tuple[Sheet, Layout]]:
    """Return the tables of a sheet, one below the other, each with its layout; [] without a header.

    Raises InputError for a bad header.
    """
    counts = {}
    for index, row in enumerate(sheet.rows):
        names = [_clean(cell) for cell in row if isinstance(cell, str) and cell]
        if not {_ROLES.get(text.casefold()) for text in names} & {LABEL, EDI}:
            continue
        counts[index] = sum(
            1 for text in set(names) if headers.symbols(text, dictionary, in_capitals=True)
        )
    most = max((n for at, n in counts.items() if at < _HEADER_WITHIN), default=0)
    if most < _FEWEST_SYMBOLS:
        return []
    heads = [at for at, n in counts.items() if n >= max(_FEWEST_SYMBOLS, _MOST_OF * most)]
    tables = []
    for start, end in zip(heads, [*heads[1:], len(sheet.rows)], strict=True):
        part = replace(sheet, rows=sheet.rows[start:end], first_row=sheet.first_row + start)
        names = [_clean(cell) for cell in sheet.rows[start]]
        tables.append((part, _layout(part, 0, names, dictionary, name)))
    return tables


def letter(index: int) -> str:
    """Return the letters of a spreadsheet's column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def number(letters: str) -> int:
    """Return the number of a spreadsheet's column: A is 1, AA is 27."""
    value = 0
    for character in letters:
        value = value * 26 + ord(character) - ord("A") + 1
    return value


def _layout(
    sheet: Sheet, header: int, names: list[str], dictionary: Dictionary, name: str
) -> Layout:
    where = f"{name}, sheet {sheet.name}, row {header + sheet.first_row}"
    in_capitals = "Ix" not in names and "IX" in names
    seam = _seam(names)
    roles: dict[str, int] = {}
    blocks, ignored = [], []
    for start, end in ((0, seam), (seam, len(names))):
        block, unknown = _block(names, start, end, dictionary, in_capitals, where)
        ignored += unknown
        if block.columns:
            blocks.append(block)
        for index in range(start, end):
            role = _ROLES.get(names[index].casefold())
            if role in (TYPE, NOTE):
                roles.setdefault(role, index)
    present = {column.symbol for column in blocks[0].columns}
    missing = [symbol for symbol in REQUIRED if symbol not in present]
    label = blocks[0].label
    if label is None or missing:
        raise InputError(
            f"{where}: no column {', '.join(missing) or 'AISC_Manual_Label'}",
            hint="The header must name at least: a label, Type, " + ", ".join(REQUIRED) + ".",
        )
    if roles.get(TYPE) is None and sheet.shape_type is None:
        raise InputError(f"{where}: no column Type", hint="Add the type of each shape, such as W.")
    return Layout(header, label, roles.get(TYPE), roles.get(NOTE), tuple(blocks), tuple(ignored))


def _block(
    names: Sequence[str],
    start: int,
    end: int,
    dictionary: Dictionary,
    in_capitals: bool,
    where: str,
) -> tuple[Block, list[str]]:
    columns: list[Column] = []
    roles: dict[str, int] = {}
    unknown: list[str] = []
    seen: dict[str, int] = {}
    for index in range(start, end):
        text = names[index]
        role = _ROLES.get(text.casefold())
        if role is not None or not text:
            if role is not None:
                roles.setdefault(role, index)
            continue
        symbols = headers.symbols(text, dictionary, in_capitals=in_capitals)
        if not symbols:
            unknown.append(f"{text} ({letter(index)})")
        unit = (
            headers.unit(text, dictionary, f"{where}, column {letter(index)}") if symbols else None
        )
        for symbol in symbols:
            if symbol in seen:
                raise InputError(
                    f"{where}: columns {letter(seen[symbol])} and {letter(index)} both hold"
                    f" {symbol}",
                    hint="Remove one of them.",
                )
            seen[symbol] = index
            columns.append(replace(_limited(index, symbol, text, symbols), unit=unit))
    edi = roles.get(EDI)
    return Block(roles.get(LABEL, edi), edi, tuple(columns)), unknown


def _limited(index: int, symbol: str, text: str, symbols: list[str]) -> Column:
    rule = headers.IN_CAPITALS.get(text.upper(), {}) if len(symbols) > 1 else {}
    others = frozenset[str]().union(*(types for other, types in rule.items() if other != symbol))
    return Column(index, symbol, text, only=rule.get(symbol), never=others)


def _seam(names: Sequence[str]) -> int:
    """Return where the names start to repeat, the second unit system; their count if they do not.

    A name or two that stand twice are no unit system.
    """
    bare = [
        match[1] if (match := headers.PANDAS.fullmatch(text)) and match[1] in names else text
        for text in names
    ]
    first: dict[str, int] = {}
    repeated = [
        index for index, text in enumerate(bare) if text and first.setdefault(text, index) < index
    ]
    is_block = len(repeated) >= max(_FEWEST_SYMBOLS, len(first) // 3)
    return repeated[0] if is_block else len(names)


def _clean(cell: object) -> str:
    return " ".join(str(cell).split())
