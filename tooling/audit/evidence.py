"""The record of what may explain a missing event: its chain, and what it says of retirements."""

from collections.abc import Iterator
from hashlib import sha256
from typing import LiteralString

from tooling.audit.problem import Problem, whole
from tooling.database import Connection

_ENTRIES: LiteralString = """
select e.position, e.kind, e.subject, encode(e.sha256, 'hex'),
       jsonb_build_array(
           e.position, e.kind, e.subject, extract(epoch from e.recorded_at), e.role, e.content
       )::text,
       case when e.kind = 'retirement' then (e.content - 'stretches_sha256')::text end,
       e.content ->> 'stretches_sha256'
  from ops.evidence as e
 order by e.position, e.sha256
"""
_RETIREMENTS: LiteralString = """
select r.partition, to_jsonb(r)::text, r.state,
       to_regclass(r.partition) is not null and exists (
           select
             from pg_inherits as h
            where h.inhrelid = to_regclass(r.partition)
              and h.inhparent = to_regclass(r.relation)
              and not h.inhdetachpending
       )
  from ops.retired_partitions as r
"""
_STRETCHES: LiteralString = """
copy (
    select
        r.partition, r.account_id,
        concat_ws(
            ' ', r.account_id, r.project_id, r.first_position, r.last_position,
            encode(r.last_sha256, 'hex'), r.erased_positions
        )
      from app.retired_events as r
     order by r.partition, r.account_id, r.project_id, r.first_position
) to stdout
"""
_TOTALS: LiteralString = """
select entry.account_id, entry.status::text
  from (
           select
               p.account_id, p.status, count(*) as project_count,
               count(p.confidence) as confidence_count,
               coalesce(sum(p.confidence::numeric), 0) as confidence_sum,
               sum(p.updated_at - p.created_at) as duration
             from app.projects as p
            group by p.account_id, p.status
           union all
           select
               t.account_id, t.status, - t.project_count, - t.confidence_count,
               - t.confidence_sum, - t.duration
             from app.project_totals as t
       ) as entry
 group by entry.account_id, entry.status
having sum(entry.project_count) <> 0
    or sum(entry.confidence_count) <> 0
    or sum(entry.confidence_sum) <> 0
    or sum(entry.duration) <> interval '0'
 order by 1, 2
"""


def begins(connection: Connection) -> str:
    """Return when the evidence begins, in seconds since 1970; that of an empty record is 1970."""
    query = (
        "select extract(epoch from e.recorded_at)::text from ops.evidence as e"
        " where e.kind = 'beginning' order by e.position limit 1"
    )
    found = connection.execute(query).fetchone()
    return str(found[0]) if found else "0"


def read(connection: Connection) -> list[Problem]:
    """Verify the record against itself and against the retirements; inside a transaction."""
    problems: list[Problem] = []
    last: dict[str, tuple[str, str]] = {}
    place, digest, has_begun = 0, bytes(32), False
    with connection.cursor("entries") as cursor:
        for position, kind, subject, stored, text, row, stretches in cursor.execute(_ENTRIES):
            computed = sha256(digest + text.encode()).hexdigest()
            if position != place + 1:
                problems.append(whole(f"evidence: removed or inserted before entry {position}"))
            elif computed != stored:
                problems.append(whole(f"evidence: entry {position} was changed"))
            place, digest = position, bytes.fromhex(stored)
            has_begun = has_begun or (kind, position) == ("beginning", 1)
            if kind == "retirement":
                last[subject] = (row, stretches)
    if not has_begun:
        problems.append(whole("evidence: it has no beginning"))
    held = _stretches(connection)
    for partition, row, state, is_attached in connection.execute(_RETIREMENTS).fetchall():
        known = last.pop(partition, None)
        digest_now = held.pop(partition, sha256().hexdigest())
        if known is None or known[0] != row:
            problems.append(whole(f"retired: the record of {partition} is not in the evidence"))
        elif known[1] != digest_now and not (is_attached and state == "retiring"):
            problems.append(whole(f"retired: what {partition} held of each chain was changed"))
    problems += [whole(f"retired: the record of {one} is gone") for one in sorted(last)]
    problems += [whole(f"retired: no record of {one}, which held events") for one in held]
    return problems


def head(connection: Connection) -> tuple[int, str]:
    """Return place and hash of the last entry."""
    query = (
        "select position, encode(sha256, 'hex') from ops.evidence order by position desc limit 1"
    )
    found = connection.execute(query).fetchone()
    return (found[0], found[1]) if found else (0, "")


def hash_at(connection: Connection, position: int) -> str | None:
    """Return the hash of the entry at a place."""
    query = "select encode(sha256, 'hex') from ops.evidence where position = %s"
    found = connection.execute(query, [position]).fetchone()
    return found[0] if found else None


def since(connection: Connection, position: int) -> list[str]:
    """Return what was recorded after a place, a line an entry."""
    query = """
        select format('%%s  %%s  %%s  by %%s', recorded_at, kind, subject, role)
          from ops.evidence
         where position > %s
         order by position"""
    return [text for (text,) in connection.execute(query, [position]).fetchall()]


def totals(connection: Connection) -> Iterator[Problem]:
    """Yield each account and status whose totals are not those of its projects."""
    for account, status in connection.execute(_TOTALS).fetchall():
        text = f"totals: those of status {status} are not what the projects add up to"
        yield Problem(account, None, None, None, text)


def _stretches(connection: Connection) -> dict[str, str]:
    """Return the hash of what is recorded of each partition, as ops.stretches_sha256() has it."""
    found: dict[str, str] = {}
    partition, account, accounts, rows = b"", b"", sha256(), sha256()
    with connection.cursor().copy(_STRETCHES) as copy:
        for line in copy:
            of, whose, text = bytes(line)[:-1].split(b"\t")
            if (of, whose) != (partition, account):
                if account:
                    accounts.update(rows.digest())
                if of != partition:
                    if partition:
                        found[partition.decode()] = accounts.hexdigest()
                    accounts = sha256()
                partition, account, rows = of, whose, sha256()
            rows.update(sha256(text).digest())
    if account:
        accounts.update(rows.digest())
        found[partition.decode()] = accounts.hexdigest()
    return found
