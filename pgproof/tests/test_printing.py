"""What files, servers and command lines say is printed so that it steers no terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

from pgproof import printing
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
