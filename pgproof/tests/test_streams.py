"""What a command prints to, or reads, may fail or lack letters: an error, never a traceback."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pgproof.errors import Exit
from tests.project import Project

SHOWING = (["status"], ["plan"], ["status", "--json"], ["migrate", "--json"], ["new", "x"])


@pytest.fixture
def named(project: Project) -> Project:
    """Return a project with a name that is not ASCII."""
    project.write("0001.größe", "create table größe ();")
    return project


def run(command: list[str], **streams: Any) -> "subprocess.CompletedProcess[bytes]":
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run(command, check=False, **streams)


@pytest.mark.parametrize("words", [*SHOWING, ["migrate"]])
def test_letters_that_a_stream_lacks_are_escaped(named: Project, words: list[str]) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}
    done = run(named.command(*words), env=environment)
    assert done.returncode in (Exit.OK, Exit.PENDING), done.stderr
    assert (done.stdout + done.stderr).isascii()
    if words[0] not in ("migrate", "new"):
        assert rb"gr\xf6" in done.stdout or rb"gr\u00f6" in done.stdout


@pytest.mark.parametrize("words", SHOWING)
def test_a_full_disk_is_an_error(named: Project, words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run(named.command(*words), stdout=full)
    assert done.returncode == Exit.FAILED
    assert done.stderr.splitlines()[-2:] == [
        b"error: cannot write the output: No space left on device",
        b"hint: Free space on the disk, or write to another one.",
    ]


@pytest.mark.parametrize("words", SHOWING)
def test_a_closed_pipe_is_an_error(named: Project, words: list[str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = run(named.command(*words), stdout=writes)
    finally:
        os.close(writes)
    assert done.returncode == Exit.FAILED
    assert done.stderr.splitlines()[-1] == b"error: cannot write the output: Broken pipe"
    assert named.value("select to_regclass('größe') is null")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full"])
def test_streams_that_are_closed_at_the_start_are_not_written_to(
    named: Project, closed: str
) -> None:
    """What people are told is not data: without stderr it does not go to stdout."""
    done = run(["sh", "-c", f'"$@" {closed}', "sh", *named.command("migrate")])
    assert (done.returncode, done.stdout) == (Exit.OK, b"")
    assert named.value("select to_regclass('größe') is not null")
    named.write("0002.x", "select 1 / 0;")
    done = run(["sh", "-c", f'"$@" {closed}', "sh", *named.command("migrate")])
    assert (done.returncode, done.stdout) == (Exit.MIGRATION, b"")


@pytest.mark.parametrize("name", ["status", "plan", "migrate", "rollback", "new"])
@pytest.mark.parametrize("where", ["x" * 5000, "file/below"])
def test_a_folder_that_cannot_be_is_an_error(
    named: Project, tmp_path: Path, name: str, where: str
) -> None:
    (tmp_path / "file").touch()
    words = ["x"] if name == "new" else []
    done = run(named.command(name, *words, "--migrations", str(tmp_path / where), "--json"))
    assert done.returncode in (Exit.INPUT, Exit.REFUSED), done.stderr
    said = done.stderr.removeprefix(named.announced().encode())
    assert said.startswith(b"error: ")
    assert b"Traceback" not in said
    assert json.loads(done.stdout.splitlines()[-1])["exit_code"] == done.returncode


def test_a_repository_that_cannot_be_made_is_an_error(named: Project, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run([*named.command("init")[:4], str(tmp_path / "file/below")])
    assert done.returncode == Exit.INPUT
    assert done.stderr.startswith(b"error: ")
    assert b"Not a directory" in done.stderr


def test_a_page_that_cannot_be_written_is_an_error(named: Project, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    page = tmp_path / "file/page.md"
    done = run(named.command("plan", "--json", "--markdown", str(page)))
    assert done.returncode == Exit.INPUT
    assert json.loads(done.stdout)["message"] == f"{page.parent}: File exists"


def test_a_defect_is_one_line(named: Project) -> None:
    code = (
        "import pgproof.ahead.status as room, sys; from pgproof.cli import main;"
        " room.status = lambda *_: {}['gone']; sys.argv = sys.argv[1:]; main()"
    )
    command = named.command("status", "--json")
    done = run([command[0], "-c", code, *command[2:]])
    assert done.returncode == Exit.FAILED
    assert json.loads(done.stdout)["message"] == "unexpected KeyError: 'gone' (<string>:1)"
    assert done.stderr.count(b"\n") == 2
