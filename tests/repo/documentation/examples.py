"""The calls in the header comments of sql/*/functions: indented by five spaces or more."""

from dataclasses import dataclass
from pathlib import Path

from tests.repo.documentation import statements
from tests.repo.documentation.pages import ROOT, name

INDENT = "--     "


@dataclass(frozen=True)
class Example:
    """A function's file, and the SQL text of its example; empty if it has none."""

    file: Path
    text: str

    @property
    def function(self) -> str:
        """The function's name, without its schema."""
        return self.file.stem

    @property
    def schema(self) -> str:
        """The function's schema."""
        return self.file.parts[-3]

    @property
    def place(self) -> str:
        """The file's path from the root."""
        return name(self.file)

    def statements(self) -> list[statements.Statement]:
        """Return the statements of the example; none if there is no example."""
        return list(statements.read(self.text)) if self.text else []


def read(file: Path) -> Example:
    """Read the header of a function's file."""
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        if line.startswith(INDENT) or line == "--":
            lines.append("" if line == "--" else line.removeprefix(INDENT))
    text = "\n".join(lines).strip()
    return Example(file, text + "\n" if text else "")


def all_examples() -> list[Example]:
    """Return the example of every function."""
    return [read(file) for file in sorted((ROOT / "sql").glob("*/functions/*.sql"))]
