"""Everything that is known of each project, in one ordered stream of one statement a batch.

The statement is the program's own. Chains are hashed here; designs, which an auditor does not read,
by ops.payload_hashes(), whose text guards.py compares first. Only the project at hand is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import LiteralString
from uuid import UUID

from tooling.database import Connection

BATCH = 200_000
"""About how many events are sorted at a time, and reported as progress."""

HEAD, EVIDENCE, PROJECT, LINK, PAYLOAD = b"0", b"1", b"2", b"3", b"4"
Line = list[bytes]
_ACCOUNTS = """
select c.account_id, sum(c.position)::bigint
  from app.event_chains as c
 where c.account_id = coalesce(%(account)s::uuid, c.account_id)
   and c.project_id = coalesce(%(project)s::uuid, c.project_id)
 group by c.account_id
 order by c.account_id
"""
# Account, project, kind and place of each line; then what the kind has.
_ALL: LiteralString = """
copy (
with attached as materialized (
    select format('%%I.%%I', n.nspname, c.relname) as partition
      from pg_inherits as h
      join pg_class as c on c.oid = h.inhrelid
      join pg_namespace as n on n.oid = c.relnamespace
     where h.inhparent = 'app.project_events'::regclass
       and not h.inhdetachpending
),
named as materialized (
    select
        case when v.subject ~ %(both)s then split_part(v.subject, '/', 1)::uuid end as account_id,
        case when v.subject ~ %(both)s then split_part(v.subject, '/', 2)::uuid end as project_id,
        v.position, v.kind, v.content::text as content
      from ops.evidence as v
     where v.kind in ('erasure', 'unlogged')
)
select *
  from (
           select
               c.account_id, c.project_id, 0 as kind, c.position as place,
               encode(c.sha256, 'hex') as sha256,
               null as a, null as b, null as c, null as d, null as e
             from app.event_chains as c
            where c.account_id between %(first)s and %(last)s
              and c.project_id between %(low)s and %(high)s
           union all
           select
               v.account_id, v.project_id, 1, v.position, null, v.kind, v.content, null, null, null
             from named as v
            where v.account_id between %(first)s and %(last)s
              and v.project_id between %(low)s and %(high)s
           union all
           select
               p.account_id, p.project_id, 2, 0, null, p.status::text, p.updated_by, null, null,
               null
             from app.projects as p
            where p.account_id between %(first)s and %(last)s
              and p.project_id between %(low)s and %(high)s
           union all
           select
               e.account_id, e.project_id, 3, e.position, encode(e.sha256, 'hex'),
               e.event_type::text, e.actor, e.data::text,
               encode(uuid_send(e.event_id) || timestamptz_send(e.occurred_at), 'hex'),
               encode(timestamptz_send(e.erased_at), 'hex')
             from app.project_events as e
            where e.account_id between %(first)s and %(last)s
              and e.project_id between %(low)s and %(high)s
           union all
           select
               s.account_id, s.project_id, 3, s.first_position, encode(s.last_sha256, 'hex'),
               '', s.last_position::text, array_to_string(s.erased_positions, ' '),
               (r.partition is not null)::text, null
             from app.retired_events as s
             left join ops.retired_partitions as r on r.partition = s.partition
            where s.account_id between %(first)s and %(last)s
              and s.project_id between %(low)s and %(high)s
              and not exists (select from attached as a where a.partition = s.partition)
           union all
           select
               p.account_id, p.project_id, 4, 0, p.sha256, p.payload_id::text, h.sha256,
               encode(timestamptz_send(p.created_at), 'hex'), null, null
             from app.project_payloads as p
             left join ops.payload_hashes(%(first)s, %(last)s) as h
               on h.account_id = p.account_id
              and h.payload_id = p.payload_id
            where p.account_id between %(first)s and %(last)s
              and p.project_id between %(low)s and %(high)s
       ) as known
 order by account_id, project_id, kind, place, d
) to stdout
"""
_ESCAPED = re.compile(rb"\\(.)")
_CHARACTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_NOBODY, _EVERYBODY = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Batch:
    """A range of accounts, both ends included, and how many events their chains have."""

    first: UUID
    last: UUID
    events: int


def batches(connection: Connection, account: UUID | None, project: UUID | None) -> list[Batch]:
    """Return ranges of accounts that leave no account out, of about BATCH events or one account."""
    found: list[Batch] = []
    first, last, events = account or _NOBODY, account or _NOBODY, 0
    asked = {"account": account, "project": project}
    for account_id, chain in connection.execute(_ACCOUNTS, asked).fetchall():
        if events and events + chain > BATCH:
            found.append(Batch(first, last, events))
            first, events = UUID(int=last.int + 1), 0
        last, events = account_id, events + chain
    return [*found, Batch(first, account or _EVERYBODY, events)]


def projects(
    connection: Connection, batch: Batch, project: UUID | None
) -> Iterator[tuple[tuple[bytes, bytes], Iterator[Line]]]:
    """Yield each project of a batch with its lines, in order. One statement, so one snapshot."""
    asked = {
        "first": batch.first,
        "last": batch.last,
        "low": project or _NOBODY,
        "high": project or _EVERYBODY,
        "both": "^[0-9a-f-]{36}/[0-9a-f-]{36}$",
    }
    with connection.cursor().copy(_ALL, asked) as copy:
        lines = (bytes(row)[:-1].split(b"\t") for row in copy)
        yield from groupby(lines, key=_PLACE)


def text(field: bytes) -> bytes:
    """Return a field of COPY as it is in the table."""
    if b"\\" not in field:
        return field
    return _ESCAPED.sub(lambda found: _CHARACTERS.get(found[1], found[1]), field)


_PLACE = itemgetter(0, 1)
