"""`tooling generate`."""

from collections.abc import Callable
from datetime import UTC, datetime

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.option("--projects", type=click.IntRange(1), required=True, help="How many projects.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same data.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-01-01",
    show_default=True,
    help="The day before which the data ends; it begins three years earlier.",
)
@click.option("--add", is_flag=True, help="Add to a database that has projects already.")
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="How many processes make rows; the rows do not depend on it.",
)
@click.option("--trust-owner", is_flag=True, help="Let the owner's code run as a superuser.")
@options.dsn
@options.dry_run
@options.as_json
def command(
    projects: int,
    seed: int,
    until: datetime,
    add: bool,
    processes: int,
    trust_owner: bool,
    dsn: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Fill a database with synthetic projects, saved designs and events.

    Accounts have very uneven sizes, the business grows over three years, every status has the
    events that lead to it, and hashes and chains verify. All or nothing is written, as
    superuser, into an empty database. A million projects are some 7 million rows and 3 GB.

    Functions of whoever owns the database then run as a superuser: a server that others reach
    over a network is refused, unless you trust the owner with it.

    \b
    tooling generate --projects 100000 --seed 7
    tooling generate --projects 1000000 --seed 7 --dsn postgresql://postgres@host/eagle_bench
    """
    from tooling.database import connect
    from tooling.deploy.findings import is_private
    from tooling.errors import RefusedError
    from tooling.laboratory.synthetic import load
    from tooling.laboratory.synthetic.dataset import Dataset

    plan = Dataset(projects, seed, until.replace(tzinfo=UTC))
    with connect(dsn, autocommit=True) as connection:
        if not trust_owner and not is_private(connection):
            raise RefusedError(
                "others reach this server, and the owner's code would run as a superuser",
                hint="Take a server of your own, or give --trust-owner where you are its owner.",
            )
        if dry_run:
            load.check(connection, plan, add=add)
            for table, rows in load.expected(plan):
                printing.say(f"{table:<22} about {rows:>12,} rows")
            return
        with _Bars() as tell:
            report = load.generate(connection, plan, add=add, processes=processes, progress=tell)
    if as_json:
        printing.say_json(report.as_dict())
        return
    for table, rows in report.rows.items():
        printing.say(f"{table:<22} {rows:>12,} rows")
    rate = report.as_dict()["rows_per_second"]
    printing.say(
        f"{report.seconds:.1f} s, {rate:,} rows a second; sha256 {report.sha256}", err=True
    )


class _Bars:
    """A progress bar a phase, on a terminal only."""

    def __enter__(self) -> Callable[[str, float], None]:
        from rich.progress import Progress, TaskID

        console = printing.console(err=True)
        self.bar = Progress(console=console, disable=not console.is_terminal)
        self.tasks: dict[str, TaskID] = {}
        self.bar.start()
        return self._tell

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def _tell(self, phase: str, share: float) -> None:
        if phase not in self.tasks:
            self.tasks[phase] = self.bar.add_task(phase, total=1.0)
        self.bar.update(self.tasks[phase], completed=share)
