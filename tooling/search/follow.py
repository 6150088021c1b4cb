"""Keeps a feed going, through outages of the database and of OpenSearch."""

import threading

import psycopg

from tooling.errors import ToolingError
from tooling.search.feed import Feed, Tell, connect
from tooling.search.opensearch import OpenSearch

_LONGEST_PAUSE = 60.0


def follow(
    dsn: str | None,
    search: OpenSearch,
    every: float,
    stop: threading.Event,
    tell: Tell,
    *,
    rebuild: bool = False,
) -> None:
    """Make a pass every so many seconds until `stop` is set; `tell` gets the errors.

    Raises what the first pass raises, such as for a wrong address or login; nothing after that.
    """
    reached, pause = False, every
    while not stop.is_set():
        try:
            with connect(dsn) as connection:
                feed = Feed(connection, search, tell)
                while not stop.is_set():
                    feed.step(rebuild=rebuild)
                    if not reached or pause > every:
                        tell("following")
                    reached, rebuild, pause = True, False, every
                    stop.wait(every)
        except (ToolingError, psycopg.Error) as error:
            if not reached:
                raise
            tell(f"error: {str(error).strip().splitlines()[0]}; trying again")
            pause = min(max(pause * 2, every + 1), _LONGEST_PAUSE)
            stop.wait(pause)
