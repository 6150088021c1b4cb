"""The misprints that docs/reference/misprints.md lists."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/reference/misprints.md"


def is_listed(edition: str | None, shape: str, message: str) -> bool:
    """Tell whether the page lists a finding: its edition, its section, its value."""
    for editions, sections, value in _rows():
        if edition not in editions or value not in message.split():
            continue
        if shape in sections or (sections == ["2L"] and shape.startswith("2L")):
            return True
    return False


def _rows() -> list[tuple[list[str], list[str], str]]:
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].startswith("v"):
            value = cells[2].partition(",")[0]
            names = {"W": "weighs"}.get(value, value)
            sections = [one.strip() for one in cells[1].split(",")]
            editions = [one.strip() for one in cells[0].split(",")]
            found += [(editions, sections, name) for name in {value, names}]
    return found
