"""`tooling up`: a migrated database with seeds and steel catalog, from whatever is there."""

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import ConnectionFailedError

_NEXT = """
Try next:
  .venv/bin/tooling catalog shape W14X90 --edition v16.0 --units us
  .venv/bin/tooling status
  make test"""


@click.command()
@options.as_json
@options.dsn
def command(as_json: bool, dsn: str | None) -> None:
    """Apply migrations, and load seeds and the steel catalog.

    Without --dsn, DATABASE_URL or PG* variables, the embedded server is started first. What is up
    to date is left alone. The steel catalog is that which `tooling import-aisc` imports by default.

    \b
      tooling up
      tooling up --dsn postgresql://eagle_migrator@db.example/eagle_sign
    """
    from tooling import settings, up

    url, how_to_connect = _server(dsn)
    options.say_database(url)
    result, counts = up.bring_up(url, settings.load(), options.say_step)
    rows = {count.table: count.rows for count in counts}
    report = {"applied": result.applied, "already": result.already, "rows": rows}
    table = printing.columns(
        ((one.table, "" if one.is_exact else "about", one.rows, "rows") for one in counts),
        indent=2,
    )
    lines = [f"{len(result.applied)} migrations applied now, {result.already} before.", ""]
    lines += [f"  {line}" for line in table]
    lines += ["", f"Connect:  {how_to_connect}", *_NEXT.splitlines()[1:]]
    printing.say_result(report, lines, as_json=as_json)


def _server(dsn: str | None) -> tuple[str, str]:
    """Return the connection string, and what a person types to connect."""
    from tooling.server import embedded

    try:
        url = options.resolve(dsn)
    except ConnectionFailedError:
        url = embedded.start(tell=options.say_step).url(embedded.DATABASE)
    if not dsn and url == embedded.running_url():
        return url, f".venv/bin/tooling db psql   or   psql '{url}'"
    return url, "psql, with the connection string or PG* variables that you gave"
