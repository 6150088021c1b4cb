"""The embedded server outlives its starter, recovers from kills and works wherever it is put."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.tooling.server.common import answer, start, tooling
from tooling.errors import ToolingError
from tooling.server import embedded, places
from tooling.server.embedded import Server, temporary_server


def test_it_outlives_the_command_that_started_it(root: Path) -> None:
    started = tooling(root, "db", "start")
    assert started.returncode == 0, started.stderr
    assert answer(started.stdout.strip(), "select current_database()") == "eagle_sign"
    assert tooling(root, "db", "url").stdout == started.stdout


def test_the_url_is_found_without_starting_a_process(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(root)
    with monkeypatch.context() as patched:
        patched.delattr(subprocess, "Popen")
        url = embedded.running_url(root)
    assert url is not None
    assert answer(url) == 42


def test_starting_twice_is_the_same_as_once(root: Path) -> None:
    assert start(root).pid() == start(root).pid()


def test_three_started_together_are_one_server(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.tooling]\n")
    command = [sys.executable, "-m", "tooling", "db", "start"]
    three = [
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate() for process in three]
    assert [process.returncode for process in three] == [0, 0, 0], said
    assert len({printed for printed, _ in said}) == 1
    assert sorted(talk for _, talk in said) == [b"", b"", "starting PostgreSQL…\n".encode()]


def test_status_tells_a_program_where_it_is(root: Path) -> None:
    before = tooling(root, "db", "status", "--json")
    assert (before.returncode, json.loads(before.stdout)["running"]) == (4, False)
    server = start(root)
    report = json.loads(tooling(root, "db", "status", "--json").stdout)
    assert report["pid"] == server.pid()
    assert report["url"] == embedded.running_url(root)
    assert tooling(root, "db", "stop").returncode == 0
    assert not server.is_running()
    stopped = tooling(root, "db", "status")
    assert (stopped.returncode, stopped.stdout.splitlines()[0]) == (4, "running  False")


def test_the_url_of_a_stopped_server_is_an_error_with_a_hint(root: Path) -> None:
    refused = tooling(root, "db", "url")
    assert (refused.returncode, refused.stdout) == (4, "")
    assert refused.stderr == (
        "error: the embedded server does not run\nhint: Start it with `tooling db start`.\n"
    )


def test_psql_is_the_embedded_one_and_connected(root: Path) -> None:
    start(root)
    done = tooling(root, "db", "psql", "-Atc", "select current_database()")
    assert done.stdout == "eagle_sign\n", done.stderr


def test_committed_rows_survive_a_kill(root: Path) -> None:
    server = start(root)
    url = server.url(embedded.DATABASE)
    with psycopg.connect(url) as connection:
        connection.execute("create table kept as select 7 as n")
    pid = server.pid()
    server.kill(signal.SIGKILL)
    assert not server.is_running()
    assert embedded.running_url(root) is None
    assert start(root).pid() != pid
    assert answer(url, "select n from kept") == 7


def test_a_stale_pid_of_a_living_stranger_is_no_server(root: Path) -> None:
    server = start(root)
    pid_file = server.data_dir / "postmaster.pid"
    stale = pid_file.read_text().replace(str(server.pid()), str(os.getpid()), 1)
    server.stop()
    pid_file.write_text(stale)
    assert embedded.running_url(root) is None
    start(root)
    assert answer(server.url()) == 42


def test_a_first_start_killed_half_way_is_made_anew(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.tooling]\n")
    process = subprocess.Popen([sys.executable, "-m", "tooling", "db", "start"], cwd=root)
    while not list(root.glob(".postgres/data.partial-*/base")):
        assert process.poll() is None
    process.kill()
    process.wait()
    server = start(root)
    assert answer(server.url()) == 42
    start(root)


def test_a_folder_that_holds_something_else_is_left_alone(root: Path) -> None:
    place = places.private_folder(root / ".postgres", places.account_of(root))
    (place / "data").mkdir()
    (place / "data/thesis.txt").write_text("years of work")
    with pytest.raises(ToolingError, match="holds files, but no PostgreSQL data"):
        start(root)
    assert (place / "data/thesis.txt").read_text() == "years of work"


def test_data_of_another_version_is_refused(root: Path) -> None:
    server = start(root)
    server.stop()
    (server.data_dir / "PG_VERSION").write_text("17\n")
    with pytest.raises(ToolingError, match="is of PostgreSQL 17, the programs are 18") as refused:
        start(root)
    assert refused.value.hint is not None


def test_two_servers_cannot_share_a_socket(server: Server) -> None:
    place = places.scratch_folder("eagle-project-")
    second = Server(server.bin_dir, place / "data", server.socket_dir, server.port)
    second.init(durable=False)
    with pytest.raises(ToolingError, match=r"did not start: .*lock file") as refused:
        second.start({})
    assert refused.value.hint is not None
    assert "Another server uses this socket" in refused.value.hint
    shutil.rmtree(place)
    assert answer(server.url()) == 42


def test_a_busy_port_is_named(server: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        place = places.scratch_folder("eagle-project-")
        sockets = places.socket_folder(place, port, places.account_of(place))
        second = Server(server.bin_dir, place / "data", sockets, port)
        second.init(durable=False)
        with pytest.raises(ToolingError, match="did not start") as refused:
            second.start({"listen_addresses": "127.0.0.1"})
    assert refused.value.hint == "Another server listens on this port; stop it or use another."
    shutil.rmtree(place)


def test_a_folder_that_cannot_be_written_is_named(server: Server) -> None:
    hopeless = Server(server.bin_dir, Path("/proc/nowhere/data"), server.socket_dir)
    with pytest.raises(ToolingError, match="/proc/nowhere"):
        hopeless.init()


@pytest.mark.parametrize(
    "name", ["with space", "with 100%", "grün", 'it\'s "quoted" $HOME, `x`', "deep/" + "x" * 120]
)
def test_any_clone_path_will_do(root: Path, name: str) -> None:
    project = root / name
    project.mkdir(parents=True)
    server = start(project)
    path = server.socket_dir / f".s.PGSQL.{server.port}"
    assert len(os.fsencode(path)) <= places.SOCKET_PATH_MAX
    url = embedded.running_url(project)
    assert url is not None
    assert " " not in url
    assert answer(url) == 42
    server.stop()


def test_what_a_killed_test_run_left_is_removed(root: Path) -> None:
    script = "import os\nfrom tooling.server.embedded import temporary_server\n"
    script += (
        "with temporary_server() as s:\n    print(s.data_dir, flush=True)\n    os.kill(0, 9)\n"
    )
    left = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, start_new_session=True
    ).stdout.strip()
    assert Path(left).is_dir()
    with temporary_server():
        assert not Path(left).exists()
