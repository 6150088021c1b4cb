"""`tooling partition`: partitions by time."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg.rows import dict_row

from tooling import printing
from tooling.cli import options
from tooling.errors import RefusedError

_NONE_DUE = "no partition is due"
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
    """Create, retire, list and restore partitions.

    ops.partition_policies says how long a partition is, how many months ahead partitions are
    created, how long they are kept, and what happens then. Each command can be run again after an
    interruption. Only one run at a time changes partitions; another waits for it.

    \b
      tooling partition ensure
      tooling partition retire --archive /backup --dry-run
    """


@command.command()
@click.option(
    "--from",
    "from_month",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m"]),
    help="Also create the partitions of past months since this one.",
)
@options.dry_run
@options.as_json
@options.database(role="eagle_operator", autocommit=True, writes=True)
def ensure(
    connection: psycopg.Connection[Any],
    from_month: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Create missing partitions, up to each policy's months ahead.

    Their names are printed. Does not block readers or writers. Connect as eagle_operator.
    """
    month = from_month.date() if from_month else None
    with connection.transaction(force_rollback=dry_run):
        query = "select name from ops.ensure_partitions(%s) as name"
        made = [name for (name,) in connection.execute(query, [month]).fetchall()]
    printing.say_result({"made": made}, made, as_json=as_json, nothing="no partition was missing")


@command.command("list")
@options.as_json
@options.database(role="eagle_operator", row_factory=dict_row)
def list_(connection: psycopg.Connection[Any], as_json: bool) -> None:
    """List partitions with their sizes, and retired ones with their state.

    Connect as eagle_operator.
    """
    attached = connection.execute(
        "select relation, partition, bounds, estimated_rows, total_bytes"
        "  from ops.partitions order by relation, starts_at, partition"
    ).fetchall()
    retired = connection.execute(
        "select relation, partition, state, action, row_count, file_name, retired_at::text"
        "  from ops.retired_partitions where state <> 'restored' order by relation, starts_at"
    ).fetchall()
    due = connection.execute("select partition, action from ops.partitions_due()").fetchall()
    actions = {row["partition"]: f"due: {row['action']}" for row in due}
    rows: list[tuple[object, ...]] = [("partition", "rows", "size", "state", "archive")]
    for row in attached:
        size = f"{row['total_bytes'] / 2**20:,.1f} MB"
        state = actions.get(row["partition"], "attached")
        rows.append((row["partition"], row["estimated_rows"], size, state, ""))
    for row in retired:
        rows.append((row["partition"], row["row_count"], "", row["state"], row["file_name"]))
    report = {"attached": attached, "retired": retired, "due": due}
    printing.say_result(report, printing.columns(rows), as_json=as_json)


@command.command()
@click.argument("partitions", nargs=-1)
@click.option(
    "--action", type=click.Choice(["detach", "archive", "drop"]), help="What to do with PARTITIONS."
)
@_FOLDER
@options.dry_run
@options.as_json
@options.database(owner=True, autocommit=True, writes=True)
def retire(
    connection: psycopg.Connection[Any],
    partitions: tuple[str, ...],
    action: str | None,
    folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Retire the partitions that are due, or PARTITIONS.

    The rows that leave are recorded first, so that the event chains still verify. Partitions are
    detached concurrently where the server allows it. An archive is read back before its table is
    dropped. Connect as eagle_migrator: only the owner can detach partitions.

    \b
      tooling partition retire --archive /backup
      tooling partition retire app.project_events_y2023m01 --action detach
    """
    from tooling.partitions import retire as steps

    if bool(partitions) != bool(action):
        raise click.UsageError("give PARTITIONS and --action together, or neither")

    def due() -> list[tuple[str, str]]:
        return [(name, action or "") for name in partitions] or steps.due(connection)

    if dry_run:
        chosen = due()
        lines = map(" ".join, chosen)
        printing.say_result({"due": chosen}, lines, as_json=as_json, nothing=_NONE_DUE)
        return
    with steps.alone(connection):
        chosen = due()
        if folder is None and any(what == "archive" for _, what in chosen):
            raise RefusedError(
                "partitions are due to be archived, and no folder is given",
                hint="Name the folder with --archive.",
            )
        done = [steps.retire(connection, *one, folder, options.say_step) for one in chosen]
    _say("retired", done, as_json)


@command.command()
@click.argument("partitions", nargs=-1, required=True)
@_FOLDER
@options.dry_run
@options.as_json
@options.database(owner=True, autocommit=True, writes=True)
def restore(
    connection: psycopg.Connection[Any],
    partitions: tuple[str, ...],
    folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Attach retired PARTITIONS again, from their tables or archives.

    If the file, the rows or the hashes of a chain are not those recorded at retirement, nothing
    changes. A restored partition is kept until it is retired by name. Connect as eagle_migrator.

    \b
      tooling partition restore app.project_events_y2023m01 --archive /backup
    """
    from tooling.partitions import retire as steps

    with steps.alone(connection):
        if dry_run:
            printing.say_result({"restorable": partitions}, partitions, as_json=as_json)
            return
        done = [steps.restore(connection, name, folder, options.say_step) for name in partitions]
    _say("restored", done, as_json)


def _say(what: str, done: list[dict[str, Any]], as_json: bool) -> None:
    lines = (f"{record['partition']} {record['state']}" for record in done)
    printing.say_result({what: done}, lines, as_json=as_json, nothing=_NONE_DUE)
