"""Anchors: the heads of all chains in a signed file, kept where the database's rulers cannot write.

Who rewrites a whole chain, heads and all, leaves chains that verify; against an earlier anchor
they differ. The file is text: a line of JSON, a line a chain (account, project, position, hash;
tabs between), and a last line with the Ed25519 signature over the SHA-256 of all before it.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tooling.audit import signing
from tooling.errors import InputError, RefusedError

FORMAT = "eagle-anchor 1"
BATCH = 1000
_SIGNATURE = "signature "
_HEADS = """
select c.account_id, c.project_id, c.position, encode(c.sha256, 'hex')
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
_BAD = "Take the file again from where anchors are kept, and the public key of who made it."
Key = tuple[str, str]
Head = tuple[int, str]


@dataclass(frozen=True)
class Finding:
    """A chain that is not what it was when the anchor was taken."""

    account_id: str
    project_id: str
    position: int
    finding: str


@dataclass(frozen=True)
class Checked:
    """What came of a check: chains in the anchor, those that have grown since, findings."""

    taken_at: str
    chains: int
    grown: int
    findings: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "findings": [asdict(one) for one in self.findings]}


def anchor(connection: psycopg.Connection[Any], file: Path, key: Path) -> int:
    """Write the heads of all chains to `file`, signed; return how many. Writes it whole or not.

    Raises RefusedError if it exists: an anchor is never replaced.
    """
    private = signing.private_key(key)
    if file.exists():
        raise RefusedError(f"{file} exists", hint="An anchor is never replaced; take a new name.")
    header = {
        "format": FORMAT,
        "database": connection.info.dbname,
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    half_made = file.with_name(f"{file.name}.half-made-{os.getpid()}")
    digest, chains = hashlib.sha256(), 0
    try:
        with half_made.open("xb") as out, connection.cursor() as cursor:
            lines = (json.dumps(header) + "\n").encode()
            out.write(lines)
            digest.update(lines)
            with cursor.copy(f"copy ({_HEADS}) to stdout") as heads:
                for block in heads:
                    out.write(block)
                    digest.update(block)
                    chains += bytes(block).count(b"\n")
            out.write(f"{_SIGNATURE}{signing.sign(private, digest.digest())}\n".encode())
            out.flush()
            os.fsync(out.fileno())
        os.link(half_made, file)
    except FileExistsError as error:
        raise RefusedError(f"{file} exists", hint="An anchor is never replaced.") from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", hint="Name a file in a folder.") from error
    finally:
        half_made.unlink(missing_ok=True)
    return chains


def check(
    connection: psycopg.Connection[Any],
    file: Path,
    key: Path,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Checked:
    """Compare the chains with those of an anchor. Raises InputError unless the key signed it."""
    header, total = _trusted(file, key)
    found: list[Finding] = []
    longer: list[tuple[Key, Head]] = []
    grown = 0
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        with connection.cursor("heads") as cursor:
            cursor.itersize = 20_000
            now = iter(cursor.execute(_HEADS))
            head = next(now, None)
            for number, (chain, then) in enumerate(_chains(file), 1):
                while head is not None and (str(head[0]), str(head[1])) < chain:
                    head = next(now, None)
                if head is None or (str(head[0]), str(head[1])) != chain:
                    found.append(Finding(*chain, then[0], "removed: the chain is gone"))
                elif head[2] < then[0]:
                    text = f"shortened: {then[0]} events then, {head[2]} now"
                    found.append(Finding(*chain, then[0], text))
                elif head[2] == then[0] and head[3] != then[1]:
                    found.append(Finding(*chain, then[0], "rewritten: its last event has changed"))
                elif head[2] > then[0]:
                    grown += 1
                    longer.append((chain, then))
                if len(longer) == BATCH:
                    found += _rewritten(connection, longer)
                    longer.clear()
                if number % BATCH == 0:
                    progress(number, total)
        found += _rewritten(connection, longer)
    progress(total, total)
    return Checked(str(header["taken_at"]), total, grown, tuple(sorted(found, key=_place)))


def _place(finding: Finding) -> Key:
    return finding.account_id, finding.project_id


def _rewritten(
    connection: psycopg.Connection[Any], chains: list[tuple[Key, Head]]
) -> Iterator[Finding]:
    """Yield the chains whose event at the anchored place is another one now."""
    columns = [[c[0] for c, _ in chains], [c[1] for c, _ in chains], [h[0] for _, h in chains]]
    now = {row[:2]: row[2:] for row in connection.execute(_AT, columns).fetchall()}
    for chain, (position, sha256) in chains:
        event, retired, is_retired = now[chain]
        if position == 0 or sha256 in (event, retired):
            continue
        if event is None and retired is None and is_retired:
            continue  # inside a retired stretch, whose end ops.verify_event_chain compares
        text = "removed" if event is None and retired is None else "rewritten"
        yield Finding(*chain, position, f"{text}: its event at place {position}")


def _trusted(file: Path, key: Path) -> tuple[dict[str, Any], int]:
    """Return the header and the number of chains of a file that the key has signed."""
    public = signing.public_key(key)
    digest, lines, last = hashlib.sha256(), 0, b""
    try:
        with file.open("rb") as source:
            first = source.readline()
            digest.update(first)
            for line in source:
                if last:
                    digest.update(last)
                    lines += 1
                last = line
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", hint=_BAD) from error
    signature = last.decode("ascii", "replace").strip()
    if not signature.startswith(_SIGNATURE):
        raise InputError(f"{file}: not an anchor, or cut off before its signature", hint=_BAD)
    if not signing.is_signed(public, digest.digest(), signature.removeprefix(_SIGNATURE)):
        raise InputError(f"{file}: the signature is not that of {key}", hint=_BAD)
    header = json.loads(first)
    if header.get("format") != FORMAT:
        raise InputError(f"{file}: format {header.get('format')!r} is not {FORMAT!r}", hint=_BAD)
    return header, lines


def _chains(file: Path) -> Iterator[tuple[Key, Head]]:
    with file.open(encoding="ascii") as source:
        next(source)
        for line in source:
            if line.startswith(_SIGNATURE):
                return
            account_id, project_id, position, sha256 = line.rstrip("\n").split("\t")
            yield (account_id, project_id), (int(position), sha256)
