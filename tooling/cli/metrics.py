"""`tooling metrics`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.option("--listen", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=9188,
    help="Port to listen on; 0 chooses a free one.",
)
@options.once
@options.migrations
@options.dsn
def command(listen: str, port: int, once: bool, migrations: str | None, dsn: str | None) -> None:
    """Serve metrics of the database to Prometheus, until stopped.

    Metrics of jobs, backups, partitions, migrations, the audit log, access, statements, locks,
    replication and sizes are served at /metrics. Connect as eagle_exporter, which reads statistics
    and no table. The age and state of backups are included where their folder is
    (TOOLING_BACKUP_HOME). Writes nothing.

    \b
      tooling metrics
      tooling metrics --once
    """
    from tooling.backup import settings
    from tooling.metrics import serve
    from tooling.metrics.collect import Folders

    folders = Folders(options.settings_for(migrations).migrations, settings.load())
    if once:
        printing.say_page(serve.text(options.resolve(dsn), folders))
        return
    chosen, thread = serve.serve(dsn, folders, listen, port)
    printing.say(f"http://{listen}:{chosen}/metrics", err=True)
    thread.join()
