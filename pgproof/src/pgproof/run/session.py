"""A connection that runs one statement at a time, can be interrupted, and forgets state between."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import pq, sql

from pgproof.connection import WORKER, connect, is_lost
from pgproof.errors import InputError
from pgproof.files.script import Script
from pgproof.files.statement import Statement
from pgproof.run import wire
from pgproof.run.failure import SqlFailureError, explained

_CANCEL_SECONDS = 10.0

_PINNED = {
    "check_function_bodies": "on",
    "client_min_messages": "notice",
    "datestyle": "ISO, MDY",
    "default_transaction_isolation": "read committed",
    "escape_string_warning": "on",
    "idle_in_transaction_session_timeout": "5min",
    "idle_session_timeout": "0",
    "intervalstyle": "postgres",
    "row_security": "on",
    "standard_conforming_strings": "on",
    "statement_timeout": "0",
    "timezone": "UTC",
}
_NAME = r'"(?:[^"]|"")+"|[^\s",;]+'
_SCHEMA = re.compile(_NAME)
_SEARCH_PATH = re.compile(rf"\s*(?:{_NAME})\s*(?:,\s*(?:{_NAME})\s*)*")
_FORGET = (
    "close all; set session authorization default; reset all; deallocate all; unlisten *;"
    " discard plans; discard temp; discard sequences; reset role;"
)


def pinned(
    connection: psycopg.Connection[Any], search_path: str, settings: Mapping[str, str]
) -> str:
    """Return the statements that set everything a file's meaning or life could depend on.

    `settings` are the project's own; those that the runner pins itself stay as they are.
    """
    ours = dict(_PINNED)
    if connection.info.server_version >= 170000:
        ours["transaction_timeout"] = "0"
    values = [
        (_parameter(name), sql.Literal(value).as_string())
        for name, value in {**settings, **ours}.items()
    ]
    values.append(("search_path", _schemas(search_path)))
    return "".join(f" set {name} = {value};" for name, value in values)


def _parameter(name: str) -> str:
    """Return a parameter's name quoted, part by part."""
    return ".".join(sql.Identifier(part).as_string() for part in name.split("."))


def _schemas(search_path: str) -> str:
    """Return a search_path quoted, schema by schema. Raises InputError for what is none."""
    if not _SEARCH_PATH.fullmatch(search_path):
        raise InputError(
            f"search_path is {search_path!r}",
            hint="Write names of schemas with commas between them.",
        )
    names = (
        name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
        for name in _SCHEMA.findall(search_path)
    )
    return ", ".join(sql.Identifier(name).as_string() for name in names)


class Session:
    """One connection in autocommit mode; transactions are opened by saying so.

    Statements go through the simple protocol as they are written: no parameters, no savepoints,
    and rows are thrown away as they come. `mark` is SQL that takes the one lock that stays.
    """

    def __init__(
        self,
        conninfo: str,
        *,
        search_path: str,
        settings: Mapping[str, str] | None = None,
        application_name: str = WORKER,
        mark: str = "",
        check_interval: str = "2s",
        on_notice: Callable[[psycopg.errors.Diagnostic], None] | None = None,
    ):
        self.connection: psycopg.Connection[Any] = connect(
            conninfo,
            autocommit=True,
            application_name=application_name,
            client_encoding="utf8",
            prepare_threshold=None,
        )
        if on_notice:
            self.connection.add_notice_handler(on_notice)
        self._pgconn = self.connection.pgconn
        self.pid = self.connection.info.backend_pid
        self._pinned = pinned(self.connection, search_path, settings or {})
        self._unlock = f"select pg_catalog.pg_advisory_unlock_all(); {mark}"
        self._check_interval = f" set client_connection_check_interval = '{check_interval}';"
        try:
            self.run(self._check_interval)
        except psycopg.errors.InvalidParameterValue:
            self._check_interval = ""

    def forget(self, role: str | None) -> None:
        """Drop whatever session state a file left behind, pin our settings and take the role."""
        take = f" set role {sql.Identifier(role).as_string()};" if role else ""
        self.run(_FORGET + self._unlock + self._pinned + self._check_interval + take)

    @property
    def is_alive(self) -> bool:
        """Whether the connection still stands, as far as the client knows."""
        return bool(self._pgconn.status == pq.ConnStatus.OK)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction block is open, failed or not."""
        return self._pgconn.transaction_status not in (
            pq.TransactionStatus.IDLE,
            pq.TransactionStatus.UNKNOWN,
        )

    def run(self, text: str, tick: wire.Tick | None = None) -> None:
        """Run `text`; call `tick` with the seconds so far, soon, then twice a second.

        Raises psycopg.Error as the server reported it, or OperationalError if the server is gone.
        """
        wire.run(self._pgconn, text, wire.Clock(tick))

    @contextmanager
    def explaining(self, script: Script, statement: Statement | None) -> Iterator[None]:
        """Turn psycopg.Error into SqlFailureError; without a statement, the commit failed."""
        try:
            yield
        except psycopg.Error as error:
            lost = not self.is_alive or is_lost(error)
            raise explained(error, script, statement, lost=lost) from error

    def execute(
        self,
        script: Script,
        statement: Statement | None,
        text: str,
        tick: wire.Tick | None = None,
    ) -> None:
        """Run `text` for a statement of a file, or at its end, as `run` does.

        Raises SqlFailureError naming file, line and statement.
        """
        with self.explaining(script, statement):
            self.run(text, tick)
        self.insist_on_utf8(script, statement)

    def insist_on_utf8(self, script: Script, statement: Statement | None) -> None:
        """Roll back and raise SqlFailureError if a statement has changed client_encoding."""
        found = self._pgconn.parameter_status(b"client_encoding") or b""
        # A pooler gives the name as the client wrote it.
        if found.upper() == b"UTF8":
            return
        self.roll_back()
        self.run("reset client_encoding")
        line = statement.line if statement else 1
        raise SqlFailureError(
            f"{script.path}:{line}: client_encoding became {found.decode()}, but files are UTF-8",
            hint="Leave client_encoding alone, and save the file as UTF-8.",
            sqlstate=None,
            is_lost=False,
        )

    def run_many(
        self, texts: Sequence[str], begin: Callable[[int], None], tick: wire.Tick | None = None
    ) -> None:
        """Run single statements without waiting for each; `begin` gets the index of each.

        Raises psycopg.Error for the statement begun last; those after it have not run.
        """
        wire.run_many(self._pgconn, texts, wire.Clock(tick), begin)

    def roll_back(self) -> None:
        """End an open transaction block, if the connection still stands."""
        if self.is_alive and self.in_transaction:
            self.run("rollback")

    def cancel(self) -> None:
        """Cancel the statement that runs and wait until the server has stopped it."""
        if not self.is_alive or self._pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
            return
        self.connection.cancel_safe(timeout=_CANCEL_SECONDS)
        if self._pgconn.pipeline_status == pq.PipelineStatus.OFF:
            wire.drain(self._pgconn, _CANCEL_SECONDS)
        else:
            self.close()

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back by the server."""
        self.connection.close()
