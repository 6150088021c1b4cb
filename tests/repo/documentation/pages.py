"""The Markdown pages of the repository and the fenced blocks in them."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
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


def repository_files(*patterns: str) -> list[str]:
    """Return the paths of all files, or those that match, that are committed or could be."""
    run = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for path in listed.split("\0") if path and (ROOT / path).is_file())


def all_pages() -> list[Path]:
    """Return every page of the repository."""
    return [ROOT / path for path in repository_files("*.md")]


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
