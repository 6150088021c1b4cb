"""One PostgreSQL server: its folders, starting and stopping it, and its URL."""

import contextlib
import os
import re
import shlex
import shutil
import signal as signals
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tooling.errors import ToolingError
from tooling.server import failures, places, processes
from tooling.server.pid_file import PidFile

START_SECONDS = 300
RECOVERY_SECONDS = 30 * 86_400
SUPERUSER = "postgres"
SETTINGS_FILE = "tooling.conf"
DEFAULTS: Mapping[str, object] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_preload_libraries": "pg_stat_statements",
    "compute_query_id": "on",
    "wal_level": "replica",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d/%a ",
}
# Data is lost in a power failure, but not if the server is killed: commits stay synchronous.
NOT_DURABLE: Mapping[str, object] = {
    "fsync": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Server:
    """A server in `data_dir`, with the programs of `bin_dir`, on a socket in `socket_dir`.

    `options` are words of the server's command line. Run by root, it belongs to the unprivileged
    owner of the folder that holds `data_dir`.
    Failures raise ToolingError with the server's own words.
    """

    bin_dir: Path
    data_dir: Path
    socket_dir: Path
    port: int = 5432
    options: tuple[str, ...] = ()

    @property
    def log(self) -> Path:
        """The server's log file, beside its data directory."""
        return self.data_dir.with_name(self.data_dir.name + ".log")

    def init(self, *, durable: bool = True) -> None:
        """Create the data directory unless it exists; after a kill, the next call begins again.

        `durable=False` is for tests: nothing is flushed to disk, now or later.
        """
        if (self.data_dir / "PG_VERSION").is_file():
            return
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise ToolingError(
                f"{self.data_dir} holds files, but no PostgreSQL data",
                hint="Move them away, or choose another folder.",
            )
        for old in self.data_dir.parent.glob(f"{self.data_dir.name}.partial-*"):
            shutil.rmtree(old, ignore_errors=True)
        partial = self.data_dir.with_name(f"{self.data_dir.name}.partial-{os.getpid()}")
        utf8 = ["--encoding=UTF8", f"--locale={_locale()}"]
        if self.major_version() >= 17:
            utf8 += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        flush = [] if durable else ["--no-sync"]
        self._run("initdb", "-D", str(partial), "-U", SUPERUSER, "-A", "trust", *utf8, *flush)
        with (partial / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"include_if_exists = '{SETTINGS_FILE}'\n")
        self._write_settings(partial, {} if durable else NOT_DURABLE)
        if self.data_dir.exists():
            self.data_dir.rmdir()
        partial.rename(self.data_dir)

    def start(
        self,
        settings: Mapping[str, object] | None = None,
        recovering: Callable[[], None] | None = None,
    ) -> None:
        """Start the server and wait until it accepts connections; no effect when it runs.

        `settings`, if given, replace those of earlier starts; DEFAULTS fill what they leave out.
        With `recovering`, which is called each second, it is waited for as long as the server runs.
        """
        if self.is_running():
            self._wait_until_ready(recovering)
            return
        if not (self.data_dir / "PG_VERSION").is_file():
            raise ToolingError(f"{self.data_dir} holds no PostgreSQL data", hint="Create it first.")
        data_major = (self.data_dir / "PG_VERSION").read_text(encoding="ascii").strip()
        if data_major != str(self.major_version()):
            raise ToolingError(
                f"{self.data_dir} is of PostgreSQL {data_major}, "
                f"the programs are {self.major_version()}",
                hint="Dump it with its own version, or move it away to create a new server.",
            )
        self._clear_stale_pid()
        if settings is not None:
            self._write_settings(self.data_dir, settings)
        self.log.touch(mode=0o600)
        places.hand_over(self.log, self._account())
        said_before = self.log.stat().st_size
        seconds = RECOVERY_SECONDS if recovering else START_SECONDS
        arguments = ["-D", str(self.data_dir), "-l", str(self.log), "-w", "-t", str(seconds)]
        if self.options:
            arguments += ["-o", shlex.join(self.options)]
        try:
            with ThreadPoolExecutor(1) as pool:
                started = pool.submit(self._run, "pg_ctl", *arguments, "start")
                while recovering and not wait([started], timeout=1).done:
                    recovering()
                started.result()
        except ToolingError as error:
            said = self.log.read_bytes()[said_before:].decode("utf-8", "replace")
            raise failures.not_started(said or error.message, self.log) from error
        self._wait_until_ready(recovering)
        if not self.is_running():
            said = self.log.read_bytes()[said_before:].decode("utf-8", "replace")
            raise failures.not_started(said, self.log)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server (`smart`, `fast` or `immediate`) and wait; no effect when it is down."""
        if self.is_running():
            where, wait = ["-D", str(self.data_dir)], ["-w", "-t", str(START_SECONDS)]
            self._run("pg_ctl", *where, "-m", mode, *wait, "stop")

    def pid(self) -> int | None:
        """Return the process id of the running postmaster."""
        return self._pid_file().pid

    def is_running(self) -> bool:
        """Tell whether the postmaster is alive, from its pid file alone: no process is started."""
        return self.pid() is not None

    def is_ready(self) -> bool:
        """Tell whether the server runs and accepts connections, by its own account."""
        found = self._pid_file()
        return found.says_ready and found.pid is not None

    def url(self, database: str = "postgres", user: str | None = None) -> str:
        """Return the libpq URL of `database`, over the Unix socket, for `user` or the superuser."""
        name, host = quote(database, safe=""), quote(str(self.socket_dir), safe="")
        return (
            f"postgresql://{quote(user or SUPERUSER, safe='')}@/{name}?host={host}&port={self.port}"
        )

    def create_database(self, name: str) -> str:
        """Create an empty database unless it is there; return its URL."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            query = "select from pg_catalog.pg_database where datname = %s"
            if connection.execute(query, [name]).fetchone() is None:
                create = psycopg.sql.SQL("create database {}")
                connection.execute(create.format(psycopg.sql.Identifier(name)))
        return self.url(name)

    def kill(self, signal: int = signals.SIGKILL) -> None:
        """Send `signal` to the postmaster; SIGKILL also takes its children, as a power cut would.

        Returns once the processes killed by SIGKILL are gone.
        """
        pid = self.pid()
        if pid is None:
            return
        everyone = [pid, *processes.children_of(pid)] if signal == signals.SIGKILL else [pid]
        for one in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal)
        while signal == signals.SIGKILL and any(processes.is_alive(one) for one in everyone):
            time.sleep(0.005)

    def major_version(self) -> int:
        """Return the major version of the programs, 18 for example."""
        return int(re.split(r"\D", self.version(), maxsplit=1)[0])

    def version(self) -> str:
        """Return the version of the programs, 18.6 for example."""
        return self._run("postgres", "--version").split()[2]

    def environment(self) -> dict[str, str]:
        """Return an environment in which the programs of `bin_dir` find their libraries."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
        return {**kept, "LD_LIBRARY_PATH": str(self.bin_dir.parent / "lib"), "LC_ALL": "C"}

    def _account(self) -> places.Account | None:
        owned = self.data_dir.is_dir() and self.data_dir.stat().st_uid != 0
        return places.account_of(self.data_dir if owned else self.data_dir.parent)

    def _pid_file(self) -> PidFile:
        return PidFile.of(self.data_dir)

    def _clear_stale_pid(self) -> None:
        """Remove the files of a server that ended: another process may have its pid by now."""
        if not processes.HAS_PROC:
            return
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        lock = self.socket_dir / f".s.PGSQL.{self.port}.lock"
        if lock.is_file() and str(self.data_dir) in lock.read_text(encoding="utf-8").splitlines():
            lock.unlink()

    def _wait_until_ready(self, recovering: Callable[[], None] | None) -> None:
        deadline = time.monotonic() + START_SECONDS
        said = time.monotonic()
        while self.is_running() and not self.is_ready():
            if recovering and time.monotonic() > said + 1:
                said = time.monotonic()
                recovering()
            if not recovering and time.monotonic() > deadline:
                raise ToolingError(
                    f"the server is still recovering after {START_SECONDS} s",
                    hint=f"Its log says how far it is: {self.log}",
                )
            time.sleep(0.05)

    def _write_settings(self, folder: Path, settings: Mapping[str, object]) -> None:
        file = folder / SETTINGS_FILE
        socket = '"' + str(self.socket_dir).replace('"', '""') + '"'
        all_of_them = {"unix_socket_directories": socket, "port": self.port, **DEFAULTS, **settings}
        lines = [f"{name} = '{_quoted(value)}'\n" for name, value in all_of_them.items()]
        file.write_text("".join(lines), encoding="utf-8")
        places.hand_over(file, self._account())

    def _run(self, program: str, *arguments: str) -> str:
        command = [str(self.bin_dir / program), *arguments]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                check=False,
                cwd="/",
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                **places.identity(self._account()),
            )
        except OSError as error:
            raise ToolingError(
                f"cannot run {command[0]}: {error.strerror}",
                hint="The server's account must be able to read and execute it.",
            ) from error
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise ToolingError(f"{program} failed: {failures.gist(said)}", hint=failures.hint(said))
        return str(done.stdout)


def _locale() -> str:
    import locale

    before = locale.setlocale(locale.LC_CTYPE)
    try:
        return locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _quoted(value: object) -> str:
    text = ("on" if value else "off") if isinstance(value, bool) else str(value)
    return text.replace("\\", "\\\\").replace("'", "''")
