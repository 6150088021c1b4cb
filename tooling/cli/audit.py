"""`tooling audit`: verify the audit log, and anchor it in signed files."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import psycopg

from tooling import printing
from tooling.cli import options
from tooling.errors import Exit

_FOLDER = click.argument("file", type=click.Path(path_type=Path), envvar="TOOLING_AUDIT_FOLDER")


@click.group()
def command() -> None:
    """Verify the audit log, and anchor it outside the database.

    Connect as eagle_auditor.

    \b
      tooling audit verify
      tooling audit key /safe/anchor.key
      tooling audit anchor /elsewhere --key /safe/anchor.key
      tooling audit check /elsewhere --key /safe/anchor.key.pub --max-age 0.25
    """


@command.command()
@click.option("--account", type=click.UUID, help="Verify the chains of this account only.")
@click.option("--project", type=click.UUID, help="Verify the chain of this project only.")
@options.as_json
@options.database(role="eagle_auditor", autocommit=True)
def verify(
    connection: psycopg.Connection[Any], account: UUID | None, project: UUID | None, as_json: bool
) -> int:
    """Recompute every hash chain of the audit log.

    Compares each chain with its head, retired events and tombstones with the evidence, projects and
    payloads with the log, totals with projects, and functions and triggers with sql/. This detects
    what a superuser changed with triggers switched off, unless he rewrote the whole chain: anchors
    detect that. Writes nothing. Exit code: 12 if the log was tampered with, 3 if the role does not
    see every row.

    \b
      tooling audit verify --account 0194f3c0-0000-7000-8000-000000000001
    """
    from tooling.audit.verify import verify as verify_chains

    began = time.monotonic()
    with _progress("verifying") as progress:
        events, problems = verify_chains(
            connection, account=account, project=project, progress=progress
        )
    seconds = round(time.monotonic() - began, 2)
    found = [one.as_dict() for one in problems]
    shown = ("chain_account_id", "chain_project_id", "chain_position", "problem")
    lines = printing.columns(
        ["-" if one[name] is None else str(one[name]) for name in shown] for one in found
    )
    report = {"events": events, "seconds": seconds, "problems": found}
    said = f"{len(problems)} problems; {events} events, {seconds} s"
    printing.say_result(report, lines, as_json=as_json, summary=[said])
    return Exit.TAMPERED if problems else Exit.OK


@command.command()
@click.argument("file", type=options.FILE)
def key(file: Path) -> None:
    """Create a pair of Ed25519 keys.

    FILE signs anchors: keep it where the administrators of the database cannot read it. FILE.pub
    verifies their signatures: keep it where `tooling audit check` runs.
    """
    from tooling.audit.signing import make_key

    printing.say(make_key(file))


@command.command()
@_FOLDER
@options.key("TOOLING_AUDIT_KEY", "private")
@click.option("--light", is_flag=True, help="Only the chains that grew since the last full anchor.")
@options.as_json
@options.database(role="eagle_auditor", autocommit=True, writes=True)
def anchor(
    connection: psycopg.Connection[Any], file: Path, key_file: Path, light: bool, as_json: bool
) -> None:
    """Write the heads of all chains to FILE, signed.

    If FILE is a folder, which TOOLING_AUDIT_FOLDER can name, the anchor is a new file in it, named
    for the time. Each anchor refers to the one before it in its folder. It is refused if chains
    have disappeared or become shorter. An anchor is evidence only if the administrators of the
    database cannot replace it: keep it on another machine, or in an object store whose versions
    cannot be deleted.
    """
    from tooling.audit import anchoring

    if file.is_dir():
        file /= f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}{'-light' * light}.anchor"
    taken = anchoring.anchor(connection, file, key_file, is_light=light)
    said = f"{file}: number {taken.number}, {taken.lines} of {taken.chains} chains"
    report = {**asdict(taken), "file": str(file)}
    printing.say_result(report, (), as_json=as_json, summary=[said])


@command.command()
@_FOLDER
@options.key("TOOLING_AUDIT_PUBLIC_KEY", "public")
@click.option(
    "--max-age",
    type=click.FloatRange(min=0),
    metavar="HOURS",
    help="Greatest age of the newest anchor. Detects that an older one took its place.",
)
@options.as_json
@options.database(role="eagle_auditor", autocommit=True)
def check(
    connection: psycopg.Connection[Any],
    file: Path,
    key_file: Path,
    max_age: float | None,
    as_json: bool,
) -> int:
    """Compare the chains with the anchor FILE.

    If FILE is a folder, its anchors must form an unbroken sequence, and the newest anchor and the
    last full one are compared. An anchor holds the heads of the chains only: run `tooling audit
    verify`, too. Exit code: 12 if a chain does not continue the anchored one, 3 if a file was not
    signed with the key or is missing from the sequence.
    """
    from tooling.audit import checking

    age = timedelta(hours=max_age) if max_age is not None else None
    with _progress("checking") as progress:
        found = checking.check(connection, file, key_file, progress, max_age=age)
    lines = printing.columns(
        (str(one.account_id), str(one.project_id), one.position, one.finding)
        for one in found.findings
    )
    said = [f"recorded since: {line}" for line in found.recorded]
    chains = f"{found.chains} chains of {found.taken_at}, {found.grown} longer now"
    said.append(f"{chains}; {len(found.findings)} findings")
    printing.say_result(found.as_dict(), lines, as_json=as_json, summary=said)
    return Exit.TAMPERED if found.findings else Exit.OK


@contextmanager
def _progress(task: str) -> Iterator[Callable[[int, int], None]]:
    with printing.progress() as tell:
        yield lambda done, total: tell(task, done, total)
