"""Laws of the package tooling: imports go down, form no circle, and none is of the laboratory."""

import ast
from pathlib import Path

import pytest

from rooms import Package
from tests.conftest import ROOT

TOOLING = ROOT / "tooling"
PACKAGE = Package(
    TOOLING,
    (
        "",
        "errors",
        "settings",
        "printing",
        "packages",
        "server",
        "database",
        "fingerprint",
        "accounts",
        "queries",
        "audit",
        "catalog",
        "seeds",
        "partitions",
        "jobs",
        "search",
        "backup",
        "metrics",
        "deploy",
        "up",
        "environment",
        "laboratory",
        "reference",
        "cli",
    ),
)
"""Its rooms, from the lowest to the highest: folders, and modules beside them."""

HOMES = {
    "Finding": "tooling/deploy/findings.py",
    "Job": "tooling/jobs/runner.py",
    "Plan": "pgproof/src/pgproof/ahead/plan.py",
}
"""Where each word that stands on many pages is a class, the only one of its name."""


def rooms() -> list[Path]:
    modules = (path for path in TOOLING.glob("*.py") if not path.name.startswith("__"))
    return sorted((*modules, *(path.parent for path in TOOLING.glob("*/__init__.py"))))


def test_every_folder_and_module_is_a_room() -> None:
    assert sorted(path.stem for path in rooms()) == sorted(PACKAGE.rooms[1:])


def test_no_room_imports_a_higher_one() -> None:
    assert PACKAGE.upward() == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert PACKAGE.circle() == []


def test_only_commands_import_the_laboratory() -> None:
    users = {
        PACKAGE.room(module)
        for module, other in PACKAGE.arrows()
        if PACKAGE.room(other) == "laboratory" != PACKAGE.room(module)
    }
    assert users == {"cli"}


@pytest.mark.parametrize("path", rooms(), ids=lambda path: path.name)
def test_every_room_says_what_it_is_for(path: Path) -> None:
    file = path / "__init__.py" if path.is_dir() else path
    purpose = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n\n")
    assert purpose[0].endswith(".") and "\n" not in purpose[0]


@pytest.mark.parametrize("name", HOMES)
def test_a_word_of_every_page_is_one_class(name: str) -> None:
    """Who reads of it must know which is meant, in both distributions."""
    files = (*TOOLING.rglob("*.py"), *(ROOT / "pgproof/src").rglob("*.py"))
    assert [
        file.relative_to(ROOT).as_posix()
        for file in sorted(files)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name == name
    ] == [HOMES[name]]
