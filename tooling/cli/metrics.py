"""`tooling metrics`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.option("--listen", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=9188, show_default=True, help="Port to listen on; 0: any.")
@click.option("--once", is_flag=True, help="Print the metrics once, and exit.")
@options.migrations
@options.dsn
def command(listen: str, port: int, once: bool, migrations: Path | None, dsn: str | None) -> None:
    """Serve what only this database knows to Prometheus, at /metrics, until stopped.

    Jobs and backups, partitions, migrations, audit log, access, statements, locks, replication,
    sizes. Connect as eagle_exporter: it reads statistics and no table. Where the folder of the
    backups is (TOOLING_BACKUP_HOME), their age and state are told, too. Writes nothing.

    \b
    tooling metrics
    tooling metrics --once
    """
    from tooling.backup import settings
    from tooling.metrics import serve
    from tooling.metrics.collect import Folders

    folders = Folders(options.settings_for(migrations).migrations, settings.load())
    if once:
        printing.say_page(serve.text(dsn, folders))
        return
    chosen, thread = serve.serve(dsn, folders, listen, port)
    printing.say(f"http://{listen}:{chosen}/metrics", err=True)
    thread.join()
