"""Which page is where, and whether the file says what its source says."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from tooling.database import Connection
from tooling.errors import Exit, ToolingError
from tooling.reference import catalog, schema_page
from tooling.settings import Settings

FOLDER = Path("docs/reference")
PAGES = {
    "architecture": Path("docs/architecture.md"),
    "cli": FOLDER / "cli.md",
    "schema": FOLDER / "schema.md",
}


def schema(connection: Connection, settings: Settings) -> str:
    """Return the schema page of a migrated database; its links go from FOLDER to sql/."""

    def source(schema_name: str, kind: str, name: str) -> str | None:
        file = Path("sql") / schema_name / kind / f"{name}.sql"
        return f"../../{file.as_posix()}" if (settings.root / file).is_file() else None

    return schema_page.render(catalog.read(connection, without=[settings.ledger_schema]), source)


def differs(file: Path, text: str) -> str | None:
    """Return where a file differs from the text, by its first line; None if it does not."""
    if not file.is_file():
        return "it does not exist"
    was, now = file.read_text(encoding="utf-8"), text
    if was == now:
        return None
    pairs = zip_longest(was.splitlines(), now.splitlines())
    for number, (old, new) in enumerate(pairs, 1):
        if new is None:
            return f"line {number} should not be: {old}"
        if old != new:
            return f"line {number} should be: {new}"
    return "the line ends differ"


def check(found: Sequence[tuple[Path, str]]) -> None:
    """Raise ToolingError (exit code CHANGED) naming each file that differs, and where."""
    wrong = [f"{file}: {where}" for file, text in found if (where := differs(file, text))]
    if wrong:
        raise ToolingError(
            "\n".join(wrong),
            hint="Run `tooling docs reference` and commit the result.",
            exit_code=Exit.CHANGED,
        )


def write(file: Path, text: str) -> bool:
    """Write a page unless it is there already; tell whether it was not."""
    if differs(file, text) is None:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return True
