"""`tooling alert-receiver`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.listen
@options.port(9095)
def command(listen: str, port: int) -> None:
    """Write alerts of Alertmanager to stdout, until stopped.

    Alertmanager posts to /page and /ticket, as monitoring/alertmanager/alertmanager.yml says. Each
    alert is one line: time, page or ticket, firing or resolved, name, labels, description, runbook.
    It notifies nobody: follow its output, or add a route by mail to alertmanager.yml.

    \b
      tooling alert-receiver --port 9095
    """
    from tooling.metrics import alert_receiver

    server = alert_receiver.server(listen, port)
    printing.say(f"http://{listen}:{server.server_port}", err=True)
    with server:
        server.serve_forever()
