"""docs/reference/errors.md lists each SQLSTATE of our own once, with the functions raising it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs/reference/errors.md"
HEADER = ["code", "name", "raised by", "meaning", "remedy"]
CODE = re.compile(r"'(ES[0-9A-Z]{3})'")
FIRST = {"app": "ES0", "catalog": "ES1", "ops": "ES2"}


def _listed() -> list[dict[str, str]]:
    text, _, _ = REFERENCE.read_text(encoding="utf-8").partition("\n## ")
    lines = [line for line in text.splitlines() if line[:1] == "|"]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == HEADER
    return [dict(zip(HEADER, row, strict=True)) for row in cells[2:]]


def _raised() -> set[tuple[str, str]]:
    """Return each code with each function that raises it, as `schema.function()`."""
    return {
        (code, f"{file.parts[-3]}.{file.stem}()")
        for file in (ROOT / "sql").glob("*/*/*.sql")
        for code in CODE.findall(file.read_text(encoding="utf-8"))
    }


def test_the_reference_names_every_code_with_the_functions_that_raise_it() -> None:
    listed = {
        (row["code"], name)
        for row in _listed()
        for name in re.findall(r"`(.+?)`", row["raised by"])
    }
    assert listed - _raised() == set(), "listed, but not raised there"
    assert _raised() - listed == set(), "raised, but not listed"


def test_no_code_is_raised_outside_the_objects_of_a_schema() -> None:
    objects = set((ROOT / "sql").glob("*/*/*.sql"))
    others = set((ROOT / "sql").rglob("*.sql")) - objects
    assert [file.name for file in others if CODE.search(file.read_text(encoding="utf-8"))] == []


def test_each_code_has_one_row_and_one_name() -> None:
    rows = _listed()
    codes = [row["code"] for row in rows]
    assert codes == sorted(set(codes))
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z_]+", name)] == []


def test_every_row_says_what_the_error_means_and_what_to_do() -> None:
    short = [
        row["code"] for row in _listed() if not (row["meaning"][-1:] == row["remedy"][-1:] == ".")
    ]
    assert short == []


def test_the_code_tells_the_schema() -> None:
    strangers = {
        (code, name) for code, name in _raised() if not code.startswith(FIRST[name.split(".")[0]])
    }
    assert strangers == set()
