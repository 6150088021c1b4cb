"""A real PgBouncer, from PATH or out of Debian's package unpacked into build/.

Also for tests of programs that pgproof is a part of.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "build/pgbouncer"
_PACKAGES = ("pgbouncer", "libc-ares2", "libevent-2.1-7")


def program() -> Path:
    """Return the program; a test fails, saying why, where there is none."""
    if found := shutil.which("pgbouncer"):
        return Path(found)
    if not _FOLDER.is_dir():
        scratch = _FOLDER.with_name("pgbouncer.partial")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        try:
            download = ["apt-get", "download", *_PACKAGES]
            subprocess.run(download, cwd=scratch, check=True, capture_output=True)
            for package in scratch.glob("*.deb"):
                subprocess.run(["dpkg", "-x", str(package), str(scratch)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.fail(f"no pgbouncer here, and its Debian package cannot be fetched: {error}")
        scratch.rename(_FOLDER)
    return _FOLDER / "usr/sbin/pgbouncer"


def environment() -> dict[str, str]:
    """Return the environment in which the program finds its libraries."""
    return {"LD_LIBRARY_PATH": ":".join(str(path) for path in _FOLDER.glob("usr/lib/*"))}


@contextmanager
def pooled(
    host: str, port: str, database: str, mode: str, *, user: str = "postgres", size: int = 5
) -> Iterator[str]:
    """Run PgBouncer before `database` in `mode`, with so many connections; yield the URL."""
    owner = Path(host, f".s.PGSQL.{port}").stat()
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    try:
        copy = shutil.copy(program(), folder / "pgbouncer")
        config = folder / "pgbouncer.ini"
        config.write_text(
            f"[databases]\n{database} = host={host} port={port}"
            f" dbname={database} user={user}\n"
            f"[pgbouncer]\nlisten_port = 6432\nlisten_addr =\nunix_socket_dir = {folder}\n"
            f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\n",
            encoding="utf-8",
        )
        for path in (folder, config, copy):
            os.chown(path, owner.st_uid, owner.st_gid)
        identity = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
        process = subprocess.Popen(
            [copy, str(config)],
            env=environment(),
            stderr=subprocess.PIPE,
            **identity,  # type: ignore[call-overload]
        )
        url = f"postgresql://{user}@/{database}?host={folder}&port=6432"
        try:
            _wait_for(url, process)
            yield url
        finally:
            process.terminate()
            process.communicate()
    finally:
        shutil.rmtree(folder)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.05)
