"""`tooling audit`: verify the log, and anchor it in signed files."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import Exit

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def command() -> None:
    """Verify the audit log, and anchor it outside the database.

    \b
      tooling audit verify
      tooling audit key /safe/anchor.key
      tooling audit anchor /elsewhere --key /safe/anchor.key
      tooling audit anchor /elsewhere --key /safe/anchor.key --light
      tooling audit check /elsewhere --key /safe/anchor.key.pub --max-age 0.25
    """


@command.command()
@click.option("--account", type=click.UUID, help="Only the chains of one account.")
@click.option("--project", type=click.UUID, help="Only the chain of one project.")
@options.as_json
@options.dsn
def verify(account: UUID | None, project: UUID | None, as_json: bool, dsn: str | None) -> int:
    """Recompute every chain of events; exit 12 if the log was tampered with. Writes nothing.

    With statements and hashes of its own, this compares each chain with its head, retired events
    and tombstones with the evidence, projects and payloads with the log, totals with projects, and
    functions and triggers with sql/. Connect as eagle_auditor; exit 3 if not every row is seen.
    What a superuser changed with the triggers switched off shows here, unless the whole chain was
    rewritten: for that there are anchors.

    \b
      tooling audit verify --account 0194f3c0-0000-7000-8000-000000000001
    """
    from tooling.audit.verify import verify as verify_chains
    from tooling.database import connect

    began = time.monotonic()
    with (
        connect(dsn, role="eagle_auditor", autocommit=True) as connection,
        _bar("verifying") as progress,
    ):
        events, problems = verify_chains(
            connection, account=account, project=project, progress=progress
        )
    seconds = round(time.monotonic() - began, 2)
    if as_json:
        report = {"events": events, "seconds": seconds}
        printing.say_json({**report, "problems": [one.as_dict() for one in problems]})
    else:
        for one in problems:
            place = (one.chain_account_id, one.chain_project_id, one.chain_position, one.problem)
            printing.say("  ".join("-" if part is None else str(part) for part in place))
        printing.say(f"{len(problems)} problems; {events} events, {seconds} s", err=True)
    return Exit.TAMPERED if problems else Exit.OK


@command.command()
@_FILE
def key(file: Path) -> None:
    """Make a pair of Ed25519 keys: FILE signs anchors, FILE.pub checks them.

    Keep FILE away from who administers the database, and FILE.pub where checks are made.
    """
    from tooling.audit.signing import make_key

    printing.say(make_key(file))


@command.command()
@click.argument("file", type=click.Path(path_type=Path), envvar="TOOLING_AUDIT_FOLDER")
@click.option(
    "--key",
    "key_file",
    required=True,
    envvar="TOOLING_AUDIT_KEY",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The private key.",
)
@click.option("--light", is_flag=True, help="Only the chains that grew since the last whole one.")
@options.as_json
@options.dsn
def anchor(file: Path, key_file: Path, light: bool, as_json: bool, dsn: str | None) -> None:
    """Write the heads of all chains to FILE, signed. Connect as eagle_auditor.

    If FILE is a folder, which TOOLING_AUDIT_FOLDER can name, the file in it is named for the time.
    Each anchor names the one before it in its folder, and is refused if there are fewer chains, or
    shorter ones. An anchor proves what the log was only if who rules the database cannot replace
    it: keep it on another machine, or in an object store with versions that cannot be deleted.
    """
    from tooling.audit import anchors
    from tooling.database import connect

    if file.is_dir():
        file /= f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}{'-light' * light}.anchor"
    with connect(dsn, role="eagle_auditor", autocommit=True) as connection:
        taken = anchors.anchor(connection, file, key_file, is_light=light)
    if as_json:
        printing.say_json({**asdict(taken), "file": str(file)})
    else:
        printing.say(
            f"{file}: number {taken.number}, {taken.lines} of {taken.chains} chains", err=True
        )


@command.command()
@click.argument("file", type=click.Path(path_type=Path), envvar="TOOLING_AUDIT_FOLDER")
@click.option(
    "--key",
    "key_file",
    required=True,
    envvar="TOOLING_AUDIT_PUBLIC_KEY",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The public key.",
)
@click.option(
    "--max-age",
    type=click.FloatRange(min=0),
    metavar="HOURS",
    help="How old the newest anchor may be; an older one that was put in its place shows so.",
)
@options.as_json
@options.dsn
def check(file: Path, key_file: Path, max_age: float | None, as_json: bool, dsn: str | None) -> int:
    """Compare the chains with the anchor FILE; exit 12 if one is not a continuation of it.

    If FILE is a folder, all its anchors have to follow one another, and the newest one and the last
    whole one are compared. Exit 3 if a file was not signed with that key, or is missing between
    others. Connect as eagle_auditor. Verify the chains, too: an anchor holds their ends only.
    """
    from tooling.audit import checking
    from tooling.database import connect

    age = timedelta(hours=max_age) if max_age is not None else None
    with (
        connect(dsn, role="eagle_auditor", autocommit=True) as connection,
        _bar("checking") as progress,
    ):
        found = checking.check(connection, file, key_file, progress, max_age=age)
    if as_json:
        printing.say_json(found.as_dict())
    else:
        for one in found.findings:
            printing.say(f"{one.account_id}  {one.project_id}  {one.position}  {one.finding}")
        for line in found.recorded:
            printing.say(f"recorded since: {line}", err=True)
        said = f"{found.chains} chains of {found.taken_at}, {found.grown} longer now"
        printing.say(f"{said}; {len(found.findings)} findings", err=True)
    return Exit.TAMPERED if found.findings else Exit.OK


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows how much is done, on stderr if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.progress import Progress

    with Progress(console=printing.console(err=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
