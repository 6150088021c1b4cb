"""Compare the chains and the evidence with anchors that were taken of them."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tooling.audit import anchors, evidence, sight, signing
from tooling.audit.anchors import Anchor, Chain, Head
from tooling.database import Connection
from tooling.errors import InputError

BATCH = 1000
_HEADS = """
select c.account_id::text, c.project_id::text, c.position, encode(c.sha256, 'hex')
  from app.event_chains as c
 order by c.account_id, c.project_id
"""
_AT = """
select w.account_id::text, w.project_id::text, encode(e.sha256, 'hex'),
       encode(s.last_sha256, 'hex'), r.project_id is not null
  from unnest(%s::uuid[], %s::uuid[], %s::bigint[]) as w (account_id, project_id, position)
  left join app.project_events as e using (account_id, project_id, position)
  left join app.retired_events as s
    on s.account_id = w.account_id and s.project_id = w.project_id and s.last_position = w.position
  left join app.retired_events as r
    on r.account_id = w.account_id and r.project_id = w.project_id
   and w.position between r.first_position and r.last_position
"""


@dataclass(frozen=True)
class Mismatch:
    """A chain that is not what it was when the anchor was taken; ids are `-` for no chain."""

    account_id: str
    project_id: str
    position: int
    finding: str


@dataclass(frozen=True)
class Checked:
    """What came of a check: chains in the anchor, those grown since, findings, evidence since."""

    file: str
    number: int
    taken_at: str
    chains: int
    grown: int
    findings: tuple[Mismatch, ...]
    recorded: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "findings": [asdict(one) for one in self.findings]}


def check(
    connection: Connection,
    file: Path,
    key: Path,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    *,
    max_age: timedelta | None = None,
) -> Checked:
    """Compare the chains with those of an anchor, or of the newest ones of a folder.

    Of a folder, every anchor has to name the one before it, and of a light one the last whole one
    is compared too. Raises InputError unless the key signed them, and RefusedError if the session
    does not see every chain.
    """
    chosen = _chosen(file, key)
    newest = chosen[-1]
    total = sum(one.lines for one in chosen)
    sight.prepare(connection)
    found, grown, done = [*_stale(newest, max_age)], 0, 0
    with sight.snapshot(connection):
        found += [Mismatch("-", "-", 0, one.problem) for one in evidence.read(connection)]
        for one in chosen:
            if one.position and evidence.hash_at(connection, one.position) != one.evidence:
                text = "removed or rewritten: the evidence of that time"
                found.append(Mismatch("-", "-", one.position, text))
        now = sight.count_chains(connection)
        if now < newest.chains:
            found.append(Mismatch("-", "-", 0, f"removed: {newest.chains} chains then, {now} now"))
        for one in chosen:
            more, longer = _compared(connection, one, partial(_tell, progress, done, total))
            found += more
            grown, done = longer, done + one.lines
        recorded = evidence.since(connection, newest.position) if newest.position else []
    progress(total, total)
    unique = sorted(set(found), key=lambda one: (one.account_id, one.project_id, one.position))
    return Checked(
        newest.file.name, newest.number, newest.taken_at, newest.chains, grown, tuple(unique),
        tuple(recorded),
    )  # fmt: skip


def _tell(progress: Callable[[int, int], None], before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _chosen(file: Path, key: Path) -> list[Anchor]:
    public = signing.public_key(key)
    if not file.is_dir():
        return [anchors.trusted(file, public)]
    found = anchors.folder(file, public)
    if not found:
        raise InputError(f"{file}: holds no anchor", hint="Create one with `tooling audit anchor`.")
    whole = [one for one in found if not one.is_light]
    return [*whole[-1:], *([found[-1]] if found[-1].is_light else [])]


def _stale(newest: Anchor, max_age: timedelta | None) -> Iterator[Mismatch]:
    taken_at = datetime.fromisoformat(newest.taken_at)
    if max_age is not None and datetime.now(UTC) - taken_at > max_age:
        text = (
            f"stale: the newest anchor is of {newest.taken_at}; later ones were not kept or taken"
        )
        yield Mismatch("-", "-", 0, text)


def _compared(
    connection: Connection, anchor: Anchor, progress: Callable[[int], None]
) -> tuple[list[Mismatch], int]:
    found: list[Mismatch] = []
    longer: list[tuple[Chain, Head]] = []
    grown = 0
    with connection.cursor("heads") as cursor:
        cursor.itersize = 20_000
        now = (
            ((row[0].encode(), row[1].encode()), (row[2], row[3].encode()))
            for row in cursor.execute(_HEADS)
        )
        head = next(now, None)
        for number, (chain, then) in enumerate(anchors.chains(anchor), 1):
            while head is not None and head[0] < chain:
                head = next(now, None)
            if head is None or head[0] != chain:
                found.append(_finding(chain, then, "removed: the chain is gone"))
            elif head[1][0] < then[0]:
                text = f"shortened: {then[0]} events then, {head[1][0]} now"
                found.append(_finding(chain, then, text))
            elif head[1][0] > then[0]:
                grown += 1
                longer.append((chain, then))
            elif head[1] != then:
                found.append(_finding(chain, then, "rewritten: its last event has changed"))
            if len(longer) == BATCH:
                found += _rewritten(connection, longer)
                longer.clear()
            if number % BATCH == 0:
                progress(number)
    return [*found, *_rewritten(connection, longer)], grown


def _finding(chain: Chain, then: Head, text: str) -> Mismatch:
    return Mismatch(chain[0].decode(), chain[1].decode(), then[0], text)


def _rewritten(connection: Connection, chains: list[tuple[Chain, Head]]) -> Iterator[Mismatch]:
    """Yield the chains whose event at the anchored place is another one now."""
    columns = [
        [chain[0].decode() for chain, _ in chains],
        [chain[1].decode() for chain, _ in chains],
        [then[0] for _, then in chains],
    ]
    now = {row[:2]: row[2:] for row in connection.execute(_AT, columns).fetchall()}
    for chain, then in chains:
        event, retired, is_retired = now[chain[0].decode(), chain[1].decode()]
        if then[0] == 0 or then[1].decode() in (event, retired):
            continue
        if event is None and retired is None and is_retired:
            continue  # inside a retired stretch, which the evidence holds
        text = "removed" if event is None and retired is None else "rewritten"
        yield _finding(chain, then, f"{text}: its event at place {then[0]}")
