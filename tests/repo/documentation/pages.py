"""The Markdown pages of the repository and the fenced blocks in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "migrations/README.md", "sql/README.md")
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)(?P<file>[^\n]*)$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that the fence names, its text, its first line."""

    page: str
    line: int
    language: str
    file: str
    text: str

    @property
    def place(self) -> str:
        """Page and line, as an editor opens them."""
        return f"{self.page}:{self.line}"


def all_pages() -> list[Path]:
    """Return every page there is, README first."""
    found = [ROOT / name for name in _TOP] + sorted((ROOT / "docs").rglob("*.md"))
    found += sorted((ROOT / "monitoring").rglob("*.md")) + sorted((ROOT / "backups").rglob("*.md"))
    return [page for page in found if page.is_file()]


def name(page: Path) -> str:
    """Return the page's path from the root."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, *languages: str) -> list[Block]:
    """Return the blocks of a page that are in one of the languages (all: none named)."""
    found = []
    opened: tuple[int, re.Match[str]] | None = None
    lines: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened, lines = (number + 1, fence), []
        elif opened is not None and line.strip() == "```":
            first, fence = opened
            text = "\n".join(lines) + "\n"
            found.append(Block(name(page), first, fence["language"], fence["file"].strip(), text))
            opened = None
        elif opened is not None:
            lines.append(line[len(opened[1]["indent"]) :])
    assert opened is None, f"{name(page)}:{opened and opened[0]}: the block has no end"
    return [block for block in found if not languages or block.language in languages]
