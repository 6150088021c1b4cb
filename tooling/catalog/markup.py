"""What the XML of a workbook says that its cells do not: errors, strike-outs, hidden rows, size."""

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tooling.catalog.layout import number
from tooling.catalog.sources import Cell, Marks, check_size
from tooling.errors import InputError

_UNCALCULATED = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>|</c>)'
)
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMNS = re.compile(rb'\br="([A-Z]{1,3})[0-9]+"')
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(?:.(?!</(?:\w+:)?c>))*?<(?:\w+:)?v>([^<]*)'
)
_STYLED = re.compile(rb'<(?:\w+:)?c\b([^>]*\bs="([0-9]+)"[^>]*)(?<!/)>')
_REFERENCE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_FONTS = re.compile(rb"<(?:\w+:)?fonts\b.*?</(?:\w+:)?fonts>", re.DOTALL)
_FONT = re.compile(rb"<(?:\w+:)?font\b[^>]*/>|<(?:\w+:)?font\b.*?</(?:\w+:)?font>", re.DOTALL)
_STRIKE = re.compile(rb'<(?:\w+:)?strike\b(?![^>]*val="(?:0|false)")')
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(rb'<(?:\w+:)?xf\b[^>]*\bfontId="([0-9]+)"')


def marks(path: Path, archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Return the marks of each sheet. Raises InputError for one that is too large to read."""
    struck = _struck_styles(archive)
    found = {}
    for name, part in _parts(archive):
        content = archive.read(part)
        rows = [int(n) for tag in _ROW.findall(content) if (n := _attribute(tag.decode(), "r"))]
        columns = max((number(c.decode()) for c in set(_COLUMNS.findall(content))), default=0)
        tags = _ROW.findall(content)
        check_size(f"{path.name}, sheet {name}", max([*rows, len(tags)], default=0), columns)
        found[name] = Marks(
            errors=dict(_errors(content)),
            struck=frozenset(_struck(content, struck)) if struck else frozenset(),
            hidden_rows=frozenset(_hidden(tags)),
        )
    return found


def check_formulas(path: Path) -> None:
    """Raise InputError if a formula has no calculated value, with its sheet, row and column."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return
        for name, part in _parts(archive):
            if match := _UNCALCULATED.search(archive.read(part)):
                column, row = match[1].decode(), match[2].decode()
                raise InputError(
                    f"{path.name}, sheet {name}, row {row}, column {column}:"
                    " a formula without a calculated value",
                    hint="Open the workbook in Excel, save it, and try again.",
                )


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and the member that holds it."""
    relations = archive.read("xl/_rels/workbook.xml.rels").decode()
    targets = {
        _attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(relations)
    }
    names = set(archive.namelist())
    for tag in _SHEET.findall(archive.read("xl/workbook.xml").decode()):
        part = (targets.get(_attribute(tag, "r:id")) or "").lstrip("/").removeprefix("xl/")
        if f"xl/{part}" in names:
            yield html.unescape(_attribute(tag, "name") or ""), f"xl/{part}"


def _attribute(tag: str, name: str) -> str | None:
    match = re.search(rf'(?<![\w:]){name}="([^"]*)"', tag)
    return match[1] if match else None


def _cell(attributes: bytes) -> Cell | None:
    match = _REFERENCE.search(attributes)
    return (int(match[2]), number(match[1].decode())) if match else None


def _errors(content: bytes) -> Iterator[tuple[Cell, str]]:
    for attributes, text in _ERROR.findall(content):
        if cell := _cell(attributes):
            yield cell, html.unescape(text.decode())


def _struck_styles(archive: zipfile.ZipFile) -> set[int]:
    """Return the numbers of the cell formats whose font is struck out."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = archive.read("xl/styles.xml")
    fonts, formats = _FONTS.search(styles), _FORMATS.search(styles)
    if fonts is None or formats is None:
        return set()
    struck = {at for at, font in enumerate(_FONT.findall(fonts[0])) if _STRIKE.search(font)}
    return {at for at, font in enumerate(_FORMAT.findall(formats[0])) if int(font) in struck}


def _struck(content: bytes, styles: set[int]) -> Iterator[Cell]:
    for attributes, style in _STYLED.findall(content):
        if int(style) in styles and (cell := _cell(attributes)):
            yield cell


def _hidden(tags: list[bytes]) -> Iterator[int]:
    for position, tag in enumerate(tags, 1):
        text = tag.decode()
        if _attribute(text, "hidden") in ("1", "true"):
            yield int(_attribute(text, "r") or position)
