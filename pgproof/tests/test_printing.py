"""What files, servers and command lines say is printed so that it steers no terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

from pgproof import printing
from pgproof.errors import Exit
from tests.project import Project

HOSTILE = "\x1b]0;title\x07 \x1b[2J \x9b31m \u202e \u2028 a\r\nerror: forged"
STEERING = {chr(n) for n in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x202E)} - {"\n"}


def held(said: str) -> None:
    """Fail for what a terminal would follow, and for a line that another text began."""
    assert not set(said) & STEERING
    assert not any(line.startswith("error: forged") for line in said.splitlines())


def test_every_way_to_print_does_it(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say(HOSTILE)
    printing.say(HOSTILE, err=True)
    printing.say_json({"a": HOSTILE})
    printing.say_heading(HOSTILE, HOSTILE)
    printing.say_page(printing.plain(HOSTILE))
    printing.fail(HOSTILE.replace("\n", " "), HOSTILE)
    said = capsys.readouterr()
    held(said.out)
    held(said.err)
    assert "\\x1b[2J" in said.out


@pytest.mark.parametrize("command", ["plan", "migrate", "status"])
def test_a_migration_steers_no_terminal(project: Project, command: str) -> None:
    project.write(
        "0001.t",
        f'create table "{HOSTILE}" ();\n'
        "do $$ begin raise notice '%', E'\\x1b[2J\\nerror: forged'; end $$;",
    )
    done = project.run(command)
    assert "0001.t" in done.stdout + done.stderr
    held(done.stdout + done.stderr)


def test_an_error_of_the_server_steers_no_terminal(project: Project) -> None:
    project.write("0001.t", "do $$ begin raise exception '%', E'\\x1b[2J\\r\\u202e'; end $$;")
    done = project.run("migrate")
    assert done.returncode != 0
    assert "\\x1b[2J" in done.stderr
    held(done.stdout + done.stderr)


@pytest.mark.parametrize("words", [(HOSTILE,), ("plan", HOSTILE), ("plan", f"--{HOSTILE}")])
def test_a_command_line_that_is_none_steers_no_terminal(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pgproof", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: ")
    held(done.stdout + done.stderr)


def test_columns_are_as_wide_as_their_widest_cell_and_numbers_stand_to_the_right() -> None:
    rows = [("name", "rows", ""), ("a", 1_000, None), (HOSTILE[:3], 7, "x")]
    assert list(printing.columns(rows)) == [
        "name    rows",
        "a       1,000",
        "\\x1b]0      7  x",
    ]
    assert list(printing.columns([])) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "a" * 300), "File name too long"),
        (("init", "/proc/nowhere"), "No such file"),
        (("plan", "--no-such-option"), "No such option"),
    ],
)
def test_whatever_goes_wrong_is_an_error_and_no_traceback(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pgproof", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (Exit.FAILED, Exit.USAGE, Exit.INPUT)
    errors = [line for line in done.stderr.splitlines() if said in line]
    assert [line.startswith("error: ") for line in errors] == [True]
    assert "Traceback" not in done.stderr


def test_a_page_that_cannot_be_written_is_an_error(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    (project.folder.parent / "file").touch()
    page = project.folder.parent / "file/page.md"
    done = project.run("plan", "--markdown", str(page))
    assert done.returncode == Exit.INPUT
    assert done.stderr.startswith(f"error: {page.parent}: File exists")
