"""Telling a transaction-mode pooler, behind which no session lock or setting can be trusted."""

from pgproof.connection import Connection, connect
from pgproof.errors import RefusedError

_PROBES = 3


def refuse_pooler(connection: Connection, conninfo: str, pid: int) -> None:
    """Raise RefusedError if consecutive transactions of a session may meet different backends.

    A pooler gives the client a process id of its own. If that differs from the backend's, a second
    session is opened: in session mode the two have a backend each, whatever they do.
    """
    if connection.info.backend_pid == pid:
        return
    for _ in range(_PROBES):
        with (
            connect(conninfo, autocommit=True, prepare_threshold=None) as other,
            other.transaction(),
        ):
            theirs = _pid(other)
            if theirs in (pid, _pid(connection)) or _pid(connection) != pid:
                raise RefusedError(
                    "the connection goes through a pooler in transaction mode: a lock or setting"
                    " of one statement would be gone, or another session's, at the next",
                    hint="Connect to the server itself, or to a pool in session mode.",
                )


def _pid(connection: Connection) -> int:
    row = connection.execute("select pg_catalog.pg_backend_pid()").fetchone()
    if row is None:
        raise AssertionError
    return int(row[0])
