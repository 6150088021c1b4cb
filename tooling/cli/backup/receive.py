"""`tooling backup receive`."""

import contextlib
import threading
from typing import TYPE_CHECKING

import click

from tooling.cli import options
from tooling.errors import ConnectionFailedError

if TYPE_CHECKING:
    from tooling.backup.settings import BackupSettings

_SHIP_SECONDS = 20.0


@click.command()
@click.option("--stop", "stop_only", is_flag=True, help="Stop the receiver in the background.")
@options.dsn
def command(stop_only: bool, dsn: str | None) -> None:
    """Receive WAL as it is written, until stopped.

    Run it as a service of systemd or compose. It connects again after the server restarts, resets
    itself when the server is on another timeline or its replication slot is gone (see `tooling
    backup reset-receiver`), and becomes synchronous when synchronous_standby_names names
    barman_receive_wal: from then on no commit is acknowledged before it is on this disk, too, and
    none at all while no receiver runs. If a bucket is set, each complete segment is copied there
    within half a minute.

    The receiver that `tooling backup run` starts in the background ends with the server.

    \b
      tooling backup receive
    """
    import signal

    from tooling.backup import barman, settings
    from tooling.backup.receive import receive

    chosen = settings.load()
    if stop_only:
        barman.configured(chosen).attempt("receive-wal", "--stop")
        return
    with contextlib.suppress(ConnectionFailedError):  # It waits for a server that does not run.
        options.announced(dsn)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    shipping = threading.Thread(target=_keep_shipping, args=(chosen, stop))
    if chosen.bucket:
        shipping.start()
    receive(chosen, dsn, stop, options.say_step)
    if chosen.bucket:
        shipping.join()


def _keep_shipping(settings: "BackupSettings", stop: threading.Event) -> None:
    """Copy what has arrived, every 20 seconds; report an error once, and try again."""
    from tooling.backup.ship import ship
    from tooling.errors import ToolingError

    told = ""
    while not stop.wait(_SHIP_SECONDS):
        said = ""
        try:
            ship(settings)
        except (ToolingError, OSError) as error:
            said = f"copies: {error}"
        if said and said != told:
            options.say_step(said)
        told = said
