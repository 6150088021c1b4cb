"""What squawk finds is told, and so is that it failed: no findings are not the same as none."""

import sys
from pathlib import Path

import pytest

from pgproof.ahead.lint import lint
from pgproof.errors import Exit, PgproofError
from tests.project import Project


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "0001.t.sql"
    path.write_text("select 1;\nalter table t add column a int;\n")
    return path


def test_its_findings_have_file_and_line(file: Path) -> None:
    findings = lint([file], file.parent)
    assert findings
    assert {(finding.path, finding.line) for finding in findings} == {(file, 2)}


def test_files_that_its_configuration_excludes_have_none(file: Path) -> None:
    (file.parent / ".squawk.toml").write_text('excluded_paths = ["*.sql"]\n')
    assert lint([file], file.parent) == []


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("echo 'thread panicked' >&2; exit 101", "thread panicked"),
        ("kill -9 $$", "failed"),
        ("exit 1", "Expecting value"),
        ("echo '[]'; exit 2", "failed"),
        ("echo '[{\"file\": 1'; exit 1", "failed"),
        ("echo '{\"error\": 1}'; exit 0", "failed"),
        ("echo '[{}]'; exit 1", "failed"),
        ("\x7fELF", "failed"),
    ],
)
def test_a_failure_of_its_own_is_an_error_and_not_an_empty_list(
    file: Path, monkeypatch: pytest.MonkeyPatch, program: str, said: str
) -> None:
    squawk = file.parent / "squawk"
    squawk.write_text(f"#!/bin/sh\n{program}\n")
    squawk.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(file.parent / "python"))
    with pytest.raises(PgproofError, match=said) as caught:
        lint([file], file.parent)
    assert caught.value.message.startswith(f"{squawk} failed: ")
    assert caught.value.hint


def test_one_that_cannot_be_started_is_an_error_too(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file.parent / "squawk").write_text("no program")
    monkeypatch.setattr(sys, "executable", str(file.parent / "python"))
    with pytest.raises(PgproofError, match="squawk failed: "):
        lint([file], file.parent)


def test_a_plan_fails_with_it(project: Project, tmp_path: Path) -> None:
    project.write("0001.t", "create table t ();")
    (tmp_path / ".squawk.toml").write_text("no toml")
    (tmp_path / "pgproof.toml").write_text("")
    done = project.run("plan")
    assert (done.returncode, done.stdout) == (Exit.FAILED, "")
    assert done.stderr.startswith("error: ")
    assert "squawk failed: " in done.stderr
