"""The cache: Redis started by the command and the file of compose.yaml."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose import stack
from tests.conftest import ROOT
from tests.servers import BUILD
from tooling.packages import debian

PACKAGES = (
    "redis-server",
    "redis-tools",
    "libatomic1",
    "libjemalloc2",
    "liblua5.1-0",
    "liblzf1",
    "lua-bitop",
    "lua-cjson",
)
PASSWORD = stack.secrets()["CACHE_PASSWORD"]


class Redis:
    """A server of the cache, and redis-cli."""

    def __init__(self, folder: Path):
        self.port = stack.free_port()
        self.folder = folder
        self.environment = {**os.environ, **programs()}

    def command(self) -> list[str]:
        """Return what compose.yaml starts, on a port and in a folder of our own."""
        service = stack.services()["cache"]
        script = [word.replace(*mounted()) for word in service["entrypoint"]]
        return [*script, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]

    def settings(self, password: str = PASSWORD) -> dict[str, str]:
        given = stack.environment_of("cache", {"CACHE_PASSWORD": password})
        return {
            **self.environment,
            **{key: text.replace(*mounted()) for key, text in given.items()},
        }

    def start(self) -> "subprocess.Popen[bytes]":
        log = (self.folder / "log").open("wb")
        return subprocess.Popen(self.command(), env=self.settings(), stdout=log, stderr=log)

    def says(self, *words: str, password: str | None = PASSWORD) -> str:
        """Return what the server answers to a command."""
        login = {"REDISCLI_AUTH": password} if password else {}
        environment = {**self.environment, **login}
        done = subprocess.run(
            ["redis-cli", "-p", str(self.port), *words],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return (done.stdout + done.stderr).strip()

    def is_healthy(self) -> bool:
        """Ask as the health check does."""
        kind, test = stack.services()["cache"]["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        command = test.replace("$$", "$").replace("redis-cli", f"redis-cli -p {self.port}")
        done = subprocess.run(
            ["sh", "-c", command], env=self.settings(), check=False, capture_output=True
        )
        return done.returncode == 0


def mounted() -> tuple[str, str]:
    source, target, _ = stack.services()["cache"]["volumes"][0].split(":")
    return target, str(ROOT / source)


def programs() -> dict[str, str]:
    """Return where Debian's programs and their libraries are."""
    folder = debian.unpacked(PACKAGES, BUILD / "redis")
    libraries = ":".join(str(path) for path in sorted(folder.glob("usr/lib/*-linux-gnu*")))
    return {"PATH": f"{folder}/usr/bin:{os.environ['PATH']}", "LD_LIBRARY_PATH": libraries}


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = Redis(tmp_path_factory.mktemp("redis"))
    process = server.start()
    try:
        while not server.is_healthy():
            assert process.poll() is None, (server.folder / "log").read_text()
        yield server
    finally:
        process.terminate()
        process.wait(30)


def test_a_password_is_asked_for(redis: Redis) -> None:
    assert "NOAUTH" in redis.says("get", "x", password=None)
    assert "WRONGPASS" in redis.says("get", "x", password="redis")  # pragma: allowlist secret
    assert redis.says("set", "x", "1") == "OK"


def test_the_password_is_not_in_the_list_of_processes(redis: Redis) -> None:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "redis-server" in listed.stdout
    assert PASSWORD not in listed.stdout


def test_nothing_is_written_to_disk(redis: Redis) -> None:
    redis.says("set", "kept", "no")
    assert redis.says("config", "get", "save").splitlines() == ["save"]
    assert redis.says("config", "get", "appendonly").splitlines() == ["appendonly", "no"]
    assert {file.name for file in redis.folder.iterdir()} == {"log"}


def test_what_is_not_used_goes_when_memory_is_full(redis: Redis) -> None:
    limit = 128 * 1024 * 1024
    assert redis.says("config", "get", "maxmemory").splitlines() == ["maxmemory", str(limit)]
    # 160 values of a megabyte are more than it holds.
    fill = "for i = 1, 160 do redis.call('set', 'big' .. i, string.rep('x', 1048576)) end"
    for _ in range(2):
        assert "OOM" not in redis.says("eval", fill, "0")
    facts = dict(line.split(":") for line in redis.says("info", "all").split() if ":" in line)
    assert int(facts["evicted_keys"]) > 0
    assert int(facts["used_memory"]) <= limit * 1.1


def test_the_limit_leaves_room_in_the_container() -> None:
    memory = stack.services()["cache"]["deploy"]["resources"]["limits"]["memory"]
    assert memory == "256M"


def test_it_does_not_start_with_a_password_that_is_short(tmp_path: Path) -> None:
    server = Redis(tmp_path)
    done = subprocess.run(
        server.command(), env=server.settings("redis"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "CACHE_PASSWORD" in done.stderr
