"""The Makefile is the one list of commands; pre-commit and CI run the same ones."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.conftest import LONG

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)
LOCKS = ("run", "test", "patroni", "downloads")


def make(*arguments: str) -> list[str]:
    """Return the lines printed by make, which takes the virtual environment as made."""
    command = ["make", "-o", ".venv/run", "-o", ".venv/test", *arguments]
    # A make that runs this test hands its own options down.
    outer = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=ROOT, env=outer, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package in a file of requirements/."""
    text = (ROOT / f"requirements/{lock}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


def test_it_fits_on_a_page() -> None:
    assert len(MAKEFILE.splitlines()) < 60


def test_make_alone_lists_every_target() -> None:
    listed = [line.split()[0] for line in make()]
    assert listed == [target for target in TARGETS if target != "help"]


def test_no_target_is_mistaken_for_a_file() -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert sorted(" ".join(phony).split()) == sorted(TARGETS)


def test_pre_commit_runs_the_commands_of_lint() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    entries = [hook["entry"] for repo in config["repos"] for hook in repo["hooks"]]
    commands = [re.sub(r".*xargs -0 (-\w \d+ )*", "", line) for line in make("-n", "lint")]
    assert entries == commands


def test_the_workflow_runs_make_targets_only() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs == ["make migrate", "make check"]


def test_an_action_is_named_by_its_commit_and_may_only_read() -> None:
    files = sorted((ROOT / ".github").rglob("*.y*ml"))
    assert files
    for file in files:
        for uses in re.findall(r"\buses: *(.*)$", file.read_text(), re.MULTILINE):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+", uses), f"{file}: {uses}"
        workflow = yaml.safe_load(file.read_text())
        assert workflow["permissions"] == {"contents": "read"}
        assert not any("permissions" in job for job in workflow["jobs"].values())


def test_ci_and_check_run_what_test_runs() -> None:
    assert make("-n", "check") == make("-n", "test")
    assert re.search(r"^exec make -k test ", (ROOT / ".ci/run").read_text(), re.MULTILINE)


def test_test_runs_every_check() -> None:
    commands = "\n".join(make("-n", "test"))
    for program in ("ruff", "mypy", "sqlfluff", "squawk", "detect-secrets", "pytest"):
        assert f".venv/bin/{program}" in commands
    assert "-m tests.run_pgtap 18 16" in commands


@pytest.mark.parametrize("folder", [".venv/x", ".postgres", "build/x"])
def test_what_make_makes_is_ignored_by_git(folder: str) -> None:
    done = subprocess.run(["git", "check-ignore", "-q", folder], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("suite", ["python-tests", "runner-tests"])
def test_every_test_is_run_where_it_is_asked_for(suite: str) -> None:
    (usual,) = (line for line in make("-n", suite) if "pytest" in line)
    (every,) = (line for line in make("-n", suite, "EVERY=1") if "pytest" in line)
    assert every.split() == [*usual.split(), "--every-test"]


def test_what_is_left_out_is_there_and_run_if_it_is_named() -> None:
    assert [one for one in LONG if not (ROOT / one.partition("::")[0]).exists()] == []
    counted = []
    for arguments in ((), ("tests/tooling/backup/test_reset.py",)):
        command = [sys.executable, "-m", "pytest", "-q", "--collect-only", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        counted.append(done.stdout.count("test_reset.py::"))
    assert counted[0] == 0 < counted[1]


def test_requirements_are_pinned_as_pyproject_allows() -> None:
    project, inner = (
        tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
        for folder in (".", "pgproof")
    )
    extras, more = project["optional-dependencies"], inner["optional-dependencies"]
    run = [*project["dependencies"], *extras["build"], *extras["operations"]]
    assert "pgproof[lint,server]" in run
    run = [one for one in run if not one.startswith("pgproof[")]
    run += [*inner["dependencies"], *more["lint"], *more["server"]]
    wanted = {"run": run, "test": [*run, *extras["test"], *more["test"]]}
    for lock, lines in wanted.items():
        found = pins(lock)
        for requirement in map(Requirement, lines):
            assert requirement.name in found, f"{requirement.name}: run `make lock`"
            assert requirement.specifier.contains(found[requirement.name]), requirement.name


def test_tests_run_with_the_versions_that_users_get() -> None:
    test = pins("test")
    assert {name: test.get(name) for name in pins("run")} == pins("run")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_no_index_is_named(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.txt").read_text()
    assert len(re.findall(r"==.*\\\n +--hash=sha256:[0-9a-f]{64}", text)) == len(pins(lock)) > 0
    assert "://" not in text
