"""The WAL receiver, kept running: through restarts and recoveries, and synchronous if named.

Barman's own dies with every restart of the server until its next `cron`, and follows synchronously
only if synchronous_standby_names named it when it started.
"""

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import psycopg

from tooling.backup import barman as driver
from tooling.backup import catalog, programs
from tooling.backup import reset as resetting
from tooling.backup.barman import RECEIVER, Barman
from tooling.backup.reset import reset as reset
from tooling.backup.settings import BackupSettings
from tooling.database import connect
from tooling.errors import ConnectionFailedError, InputError, RefusedError, ToolingError

PAUSE = 0.5
_LOOK_EVERY = 10
_STOP_SECONDS = 10
_FAILED_SECONDS = 5
_NAMED = """
select current_setting('synchronous_standby_names') like '%%' || %s || '%%'
"""


def receive(
    settings: BackupSettings,
    dsn: str | None,
    stop: threading.Event,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Receive and archive WAL until `stop` is set; never gives up. `tell` is told of changes.

    Where the server has recovered to another timeline, or the slot is gone, the receiver is reset.
    Raises InputError if the server has never been reached, RefusedError if it is another one than
    that of the backups.
    """
    told: set[str] = set()

    def tell_once(what: str) -> None:
        if what not in told:
            told.add(what)
            tell(what)

    barman = _configure(settings, dsn, tell_once)
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        with _receiver(barman) as process:
            tell("receiving")
            code = _attend(barman, dsn, process, stop)
        failures = failures + 1 if time.monotonic() - began < _FAILED_SECONDS and code else 0
        if not stop.is_set():
            tell(
                "became synchronous: restarting"
                if code is None
                else f"the receiver ended with exit code {code}"
            )
            stop.wait(PAUSE)
            with contextlib.suppress(InputError, RefusedError):
                barman = _configure(settings, dsn, tell_once, failed=failures > 1)
    _archive(barman)
    tell("stopped")


def _configure(
    settings: BackupSettings,
    dsn: str | None,
    tell: Callable[[str], None],
    *,
    failed: bool = False,
) -> Barman:
    try:
        with connect(dsn, role="eagle_backup", autocommit=True) as connection:
            barman = driver.configure(settings, connection)
            if done := resetting.recover(barman, connection, failed=failed):
                resetting.report(done, tell)
            return barman
    except RefusedError:
        raise
    except (ToolingError, psycopg.Error) as error:
        if not isinstance(error, ConnectionFailedError):
            tell(f"not reset: {error}")
        return driver.configured(settings)


@contextlib.contextmanager
def _receiver(barman: Barman) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield the running receiver; one that `barman cron` left in the background is stopped."""
    with resetting.alone(barman.settings):
        barman.attempt("receive-wal", "--stop")
        process = subprocess.Popen(  # noqa: S603
            [*barman.program(), "receive-wal", barman.settings.server],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=programs.environment(barman.bin_dir),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _attend(
    barman: Barman, dsn: str | None, process: "subprocess.Popen[bytes]", stop: threading.Event
) -> int | None:
    """Archive what arrives until the receiver ends; None if it has to start again to be sync."""
    looked, was_named = time.monotonic(), _is_named(dsn)
    while not stop.wait(PAUSE):
        if (code := process.poll()) is not None:
            return code
        _archive(barman)
        if time.monotonic() - looked > _LOOK_EVERY:
            looked = time.monotonic()
            if not was_named and _is_named(dsn):
                return None
    return 0


def _archive(barman: Barman) -> None:
    """Move complete segments into the archive, if there are any."""
    streaming = catalog.folder(barman.settings) / "streaming"
    if any(file.suffix != ".partial" for file in streaming.glob("*")):
        barman.attempt("archive-wal")


def _is_named(dsn: str | None) -> bool:
    """Tell whether commits wait for the receiver.

    What pg_stat_replication says of it is no help: one that does not follow synchronously is `sync`
    there as soon as it has flushed a whole segment, and each commit would wait for the next one.
    """
    try:
        with connect(dsn, role="eagle_backup", autocommit=True) as connection:
            return connection.execute(_NAMED, [RECEIVER]).fetchone() == (True,)
    except (ConnectionFailedError, psycopg.Error):
        return False
