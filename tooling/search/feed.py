"""Follows the audit log and keeps the index of projects as the database is."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tooling import database
from tooling.database import Connection
from tooling.errors import Exit, ToolingError
from tooling.search import cursor as cursors
from tooling.search.cursor import Cursor, Look
from tooling.search.opensearch import Document, OpenSearch, Sent
from tooling.search.template import ALIAS

Key = tuple[str, str]
Tell = Callable[[str], None]

LOCK = 0x5EA4C4
"""Key of the advisory lock that a feed holds, so that only one runs."""
_BATCH = 500
_KEEP = timedelta(minutes=1)
_PAUSE = 0.2
_PATIENCE = 5.0
_BEFORE_ALL = ("00000000-0000-0000-0000-000000000000",) * 2

_CHANGED = "select account_id::text, project_id::text, version from ops.find_changed_projects(%s)"
_PAGE = "select next_account_id::text, next_project_id::text from ops.page_projects(%s, %s, %s)"
_DOCUMENTS = """
select account_id::text, project_id::text, version, document
  from ops.project_documents(%s::uuid[], %s::uuid[])
"""


@dataclass(frozen=True)
class Pass:
    """What one pass did. All that happened before `since` is in the index."""

    index: str
    since: datetime
    sent: Sent
    rebuilt: bool = False


class Feed:
    """The feed of one database, alone: it holds a lock until its connection is closed.

    Raises ToolingError with exit code LOCKED if another one feeds already.
    """

    def __init__(self, connection: Connection, search: OpenSearch, tell: Tell):
        self._connection = connection
        self._search = search
        self._tell = tell
        self._sent: dict[Key, int] = {}
        found = connection.execute("select pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if found != (True,):
            raise ToolingError(
                "another feed is running",
                hint="Only one can run at a time: docker compose ps search_feed",
                exit_code=Exit.LOCKED,
            )
        self._index, self._cursor = position(search)
        self._kept = self._cursor

    def step(self, *, rebuild: bool = False) -> Pass:
        """Send what changed since the last pass; rebuild the index where that is not enough."""
        look = cursors.look(self._connection)
        if self._index is None or self._cursor is None or rebuild:
            return self._rebuild(look)
        if not self._cursor.follows(look):
            self._tell("the server or its timeline is not the one that was followed")
            return self._rebuild(look)
        sent = self._follow(self._index, self._cursor)
        self._cursor = self._cursor.advanced(look)
        if sent != Sent() or self._kept is None or self._cursor.since - self._kept.since > _KEEP:
            # OpenSearch itself creates a missing index, empty, when a document is written to it.
            if self._search.index() != self._index:
                self._tell(f"the alias {ALIAS} is not {self._index} any more")
                return self._rebuild(look)
            self._keep(self._index, self._cursor)
        return Pass(self._index, self._cursor.since, sent)

    def _follow(self, index: str, followed: Cursor) -> Sent:
        changes = changed(self._connection, followed)
        fresh = [key for key, version in changes.items() if self._sent.get(key, 0) < version]
        # What the window no longer holds will not be seen again.
        self._sent = {key: version for key, version in self._sent.items() if key in changes}
        total = Sent()
        for begin in range(0, len(fresh), _BATCH):
            some = documents(self._connection, fresh[begin : begin + _BATCH])
            total = total.plus(self._search.send(index, some))
            self._sent |= {(one.account_id, one.project_id): one.version for one in some}
        return total

    def _rebuild(self, first: Look) -> Pass:
        index = f"{ALIAS}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        self._tell(f"building {index}")
        settled = self._settled(first)
        self._search.make_index(index)
        total = Sent()
        for keys in self._pages():
            total = total.plus(self._search.send(index, documents(self._connection, keys)))
        self._cursor = cursors.begun(first, settled)
        self._keep(index, self._cursor)
        self._search.serve(index)
        self._index, self._sent = index, {}
        self._tell(f"{ALIAS} is {index} now: {total.written} projects")
        return Pass(index, self._cursor.since, total, rebuilt=True)

    def _settled(self, first: Look) -> Look:
        """Wait until every transaction that was open at the first look has ended."""
        began, told = time.monotonic(), False
        while (seen := cursors.look(self._connection)).oldest <= first.number:
            if not told and time.monotonic() - began > _PATIENCE:
                told = True
                self._tell(f"waiting for transactions that began before {first.at:%H:%M:%S} UTC")
            time.sleep(_PAUSE)
        return seen

    def _keep(self, index: str, followed: Cursor) -> None:
        self._search.keep_cursor(index, followed.as_dict())
        self._kept = followed

    def _pages(self) -> Iterator[list[Key]]:
        last: Key = _BEFORE_ALL
        while keys := self._connection.execute(_PAGE, [*last, _BATCH]).fetchall():
            yield keys
            last = keys[-1]


def connect(dsn: str | None) -> Connection:
    """Connect as the feed does. Raises ConnectionFailedError."""
    return database.connect(
        dsn, role="eagle_indexer", autocommit=True, application_name="tooling search-feed"
    )


def position(search: OpenSearch) -> tuple[str | None, Cursor | None]:
    """Return the index that serves and how far it follows the log, as far as there is either."""
    index = search.index()
    values = search.cursor(index) if index else None
    return index, cursors.from_dict(values) if values else None


def pending(connection: Connection, search: OpenSearch) -> tuple[int, int] | None:
    """Return how many projects a first pass would write and remove; None: a rebuild.

    Writes nothing.
    """
    _, followed = position(search)
    if followed is None or not followed.follows(cursors.look(connection)):
        return None
    found = documents(connection, list(changed(connection, followed)))
    gone = sum(one.source is None for one in found)
    return len(found) - gone, gone


def changed(connection: Connection, followed: Cursor) -> dict[Key, int]:
    """Return the projects that changed since the cursor, with the place of their last event."""
    rows = connection.execute(_CHANGED, [followed.since - cursors.OVERLAP]).fetchall()
    return {(account, project): version for account, project, version in rows}


def documents(connection: Connection, keys: Sequence[Key]) -> list[Document]:
    """Return the projects as they are now."""
    accounts, projects = [key[0] for key in keys], [key[1] for key in keys]
    rows = connection.execute(_DOCUMENTS, [accounts, projects]).fetchall()
    return [Document(*row) for row in rows]
