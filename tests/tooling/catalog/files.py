"""Write small catalog files in the layouts of the editions; see shapes.py for their content.

The layouts follow what users have: v16.0 and v15.0 with a US block and an SI block under the same
names, v14.1 with scaled SI names and dashes of the old Mac OS, v13.2 with a title row and zeros for
'not applicable', v13.0 as csv with names in capitals.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

from tests.tooling.catalog.shapes import SHAPES, SYMBOLS, TAN, Shape

Row = list[object]
DASH = "\u2013"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


class Formula(str):
    """A formula without a calculated value."""


class ErrorValue(str):
    """An error value such as #REF!."""


class Struck(float):
    """A number that is struck out."""


_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts><font/><font><strike/></font></fonts><fills>'
    '<fill/></fills><borders><border/></borders><cellStyleXfs><xf fontId="0"/></cellStyleXfs>'
    '<cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs></styleSheet>'
)


def workbook(
    path: Path, sheets: dict[str, Sequence[Row]], *, hidden: str = "", tail: str = ""
) -> Path:
    """Write an xlsx file, as plain as the format allows; `tail` is XML behind the cells."""
    names = list(enumerate(sheets, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"'
            + (' state="hidden"/>' if name == hidden else "/>")
            for number, name in names
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{number}" Type="{_RELATIONS}/worksheet"'
            f' Target="worksheets/sheet{number}.xml"/>'
            for number, _ in names
        )
        + "</Relationships>",
    }
    parts["xl/styles.xml"] = _STYLES
    for number, name in names:
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>'
            + "".join(_row(number, cells) for number, cells in enumerate(sheets[name], 1))
            + f"</sheetData>{tail}</worksheet>"
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return path


def text_file(path: Path, rows: Iterable[Row], *, encoding: str = "utf-8") -> Path:
    """Write a csv file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def table(
    shapes: Sequence[Shape] = SHAPES,
    *,
    systems: Sequence[str] = ("us", "si"),
    symbols: Sequence[str] = SYMBOLS,
    absent: object = DASH,
    show: Callable[[float], object] = float,
    rename: Callable[[str, str], str] = lambda symbol, _units: symbol,
) -> list[Row]:
    """Return header and rows: Type, labels and T_F, then a block for each unit system."""
    header: Row = ["Type"]
    for units in systems:
        names = ["EDI_Std_Nomenclature", "AISC_Manual_Label"]
        header += [*names, *(["T_F"] if units == systems[0] else [])]
        header += [rename(symbol, units) for symbol in symbols]
    rows = [header]
    for shape in shapes:
        row: Row = [shape.type]
        for units in systems:
            label = shape.label if units == "us" else shape.metric_label
            row += [label, label, *(["F"] if units == systems[0] else [])]
            values = shape.us if units == "us" else shape.si
            row += [show(values[s]) if s in values else absent for s in symbols]
        rows.append(row)
    return rows


def inches(value: float) -> str:
    """Return a number as editions 14 and 15 print it: `7  7/8 ` for eighths and sixteenths."""
    fraction = Fraction(value)
    if fraction.denominator in (2, 4, 8, 16):
        whole, rest = divmod(fraction, 1)
        return f"{whole or ''} {rest.numerator:>2}/{rest.denominator:<2}"
    return f"{value:.10g}"


def v16(path: Path, shapes: Sequence[Shape] = SHAPES) -> Path:
    readme: list[Row] = [["", "AISC Shapes Database v16.0"], ["", "W", "A", "d"]]
    return workbook(path, {"Readme": readme, "Database v16.0": table(shapes)})


def v15(path: Path, shapes: Sequence[Shape] = SHAPES) -> Path:
    return text_file(path, table(shapes, show=inches))


def v14(path: Path) -> Path:
    scales = dict.fromkeys(("Ix", "Iy"), 6) | dict.fromkeys(("Sx", "Sy", "Zx", "Zy", "J"), 3)

    def rename(symbol: str, units: str) -> str:
        if symbol == TAN:
            return "tan(_)"
        return f"{symbol} / 10{scales[symbol]}" if units == "si" and symbol in scales else symbol

    rows = table(show=inches, rename=rename)
    return text_file(path, ([*row, "", "", ""] for row in rows), encoding="mac_roman")


def v13_workbook(path: Path) -> Path:
    rows = table(absent=0.0, rename=lambda symbol, _: symbol.replace("\u03b1", "a"))
    title: Row = ["AISC Shapes Database Version 13.2"]
    return workbook(path, {"Database v13.2": [title, *rows]})


def v13_in_capitals(path: Path) -> Path:
    """One column B for walls and legs, one column T for fillets and legs."""
    symbols = [symbol for symbol in SYMBOLS if symbol not in ("b", "t", "ddet")]
    names = {"bf/2tf": "BF_2TF", TAN: "TAN_A"}
    header: Row = ["TYPE", "AISC_MANUAL_LABEL", *(names.get(s, s.upper()) for s in symbols), "T"]
    rows: list[Row] = [list(range(len(header))), header]
    for shape in SHAPES:
        printed = shape.us | {"B": shape.us.get("B", shape.us.get("b", ""))}
        values = [printed.get(symbol, "") for symbol in symbols]
        rows.append([shape.type, shape.label, *values, shape.us.get("t", "")])
    return text_file(path, rows)


def si_only(path: Path) -> Path:
    return text_file(path, table(systems=("si",)))


def units_row(path: Path) -> Path:
    header, *rows = table()
    units: Row = ["", "", "", "", *("in" for _ in header[4:])]
    return text_file(path, [header, units, *rows])


def _row(number: int, cells: Row) -> str:
    return (
        f'<row r="{number}">'
        + "".join(_cell(f"{_letters(index)}{number}", cell) for index, cell in enumerate(cells))
        + "</row>"
    )


def _cell(address: str, value: object) -> str:
    if isinstance(value, Formula):
        return f'<c r="{address}"><f>{escape(value)}</f></c>'
    if isinstance(value, ErrorValue):
        return f'<c r="{address}" t="e"><v>{value}</v></c>'
    if isinstance(value, Struck):
        return f'<c r="{address}" s="1"><v>{float(value)!r}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{address}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return (
            f'<c r="{address}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""
        )
    return f'<c r="{address}"><v>{value!r}</v></c>'


def _letters(index: int) -> str:
    high, low = divmod(index, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)
