"""Examples of pgproof/docs/review.md for GitHub and GitLab are valid, and their commands run."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from tests.conftest import ROOT
from tests.repo.documentation import pages

PAGE = ROOT / "pgproof/docs/review.md"
_EXAMPLES = {"github": "name: review", "gitlab": "review:"}
_SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
_TARGET = {"GITHUB_BASE_REF": "main", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}


def example(name: str) -> str:
    blocks = [block.text for block in pages.blocks(PAGE, "yaml")]
    [found] = [text for text in blocks if text.startswith(_EXAMPLES[name])]
    return found


def commands(name: str) -> list[str]:
    """Return what a job runs, but for what installs and posts."""
    job = yaml.safe_load(example(name))
    lines = (
        [step.get("run", "") for step in job["jobs"]["review"]["steps"]]
        if name == "github"
        else job["review"]["script"]
    )
    return [line for line in lines if line.startswith(("pgproof ", "git "))]


@pytest.mark.parametrize("name", sorted(_EXAMPLES))
def test_an_example_is_valid(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.yml"
    file.write_text(example(name), encoding="utf-8")
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", _SCHEMAS[name], str(file)])
    assert done.exit_code == 0, done.output


def test_both_examples_run_the_same_but_for_the_findings() -> None:
    """So that the commands of one may stand for those of the other."""

    def shape(name: str) -> list[list[str]]:
        words = [shlex.split(line) for line in commands(name)]
        return [
            [w for w in one if "/" not in w and w not in ("--sarif", "--gitlab")] for one in words
        ]

    assert shape("github") == shape("gitlab")
    assert {"--sarif", "build/review.sarif"} <= set(shlex.split(commands("github")[-1]))
    assert {"--gitlab", "build/quality.json"} <= set(shlex.split(commands("gitlab")[-1]))


@pytest.fixture
def checkout() -> Iterator[Path]:
    """Return a folder that a server may stay in: pytest closes its own to other accounts."""
    with tempfile.TemporaryDirectory(prefix="review-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_the_commands_of_an_example_run(checkout: Path) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *who, *words], cwd=checkout, check=True, capture_output=True)

    def migration(name: str, text: str, undo: str) -> None:
        folder = checkout / "migrations"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.sql").write_text(text)
        (folder / f"{name}.rollback.sql").write_text(undo)
        git("add", ".")
        git("commit", "-m", name)

    git("init", "-b", "main")
    migration("0001.people", "create table people (id int primary key);", "drop table people;")
    git("update-ref", "refs/remotes/origin/main", "main")
    git("checkout", "-b", "feature")
    migration("0002.name", "alter table people add name text;", "alter table people drop name;")
    path = f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "DATABASE"))}
    gitlab = commands("gitlab")[-1].partition(" --gitlab ")[2]
    lines = [*commands("github")]
    lines[-1] += f" --gitlab {gitlab}"
    try:
        for line in lines:
            done = subprocess.run(
                ["sh", "-c", line],
                cwd=checkout,
                env={**environment, **_TARGET, "PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, line + done.stderr
    finally:
        stop = ["pgproof", "server", "--server", ".pgproof", "--stop"]
        subprocess.run(stop, cwd=checkout, env={**environment, "PATH": path}, check=False)
    assert done.stdout.startswith("Yes: 1 migration")
    made = {path.name for path in (checkout / "build").iterdir()}
    assert {"review.html", "review.md", "review.sarif", "quality.json"} <= made
