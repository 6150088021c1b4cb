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
@click.option("--once", is_flag=True, help="Make one pass and exit.")
@click.option("--rebuild", is_flag=True, help="Make the index anew first; the old one serves on.")
@click.option("--status", is_flag=True, help="Say how far the index is; exit 1 if 5 minutes late.")
@click.option(
    "--every",
    type=click.FloatRange(0.1, 60),
    default=5.0,
    show_default=True,
    help="Seconds between passes.",
)
@click.option("--url", envvar="SEARCH_URL", required=True, help="OpenSearch; or SEARCH_URL.")
@click.option("--user", envvar="SEARCH_USER", default="admin", help="Its user; or SEARCH_USER.")
@click.option("--password", envvar="SEARCH_PASSWORD", help="Better in SEARCH_PASSWORD.")
@click.option(
    "--ca",
    envvar="SEARCH_CA",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificate of the authority that its own is checked against; or SEARCH_CA.",
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
    """Keep the OpenSearch index of projects as the database is, until stopped.

    It follows the audit log: each project that an event was recorded of is sent as it is now, or
    removed; sent twice, the newest stays. Where the log cannot be followed (no index yet, a server
    restored or promoted), the index is made anew. Connect as eagle_indexer. The alias `projects` is
    what the API asks.

    \b
    tooling search-feed
    tooling search-feed --once --dry-run
    tooling search-feed --status
    """
    import signal
    import threading

    from tooling.search import feed, follow
    from tooling.search.opensearch import OpenSearch

    def tell(said: str) -> None:
        printing.say(said, err=True)

    search = OpenSearch(url, user, password, ca)
    if status:
        return _status(search, as_json)
    if dry_run:
        with feed.connect(dsn) as connection:
            found = None if rebuild else feed.pending(connection, search)
        written, removed = found or (None, None)
        said = f"{written} would be written, {removed} removed"
        return _say(
            {"rebuild": found is None, "written": written, "removed": removed},
            "the index would be made anew" if found is None else said,
            as_json,
        )
    if once:
        with feed.connect(dsn) as connection:
            done = feed.Feed(connection, search, tell).step(rebuild=rebuild)
        counts = asdict(done.sent)
        report = {"index": done.index, "since": done.since.isoformat(), "rebuilt": done.rebuilt}
        said = "{written} written, {removed} removed, {known} known".format(**counts)
        return _say({**report, **counts}, f"{done.index}: {said}", as_json)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow.follow(dsn, search, every, stop, tell, rebuild=rebuild)
    return Exit.OK


def _status(search: "OpenSearch", as_json: bool) -> int:
    from datetime import UTC, datetime

    from tooling.search import feed

    index, cursor = feed.position(search)
    if cursor is None:
        _say({"index": index, "since": None, "behind_seconds": None}, "no index yet", as_json)
        return Exit.FAILED
    behind = round((datetime.now(UTC) - cursor.since).total_seconds())
    report = {"index": index, "since": cursor.since.isoformat(), "behind_seconds": behind}
    _say(report, f"{index}: all before {cursor.since} is there, {behind} s behind", as_json)
    return Exit.FAILED if behind > _LATE_SECONDS else Exit.OK


def _say(report: dict[str, Any], text: str, as_json: bool) -> int:
    if as_json:
        printing.say_json(report)
    else:
        printing.say(text)
    return Exit.OK
