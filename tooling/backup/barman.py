"""Barman: its configuration, written here, and its commands, run here."""

import contextlib
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tooling import database
from tooling.backup import catalog, identity, programs
from tooling.backup.identity import STATE as STATE
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit, InputError, RefusedError, ToolingError

RECEIVER = "barman_receive_wal"
SLOT = "barman"
_PASSFILE = "passwords"
_NOT_FOR_LIBPQ = ("options", "fallback_application_name", "application_name", "client_encoding")
_WAIT_SECONDS = 60
_SHORT_SECONDS = 600
_END_SECONDS = 10
_BUSY = "Another "
_MESSAGE = "select pg_catalog.pg_logical_emit_message(true, 'tooling', 'first segment')"


@dataclass(frozen=True)
class Barman:
    """Barman for one server, with the folder of the PostgreSQL programs that it uses."""

    settings: BackupSettings
    bin_dir: Path

    @property
    def configuration(self) -> Path:
        """The file of Barman's configuration."""
        return self.settings.home / "barman.conf"

    def run(self, command: str, *arguments: str) -> str:
        """Run a command of Barman's on the server and return what it printed.

        Raises ToolingError with its message, or if it exceeds the time limit of the settings; exit
        code LOCKED if another one is at work.
        """
        done = self.attempt(command, *arguments, seconds=self.settings.time_limit_minutes * 60)
        if done.returncode == 0:
            return done.stdout
        lines = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines()]
        bad = [line for line in lines if line.startswith(("ERROR", "EXCEPTION"))]
        said = (bad or [line for line in lines if line] or ["it said nothing"])[0]
        said = said.removeprefix("ERROR: ")
        raise ToolingError(
            f"barman {command}: {said}",
            hint=f"See {self.settings.home / 'barman.log'}",
            exit_code=Exit.LOCKED if said.startswith(_BUSY) else Exit.FAILED,
        )

    def attempt(
        self, command: str, *arguments: str, seconds: float = _SHORT_SECONDS
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of Barman's and return how it went.

        It is stopped with all that it has started if this is interrupted, or after `seconds`, when
        ToolingError is raised.
        """
        words = [] if command == "cron" else [self.settings.server]
        options = [word for word in arguments if word.startswith("-")]
        others = arguments[len(options) :]
        with subprocess.Popen(  # noqa: S603
            [*self.program(), command, *options, *words, *others],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=programs.environment(self.bin_dir),
            start_new_session=True,
        ) as process:
            try:
                output, said = process.communicate(timeout=seconds)
            except BaseException as error:
                _end(process)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                raise ToolingError(
                    f"barman {command} did not end within {seconds / 60:g} minutes and was stopped",
                    hint=f"See whether the server or a disk hangs, and {self.settings.home}/"
                    "barman.log. time_limit_minutes in [tool.tooling.backup] is the limit of "
                    "backups and restores.",
                ) from error
        return subprocess.CompletedProcess(process.args, process.returncode, output, said)

    def program(self) -> list[str]:
        """Return the command line of Barman, as far as its own command."""
        barman = Path(sys.executable).with_name("barman")
        return [str(barman), "-c", str(self.configuration)]


def _end(process: "subprocess.Popen[str]") -> None:
    """End Barman and its children: first as Ctrl-C does, so that it records a failed backup."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.communicate(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        # Children may be left, stopped or without Barman's pipes.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return


def configured(settings: BackupSettings) -> Barman:
    """Return Barman as the last `tooling backup run` set it up; the server may be gone.

    Raises InputError if there was none.
    """
    file = settings.home / STATE
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{settings.home} holds no backups",
            hint="`tooling backup run` takes one; TOOLING_BACKUP_HOME names another folder.",
        ) from error
    return Barman(settings, programs.find(int(state["major"]), _chosen(settings, state)))


def configure(settings: BackupSettings, connection: psycopg.Connection[Any]) -> Barman:
    """Write Barman's configuration for the server of a connection. No password goes into it.

    A password that came with the connection string goes into a file that only its owner reads.
    Raises RefusedError if the server cannot be backed up by streaming, or the folder holds backups
    of another one.
    """
    info = connection.info
    _require(connection)
    system = identity.require_same(settings, connection)
    major = info.server_version // 10000
    bin_dir = programs.find(major, settings.bin_dir)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.home / "conf.d").mkdir(mode=0o700, exist_ok=True)
    target = without_settings(database.parameters(connection))
    if info.password:
        target["passfile"] = str(_passwords(settings.home, str(info.user), info.password))
    barman = Barman(settings, bin_dir)
    barman.configuration.write_text(_text(settings, bin_dir, target), encoding="utf-8")
    state = {"major": major, "bin_dir": str(bin_dir), "connection": target, "system": system}
    (settings.home / STATE).write_text(json.dumps(state) + "\n", encoding="utf-8")
    return barman


