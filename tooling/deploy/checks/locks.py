"""Sessions that hold now what pending migrations will wait for."""

from collections.abc import Iterator

from pgproof.ahead.locks import strength
from tooling.deploy.findings import Check, Connection, Finding, Given, error

# What each lock waits for: PostgreSQL's table of conflicting lock modes (its manual, 13.3.1).
_WAITS_FOR = {
    "ACCESS SHARE": (8,),
    "ROW SHARE": (7, 8),
    "ROW EXCLUSIVE": (5, 6, 7, 8),
    "SHARE UPDATE EXCLUSIVE": (4, 5, 6, 7, 8),
    "SHARE": (3, 4, 6, 7, 8),
    "SHARE ROW EXCLUSIVE": (3, 4, 5, 6, 7, 8),
    "EXCLUSIVE": (2, 3, 4, 5, 6, 7, 8),
    "ACCESS EXCLUSIVE": (1, 2, 3, 4, 5, 6, 7, 8),
}
_HELD = """
select l.mode, a.pid, a.usename, a.application_name, left(a.query, 80),
       extract(epoch from now() - a.xact_start)::bigint
  from pg_catalog.pg_locks as l
  join pg_catalog.pg_stat_activity as a on a.pid = l.pid
 where l.locktype = 'relation'
   and l.granted
   and l.relation = to_regclass(%s)
   and l.pid <> pg_backend_pid()
   and a.xact_start < now() - interval '2 seconds'
 order by a.xact_start
"""


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    found = given.plan
    for relation in found.sizes:
        asked = max(
            (
                effect.lock
                for file in found.files
                for statement in file.statements
                for effect in statement.effects
                if effect.relation == relation
            ),
            key=strength,
        )
        for mode, pid, role, application, query, age in connection.execute(_HELD, [relation]):
            if _strength(mode) in _WAITS_FOR.get(asked, ()):
                yield error(
                    f"a pending migration needs {asked} on {relation}; pid {pid} ({role},"
                    f" {application or 'no name'}) has held {mode} for {age} s: {query}",
                    f"Let it end, or select pg_terminate_backend({pid})",
                )


def _strength(mode: str) -> int:
    """Return PostgreSQL's number of a mode as pg_locks writes it: `RowExclusiveLock` is 3."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in mode)
    return strength(words.removesuffix(" Lock").strip().upper())


CHECK = Check("locks", "Locks held now that pending migrations will wait for.", _look)
