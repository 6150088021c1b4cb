"""`tooling partition`: the partitions by time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import RefusedError

_FOLDER = click.option(
    "--archive",
    "folder",
    envvar="TOOLING_PARTITION_FOLDER",
    show_envvar=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the archives; each is a .copy.gz file with a .json manifest.",
)


@click.group()
def command() -> None:
    """Make partitions ahead, retire old ones by policy, list them, bring them back.

    The policies stand in ops.partition_policies: how long a partition is, how many months ahead
    they are made, how long they stay and what happens then. Each command can be run again after any
    interruption, and twice at once: one run waits for the other.

    \b
      tooling partition ensure
      tooling partition retire --archive /backup/partitions --dry-run
    """


@command.command()
@click.option(
    "--from",
    "from_month",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m"]),
    help="Make the partitions of past months from this one on, too.",
)
@options.dsn
@options.dry_run
@options.as_json
def ensure(from_month: datetime | None, dsn: str | None, dry_run: bool, as_json: bool) -> None:
    """Make the missing partitions up to each policy's months ahead; print their names.

    Needs only the rights of eagle_operator. Readers and writers go on.
    """
    from tooling.database import connect

    with connect(dsn, role="eagle_operator") as connection:
        query = "select name from ops.ensure_partitions(%s) as name"
        month = from_month.date() if from_month else None
        made = [name for (name,) in connection.execute(query, [month]).fetchall()]
        if dry_run:
            connection.rollback()
    _print(made, as_json, {"made": made})


@command.command("list")
@options.dsn
@options.as_json
def list_(dsn: str | None, as_json: bool) -> None:
    """List attached partitions with their sizes, then retired ones with their state."""
    from psycopg.rows import dict_row

    from tooling.database import connect

    with connect(dsn, role="eagle_operator", row_factory=dict_row) as connection:
        attached = connection.execute(
            "select relation, partition, bounds, estimated_rows, total_bytes"
            "  from ops.partitions order by relation, starts_at, partition"
        ).fetchall()
        retired = connection.execute(
            "select relation, partition, state, action, row_count, file_name, retired_at::text"
            "  from ops.retired_partitions where state <> 'restored' order by relation, starts_at"
        ).fetchall()
        due = connection.execute("select partition, action from ops.partitions_due()").fetchall()
    if as_json:
        printing.say_json({"attached": attached, "retired": retired, "due": due})
        return
    actions = {row["partition"]: row["action"] for row in due}
    for row in attached:
        size = f"{row['total_bytes'] / 2**20:>9,.1f} MB"
        note = f"  due: {actions[row['partition']]}" if row["partition"] in actions else ""
        printing.say(f"{row['partition']:<52}{row['estimated_rows']:>12,} rows {size}{note}")
    for row in retired:
        where = row["file_name"] or ""
        printing.say(f"{row['partition']:<52}{row['row_count']:>12,} rows {row['state']} {where}")


@command.command()
@click.argument("partitions", nargs=-1)
@click.option(
    "--action",
    type=click.Choice(["detach", "archive", "drop"]),
    help="What to do with the PARTITIONS named.",
)
@_FOLDER
@options.dsn
@options.dry_run
@options.as_json
def retire(
    partitions: tuple[str, ...],
    action: str | None,
    folder: Path | None,
    dsn: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Retire the partitions that the policies say are too old, or the PARTITIONS named.

    What leaves is recorded first, so that the event chains still verify. Detaching is concurrent
    where the server can do that. An archive is read back before its table is dropped. Connect as
    eagle_migrator: detaching and reading are the owner's rights.

    \b
      tooling partition retire --archive /backup/partitions
      tooling partition retire app.project_events_y2023m01 --action detach
    """
    from tooling.partitions import retire as steps

    if bool(partitions) != bool(action):
        raise RefusedError("partitions named need an --action, and the other way round")
    with _owner(dsn) as connection:
        if dry_run:
            chosen = [(name, action or "") for name in partitions] or steps.due(connection)
            _print([f"{name} {what}" for name, what in chosen], as_json, {"due": chosen})
            return
        with steps.alone(connection):
            chosen = [(name, action or "") for name in partitions] or steps.due(connection)
            if folder is None and any(what == "archive" for _, what in chosen):
                raise RefusedError(
                    "partitions are due to be archived", hint="Name a folder with --archive."
                )
            done = [steps.retire(connection, *one, folder, _tell) for one in chosen]
    lines = [f"{record['partition']} {record['state']}" for record in done]
    _print(lines, as_json, {"retired": done})


@command.command()
@click.argument("partitions", nargs=-1, required=True)
@_FOLDER
@options.dsn
@options.dry_run
@options.as_json
def restore(
    partitions: tuple[str, ...],
    folder: Path | None,
    dsn: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Attach retired PARTITIONS again, from their tables or their archives.

    File, rows and each chain's hashes must be those recorded at retirement, else nothing changes.
    The policy leaves a restored partition alone until it is retired by name.

    \b
      tooling partition restore app.project_events_y2023m01 --archive /backup/partitions
    """
    from tooling.partitions import retire as steps

    with _owner(dsn) as connection, steps.alone(connection):
        if dry_run:
            _print(list(partitions), as_json, {"restorable": list(partitions)})
            return
        done = [steps.restore(connection, name, folder, _tell) for name in partitions]
    lines = [f"{record['partition']} {record['state']}" for record in done]
    _print(lines, as_json, {"restored": done})


@contextmanager
def _owner(dsn: str | None) -> Iterator[Any]:
    from tooling import settings, up
    from tooling.database import connect

    with connect(dsn, role="eagle_migrator", autocommit=True) as connection:
        up.take_role(connection, settings.load().owner)
        yield connection


def _tell(step: str) -> None:
    printing.say(step, err=True)


def _print(lines: list[str], as_json: bool, document: dict[str, Any]) -> None:
    if as_json:
        printing.say_json(document)
        return
    for line in lines:
        printing.say(line)
