"""Each command ends by one exit code of the page and, with --json, by one event that tells it."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pgproof.cli import COMMANDS, group
from pgproof.connection import KEEPER
from pgproof.errors import Exit
from tests.project import Project

PAGE = Path(__file__).resolve().parents[1] / "docs/exit-codes.md"
CONNECTED = {
    "baseline": ["0001.t"],
    "drift": [],
    "migrate": [],
    "plan": [],
    "rollback": [],
    "status": [],
    "trace": [],
}
NAMED = {**CONNECTED, "new": ["more"], "review": [], "verify": []}
OTHERS = {"compat", "coverage", "mutate", "order"}
"""Commands that need more than a folder and a database: their own tests say how they end."""


def last(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """Return the last event, which alone is a result or an error, and tells the exit code."""
    events = [json.loads(line) for line in done.stdout.splitlines()]
    final = [event for event in events if event["event"] in ("result", "error")]
    assert final == events[-1:], done.stdout + done.stderr
    assert final[0]["exit_code"] == done.returncode
    if final[0]["event"] == "error":
        said = f"error: {final[0]['message'].splitlines()[0]}"
        assert said.lower() in done.stderr.lower()
        assert set(final[0]) == {"event", "exit_code", "message", "hint"}
    assert "Traceback" not in done.stderr
    told: dict[str, Any] = final[0]
    return told


def tell(project: Project, name: str, *arguments: str) -> dict[str, Any]:
    return last(project.run(name, *NAMED[name], "--json", *arguments))


def failed(project: Project, name: str, *arguments: str) -> tuple[str, int]:
    told = tell(project, name, *arguments)
    return told["event"], told["exit_code"]


@pytest.mark.parametrize("name", ["trace", "verify"])
def test_a_template_that_is_not_there_is_named(project: Project, name: str) -> None:
    project.write("0001.t", "create table t ();")
    told = tell(project, name, "--template", "nosuch")
    assert (told["exit_code"], told["message"]) == (3, "there is no database 'nosuch' to copy")
    assert "psql --list" in told["hint"]


def test_a_server_whose_schema_is_wanted_and_that_does_not_answer_is_named(
    project: Project,
) -> None:
    project.write("0001.t", "create table t ();")
    told = tell(project, "trace", "--schema-of", "postgresql://127.0.0.1:1/x")
    assert told["exit_code"] == Exit.CONNECTION
    assert told["message"].startswith("cannot connect: ")
    assert not set("\n\t") & set(told["message"])


def test_every_exit_code_is_on_the_page_and_no_other() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z]+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert [(int(code), name) for code, name, _ in rows] == sorted(
        (one.value, one.name) for one in Exit
    )
    says = [what for _, _, what in rows]
    assert len(set(says)) == len(says)


def test_the_commands_of_this_file_are_all_there_are() -> None:
    assert {*NAMED, *OTHERS} == set(COMMANDS)
    assert set(group.list_commands(None)) - set(COMMANDS) == {"import", "init", "server"}  # type: ignore[arg-type]


@pytest.fixture
def applied(project: Project) -> Project:
    project.write("0001.t", "create table t ();", "drop table t;")
    project.migrate()
    return project


def test_what_succeeds_ends_in_a_result(project: Project, tmp_path: Path) -> None:
    project.write("0001.t", "create table t ();", "drop table t;")
    assert failed(project, "baseline", "--dry-run") == ("result", Exit.OK)
    assert failed(project, "status") == ("result", Exit.PENDING)
    for name in ("trace", "migrate", "drift", "verify", "plan", "status", "rollback", "new"):
        assert failed(project, name) == ("result", Exit.OK), name
    done = project.command("init")[:4]
    begun = [*done, str(tmp_path / "fresh"), "--json"]
    for code in (Exit.OK, Exit.REFUSED):
        ended = subprocess.run(begun, capture_output=True, text=True, check=False)
        assert last(ended)["exit_code"] == code


@pytest.mark.parametrize("name", [*NAMED, "init"])
def test_a_wrong_command_line(project: Project, name: str) -> None:
    begun = [*project.command(name)[:4], "--json", "--nonsense"]
    done = subprocess.run(begun, capture_output=True, text=True, check=False)
    assert last(done)["exit_code"] == Exit.USAGE


def test_a_command_that_does_not_exist(project: Project) -> None:
    begun = [*project.command("nonsense")[:4], "--json"]
    done = subprocess.run(begun, capture_output=True, text=True, check=False)
    assert last(done)["exit_code"] == Exit.USAGE


@pytest.mark.parametrize("name", NAMED)
def test_settings_that_cannot_be_used(project: Project, name: str) -> None:
    (project.folder.parent / "pgproof.toml").write_text("nonsense = 1")
    assert failed(project, name) == ("error", Exit.INPUT)


@pytest.mark.parametrize("name", CONNECTED)
def test_no_server(applied: Project, name: str) -> None:
    nowhere = ("--dsn", "host=/nowhere")
    assert failed(applied, name, *nowhere) == ("error", Exit.CONNECTION)


@pytest.mark.parametrize("name", CONNECTED)
def test_a_folder_that_is_not_there(applied: Project, name: str) -> None:
    nowhere = ("--migrations", str(applied.folder / "none"))
    assert failed(applied, name, *nowhere) == ("error", Exit.REFUSED)


@contextmanager
def reading(project: Project, name: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command that waits to read the ledger while the block runs."""
    with project.connect() as other:
        other.execute("begin; lock table pgproof._yoyo_migration in access exclusive mode")
        command = project.command(name, *NAMED[name], "--json")
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 30
        waits = (
            "select 1 from pg_stat_activity where application_name = %s"
            " and wait_event_type = 'Lock' and datname = current_database()"
        )
        while not project.query(waits, KEEPER):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.02)
        yield process
        process.communicate()