def reconfigure(settings: BackupSettings) -> Barman:
    """Write Barman's configuration anew from what is known of the server, for another folder."""
    barman = configured(settings)
    (settings.home / "conf.d").mkdir(mode=0o700, exist_ok=True)
    text = _text(settings, barman.bin_dir, connection_of(settings))
    barman.configuration.write_text(text, encoding="utf-8")
    return barman


def without_settings(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a connection that say where it goes, less those of its session."""
    return {key: value for key, value in parameters.items() if key not in _NOT_FOR_LIBPQ}


def connection_of(settings: BackupSettings) -> Mapping[str, str]:
    """Return libpq's keywords of the server that was backed up last."""
    state = json.loads((settings.home / STATE).read_text(encoding="utf-8"))
    found: Mapping[str, str] = state["connection"]
    return found


def receiving(connection: psycopg.Connection[Any]) -> str | None:
    """Return how the receiver follows (`sync`, `async` and so on); None if it does not."""
    row = connection.execute(
        "select sync_state from pg_catalog.pg_stat_replication"
        " where application_name = %s and state = 'streaming'",
        [RECEIVER],
    ).fetchone()
    return str(row[0]) if row else None


def start_receiver(
    barman: Barman, connection: psycopg.Connection[Any], seconds: float | None = None
) -> None:
    """Let `barman cron` start the receiver if none runs, and wait until a segment is archived.

    Raises ToolingError if it does not follow the server within `seconds`, by default a minute.
    """
    barman.run("cron")
    began = time.monotonic()
    deadline = began + _WAIT_SECONDS
    while receiving(connection) is None:
        if time.monotonic() > (deadline if seconds is None else began + seconds):
            raise ToolingError(
                "the WAL receiver does not start",
                hint="Reset it with `tooling backup reset-receiver`; see "
                f"{barman.settings.home / 'barman.log'}",
            )
        time.sleep(0.1)
    wals = catalog.folder(barman.settings) / "wals"
    if any(wals.glob("*/*")):
        return
    connection.execute(_MESSAGE)
    connection.execute("select pg_catalog.pg_switch_wal()")
    while not any(wals.glob("*/*")):
        # A receiver closes a finished segment when the first byte of the next one arrives.
        connection.execute(_MESSAGE)
        barman.attempt("archive-wal")
        if time.monotonic() > deadline:
            raise ToolingError(
                "no WAL segment arrives",
                hint="Does the receiver of another TOOLING_BACKUP_HOME follow this server? "
                "`tooling backup receive --stop` there ends it. Else try again in a minute.",
            )
        time.sleep(0.2)


def _require(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute(
        "select current_setting('wal_level'), current_setting('max_wal_senders')::int,"
        " current_setting('max_replication_slots')::int"
    ).fetchone()
    level, senders, slots = row or ("minimal", 0, 0)
    if level == "minimal" or senders < 2 or slots < 1:
        raise RefusedError(
            f"wal_level is {level}, max_wal_senders {senders}, max_replication_slots {slots}",
            hint="Set wal_level = replica, and the others to at least 2 and 1; restart the server.",
        )


def _text(settings: BackupSettings, bin_dir: Path, target: Mapping[str, str]) -> str:
    home = settings.home
    rsync = programs.rsync_folder(home)
    streaming = {key: value for key, value in target.items() if key != "dbname"}
    options = {
        "barman": {
            "barman_user": pwd.getpwuid(os.geteuid()).pw_name,
            "barman_home": home,
            "barman_lock_directory": home,
            "configuration_files_directory": home / "conf.d",
            "log_file": home / "barman.log",
            "log_level": "INFO",
        },
        settings.server: {
            "description": "written by tooling; changes are lost",
            "conninfo": make_conninfo("", **target),
            "streaming_conninfo": make_conninfo("", **streaming),
            "backup_method": "postgres",
            "streaming_archiver": "on",
            "slot_name": SLOT,
            "create_slot": "auto",
            "immediate_checkpoint": "true",
            "path_prefix": ":".join(str(path) for path in (rsync, bin_dir) if path),
            "staging_path": home / "staging",
            "staging_location": "local",
        },
    }
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())
        for name, values in options.items()
    )


def _passwords(home: Path, user: str, password: str) -> Path:
    file = home / _PASSFILE
    file.touch(mode=0o600)
    file.chmod(0o600)
    words = (word.replace("\\", "\\\\").replace(":", "\\:") for word in (user, password))
    file.write_text("*:*:*:" + ":".join(words) + "\n", encoding="utf-8")
    return file


def _chosen(settings: BackupSettings, state: Mapping[str, Any]) -> Path | None:
    if settings.bin_dir:
        return settings.bin_dir
    last = Path(str(state["bin_dir"]))
    return last if programs.version(last) == int(state["major"]) else None
