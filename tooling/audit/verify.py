"""Verify the chains account by account, so that progress shows and no snapshot is held for long."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

AT_ONCE = 100_000
"""Up to so many events, all accounts are verified in one query."""

# A chain that has lost its head is still found: the accounts of the events count, too.
_ACCOUNTS = """
select known.account_id, sum(known.events)::bigint
  from (select c.account_id, c.position as events
          from app.event_chains as c
         union all
        select e.account_id, 0
          from app.project_events as e
         group by e.account_id) as known
 group by known.account_id
 order by known.account_id
"""
# What ops.verify_event_chain() says of no account, but of a partition that was retired.
_RETIRED = """
select format('retired: %s left with %s events, of which %s are on record',
              r.partition, r.row_count, coalesce(sum(s.last_position - s.first_position + 1), 0))
  from ops.retired_partitions as r
  left join app.retired_events as s on s.partition = r.partition
 where r.relation = 'app.project_events'
   and not exists (
           select
             from ops.partitions as p
            where p.relation = r.relation
              and p.partition = r.partition
       )
 group by r.partition
having r.row_count <> coalesce(sum(s.last_position - s.first_position + 1), 0)
 order by r.partition
"""
_VERIFY = "select * from ops.verify_event_chain(%s::uuid, %s::uuid)"


@dataclass(frozen=True)
class Problem:
    """A row of ops.verify_event_chain: where a chain breaks, and how."""

    chain_account_id: UUID | None
    chain_project_id: UUID | None
    chain_position: int | None
    event_id: UUID | None
    problem: str

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; ids as text."""
        return {
            key: str(value) if isinstance(value, UUID) else value
            for key, value in asdict(self).items()
        }


def verify(
    connection: psycopg.Connection[Any],
    *,
    account: UUID | None = None,
    project: UUID | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[int, list[Problem]]:
    """Return the number of events recorded in the chains, and every problem. Writes nothing.

    `progress` is told how many events are done, of how many. The connection is in autocommit; its
    role is eagle_auditor or, for one account, eagle_operator.
    """
    if account is not None or project is not None:
        found = _problems(connection, account, project)
        return 0, found
    accounts = connection.execute(_ACCOUNTS).fetchall()
    total = sum(events for _, events in accounts)
    if total <= AT_ONCE:
        found = _problems(connection, None, None)
        progress(total, total)
        return total, found
    done, found = 0, []
    for account_id, events in accounts:
        found += _problems(connection, account_id, None)
        done += events
        progress(done, total)
    for (text,) in connection.execute(_RETIRED).fetchall():
        found.append(Problem(None, None, None, None, text))
    return total, found


def _problems(
    connection: psycopg.Connection[Any], account: UUID | None, project: UUID | None
) -> list[Problem]:
    with connection.cursor(row_factory=class_row(Problem)) as cursor:
        return cursor.execute(_VERIFY, [account, project]).fetchall()
