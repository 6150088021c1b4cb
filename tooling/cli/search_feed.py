"""`tooling search-feed`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import Exit

if TYPE_CHECKING:
    from tooling.search.opensearch import OpenSearch

_LATE_SECONDS = 300


@click.command()
@options.once
@click.option("--rebuild", is_flag=True, help="Build a new index; the old one is used until then.")
@click.option("--status", is_flag=True, help="Show how far behind the index is.")
@click.option(
    "--every", type=click.FloatRange(0.1, 60), default=5.0, help="Seconds between passes."
)
@click.option(
    "--url", envvar="SEARCH_URL", required=True, show_envvar=True, help="URL of OpenSearch."
)
@click.option(
    "--user", envvar="SEARCH_USER", show_envvar=True, default="admin", help="User of OpenSearch."
)
@click.option(
    "--password",
    envvar="SEARCH_PASSWORD",
    show_envvar=True,
    help="Password of that user; on the command line, other users of the machine can see it.",
)
@click.option(
    "--ca",
    envvar="SEARCH_CA",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    show_envvar=True,
    help="File with the certificate of the authority that signed OpenSearch's.",
)
@options.dsn
@options.dry_run
@options.as_json
def command(
    once: bool,
    rebuild: bool,
    status: bool,
    every: float,
    url: str,
    user: str,
    password: str | None,
    ca: Path | None,
    dsn: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Keep the OpenSearch index of projects up to date.

    Runs until stopped. The feed follows the audit log: each project with a new event is sent as it
    is now, or removed. Where the log cannot be followed (there is no index, or the server was
    restored or promoted), the index is rebuilt. Connect as eagle_indexer. The API searches the
    alias `projects`. Exit code: 1 if --status finds the index 5 minutes behind or more.

    \b
      tooling search-feed
      tooling search-feed --once --dry-run
      tooling search-feed --status
    """
    import signal
    import threading

    from tooling.search import feed, follow
    from tooling.search.opensearch import OpenSearch

    search = OpenSearch(url, user, password, ca)
    if status:
        return _status(search, as_json)
    if dry_run:
        with feed.connect(options.resolve(dsn)) as connection:
            found = None if rebuild else feed.pending(connection, search)
        written, removed = found or (None, None)
        said = f"{written} would be written, {removed} removed"
        return _say(
            {"rebuild": found is None, "written": written, "removed": removed},
            "the index would be rebuilt" if found is None else said,
            as_json,
        )
    if once:
        with feed.connect(options.resolve(dsn)) as connection:
            done = feed.Feed(connection, search, options.say_step).step(rebuild=rebuild)
        counts = asdict(done.sent)
        report = {"index": done.index, "since": done.since.isoformat(), "rebuilt": done.rebuilt}
        said = "{written} written, {removed} removed, {known} known".format(**counts)
        return _say({**report, **counts}, f"{done.index}: {said}", as_json)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow.follow(dsn, search, every, stop, options.say_step, rebuild=rebuild)
    return Exit.OK


def _status(search: "OpenSearch", as_json: bool) -> int:
    from datetime import UTC, datetime

    from tooling.search import feed

    index, cursor = feed.position(search)
    if cursor is None:
        _say({"index": index, "since": None, "behind_seconds": None}, "there is no index", as_json)
        return Exit.FAILED
    behind = round((datetime.now(UTC) - cursor.since).total_seconds())
    report = {"index": index, "since": cursor.since.isoformat(), "behind_seconds": behind}
    _say(report, f"{index}: complete up to {cursor.since}, {behind} s behind", as_json)
    return Exit.FAILED if behind > _LATE_SECONDS else Exit.OK


def _say(report: dict[str, Any], text: str, as_json: bool) -> int:
    printing.say_result(report, [text], as_json=as_json)
    return Exit.OK