def ended(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate(timeout=60)
    return last(subprocess.CompletedProcess(process.args, process.returncode, out, err))


@pytest.mark.parametrize("name", CONNECTED)
def test_a_connection_that_is_lost(applied: Project, name: str) -> None:
    with reading(applied, name) as process:
        applied.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s",
            KEEPER,
        )
        assert ended(process)["exit_code"] == Exit.LOST


@pytest.mark.parametrize("name", CONNECTED)
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, Exit.TERMINATED), (signal.SIGINT, Exit.INTERRUPTED)]
)
def test_a_signal(applied: Project, name: str, number: signal.Signals, code: Exit) -> None:
    with reading(applied, name) as process:
        process.send_signal(number)
        assert ended(process)["exit_code"] == code


@pytest.mark.parametrize("name", CONNECTED)
def test_a_lock_in_the_way(applied: Project, name: str) -> None:
    with reading(applied, name) as process:
        told = ended(process)
    assert told["exit_code"] == Exit.LOCKED
    assert "blocked by pid " in told["message"]


def test_a_statement_that_fails(applied: Project) -> None:
    applied.write("0002.u", "select 1 / 0;")
    assert failed(applied, "migrate") == ("error", Exit.MIGRATION)
    (applied.folder / "0002.u.sql").unlink()
    (applied.folder / "0002.u.rollback.sql").unlink()
    (applied.folder / "0001.t.rollback.sql").write_text("select 1 / 0;")
    assert failed(applied, "rollback") == ("error", Exit.MIGRATION)


@pytest.mark.parametrize("last_event", ["statement", "file_done"])
def test_a_signal_in_a_statement(project: Project, last_event: str) -> None:
    project.write("0001.t", "create table t ();")
    project.write("0002.u", "select pg_sleep(60);")
    process = subprocess.Popen(
        project.command("migrate", "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    while not lines or json.loads(lines[-1])["event"] != last_event:
        lines.append(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    out = "".join(lines) + out
    done = subprocess.CompletedProcess(process.args, process.returncode, out, err)
    assert last(done)["exit_code"] == Exit.TERMINATED


def test_a_signal_while_the_program_is_imported(project: Project) -> None:
    """Which takes longer than the command; not one import is left out."""
    code = (
        "import os, signal, sys; from pgproof.__main__ import main\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == sys.argv[0]: os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.meta_path.insert(0, Finder()); sys.argv = sys.argv[1:]; main()"
    )
    project.write("0001.t", "select 1;")
    for name in ("click", "psycopg", "pgproof.cli.status", "pgproof.ahead.status"):
        command = project.command("status", "--json")
        command = [command[0], "-c", code, name, *command[3:]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert last(done)["exit_code"] == Exit.TERMINATED, name


def test_a_file_that_is_partly_applied(applied: Project) -> None:
    applied.write("0002.u", "-- transactional: false\nselect 1;\nselect 1 / 0;\nvacuum;")
    assert failed(applied, "migrate") == ("error", Exit.MIGRATION)
    assert failed(applied, "status") == ("result", Exit.PARTIAL)
    (applied.folder / "0001.t.sql").write_text("select 2;")
    assert failed(applied, "status") == ("result", Exit.CHANGED)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select pg_terminate_backend(pg_backend_pid());", Exit.LOST),
        ("do $$ begin raise sqlstate '08001' using message = 'far'; end $$;", Exit.MIGRATION),
        ("do $$ begin raise sqlstate '57P01' using message = 'far'; end $$;", Exit.MIGRATION),
    ],
)
def test_another_servers_lost_connection_is_an_error_of_the_statement(
    project: Project, text: str, code: Exit
) -> None:
    project.write("0001.t", text)
    told = tell(project, "migrate")
    assert told["exit_code"] == code
    assert "0001.t.sql:1: statement 1: " in told["message"]
