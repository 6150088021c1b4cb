"""What squawk finds is told, and so is that it failed: no findings are not the same as none."""

import sys
from pathlib import Path

import pytest

from pgproof.ahead.lint import Ignored, ignored, lint
from pgproof.errors import Exit, PgproofError
from tests.project import Project


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "0001.t.sql"
    path.write_text("select 1;\nalter table t add column a int;\n")
    return path


def test_its_findings_have_file_and_line(file: Path) -> None:
    findings = lint({file: True}, file.parent)
    assert findings
    assert {(finding.path, finding.line) for finding in findings} == {(file, 2)}


def test_files_that_its_configuration_excludes_have_none(file: Path) -> None:
    (file.parent / ".squawk.toml").write_text('excluded_paths = ["*.sql"]\n')
    assert lint({file: True}, file.parent) == []


_NEEDS_NOTHING = "alter table t add column a text;\ncreate index concurrently i on t (a);\n"


def test_what_the_runner_does_anyway_is_not_asked_of_a_file(file: Path) -> None:
    file.write_text(_NEEDS_NOTHING)
    assert lint({file: False}, file.parent) == []


def test_a_file_in_one_transaction_is_known_to_be_one(file: Path) -> None:
    file.write_text(_NEEDS_NOTHING)
    (file.parent / ".squawk.toml").write_text("assume_in_transaction = false\n")
    found = lint({file: True}, file.parent)
    assert found is not None
    assert [(one.line, one.rule) for one in found] == [
        (2, "ban-concurrent-index-creation-in-transaction")
    ]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        (
            "-- squawk-ignore ban-drop-table -- it is empty",
            [(1, ("ban-drop-table",), "it is empty")],
        ),
        ("-- squawk-ignore a-b, c-d", [(1, ("a-b", "c-d"), "")]),
        ("-- it is\n-- empty\n--squawk-ignore a-b", [(3, ("a-b",), "it is empty")]),
        ("-- of another\n\n  -- squawk-ignore a-b", [(3, ("a-b",), "")]),
        ("-- squawk-ignore-file a-b\t-- old", [(1, ("a-b",), "old")]),
        ("-- squawk-ignore a-b\n-- squawk-ignore c-d", [(1, ("a-b",), ""), (2, ("c-d",), "")]),
        ("-- squawk-ignored a-b\n-- squawk-ignore\nselect '-- squawk-ignore';", []),
    ],
)
def test_a_rule_is_ignored_with_a_reason(
    comment: str, expected: list[tuple[int, tuple[str, ...], str]]
) -> None:
    assert list(ignored(comment)) == [Ignored(*one) for one in expected]


def test_what_is_ignored_is_shown_with_its_reason(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    project.write("0002.t", "-- squawk-ignore ban-drop-table -- nobody reads it\ndrop table t;")
    done = project.run("plan")
    assert "squawk, line 1: ban-drop-table ignored: nobody reads it" in done.stdout
    assert "Dropping a table" not in done.stdout
    assert "- line 1: ban-drop-table ignored: nobody reads it" in (
        project.run("plan", "--markdown", "-").stdout
    )


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
        lint({file: True}, file.parent)
    assert caught.value.message.startswith(f"{squawk} failed: ")
    assert caught.value.hint


def test_one_that_cannot_be_started_is_an_error_too(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file.parent / "squawk").write_text("no program")
    monkeypatch.setattr(sys, "executable", str(file.parent / "python"))
    with pytest.raises(PgproofError, match="squawk failed: "):
        lint({file: True}, file.parent)


def test_a_plan_fails_with_it(project: Project, tmp_path: Path) -> None:
    project.write("0001.t", "create table t ();")
    (tmp_path / ".squawk.toml").write_text("no toml")
    (tmp_path / "pgproof.toml").write_text("")
    done = project.run("plan")
    assert (done.returncode, done.stdout) == (Exit.FAILED, "")
    assert done.stderr.startswith("error: ")
    assert "squawk failed: " in done.stderr
