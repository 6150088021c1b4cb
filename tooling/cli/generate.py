"""`tooling generate`."""

from datetime import UTC, datetime
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options

_UNTIL = "2026-01-01"


def fill(url: str, size: int) -> None:
    """Fill a scratch database with synthetic projects. Raises RefusedError like the command."""
    from tooling.database import connect
    from tooling.laboratory.synthetic import load
    from tooling.laboratory.synthetic.dataset import Dataset

    until = datetime.fromisoformat(_UNTIL).replace(tzinfo=UTC)
    with connect(url, autocommit=True) as connection:
        load.generate(connection, Dataset(size, 1, until))


@click.command()
@click.option("--projects", type=click.IntRange(1), required=True, help="Number of projects.")
@click.option("--seed", type=int, default=1, help="The same seed generates the same data.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=_UNTIL,
    help="The data covers the three years before this day.",
)
@click.option("--add", is_flag=True, help="Add to a database that already has projects.")
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=2,
    help="Number of processes; does not change the data.",
)
@click.option(
    "--trust-owner", is_flag=True, help="Let code of the database's owner run as a superuser."
)
@options.dry_run
@options.as_json
@options.database(autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any],
    projects: int,
    seed: int,
    until: datetime,
    add: bool,
    processes: int,
    trust_owner: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Fill a database with synthetic projects, designs and events.

    The sizes of accounts are very uneven, the number of projects grows over three years, every
    status has the events that lead to it, and hashes and chains verify. All of the data is written
    or none, by a superuser, into a database without projects. A million projects are about 7
    million rows and 3 GB.

    Functions of the database's owner then run as a superuser: a server that listens on a network is
    refused unless --trust-owner is given.

    \b
      tooling generate --projects 100000 --seed 7
      tooling generate --projects 1000 --dsn postgresql://postgres@host/bench
    """
    from tooling.deploy.findings import is_private
    from tooling.errors import RefusedError
    from tooling.laboratory.synthetic import load
    from tooling.laboratory.synthetic.dataset import Dataset

    plan = Dataset(projects, seed, until.replace(tzinfo=UTC))
    if not trust_owner and not is_private(connection):
        raise RefusedError(
            "the server listens on a network, and code of the database's owner would run as a"
            " superuser",
            hint="Use a server of your own, or give --trust-owner if you are the owner.",
        )
    if dry_run:
        load.check(connection, plan, add=add)
        rows = dict(load.expected(plan))
        printing.say_result({"rows": rows, "dry_run": True}, _lines(rows, "about"), as_json=as_json)
        return
    with printing.progress() as tell:
        report = load.generate(
            connection,
            plan,
            add=add,
            processes=processes,
            progress=lambda phase, share: tell(phase, share, 1.0),
        )
    found = report.as_dict()
    rate = f"{report.seconds:.1f} s, {found['rows_per_second']:,} rows per second"
    said = [f"{rate}; sha256 {report.sha256}"]
    printing.say_result(found, _lines(report.rows, ""), as_json=as_json, summary=said)


def _lines(rows: dict[str, int], about: str) -> list[str]:
    return list(printing.columns((table, about, count, "rows") for table, count in rows.items()))
