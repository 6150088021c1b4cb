"""Anchors: heads of chains in signed files, kept where the database's rulers cannot write.

Who rewrites a whole chain, heads and all, leaves chains that verify; against an earlier anchor
they differ. The file is text: a line of JSON, a line a chain (account, project, position, hash;
tabs between), and a last line with the Ed25519 signature over the SHA-256 of all before it. A light
anchor has the chains alone that are longer than in the last whole one. Each names the anchor before
it in its folder by number and hash, and the last entry of the evidence.
"""

import hashlib
import itertools
import json
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tooling.audit import evidence, guards, signing, stream
from tooling.errors import InputError, RefusedError

FORMAT = "eagle-anchor 2"
FORMATS = ("eagle-anchor 1", FORMAT)
SUFFIX = ".anchor"
_SIGNATURE = b"signature "
_HEADS = """
copy (
    select c.account_id, c.project_id, c.position, encode(c.sha256, 'hex')
      from app.event_chains as c
     order by c.account_id, c.project_id
) to stdout
"""
_BAD = "Fetch the file again from where anchors are kept, and the public key of its author."
_CHECK = "Run `tooling audit check` with the anchor before it, and find out who changed the log."
Chain = tuple[bytes, bytes]
Head = tuple[int, bytes]


@dataclass(frozen=True)
class Anchor:
    """An anchor whose signature was checked. `chains` counts all there were, `lines` its own."""

    file: Path
    sha256: str
    number: int
    taken_at: str
    is_light: bool
    chains: int
    lines: int
    previous: str | None
    position: int
    evidence: str


@dataclass(frozen=True)
class Taken:
    """What was written: the chains there are, and those with a line."""

    file: Path
    number: int
    chains: int
    lines: int


def anchor(
    connection: psycopg.Connection[Any], file: Path, key: Path, *, is_light: bool = False
) -> Taken:
    """Write the heads of the chains to `file`, signed; light: of those that have grown.

    Writes it whole or not. Raises RefusedError if it exists (an anchor is never replaced), if the
    session does not see every chain, and if there are fewer chains or shorter ones than in the
    anchor before.
    """
    private = signing.private_key(key)
    if file.exists():
        raise RefusedError(f"{file} exists", hint="An anchor is not replaced: give another name.")
    before = folder(file.parent, private.public_key())
    base = next((one for one in reversed(before) if not one.is_light), None)
    if is_light and base is None:
        raise RefusedError(
            f"{file.parent} holds no full anchor", hint="Create one without --light first."
        )
    last = before[-1] if before else None
    stream.prepare(connection)
    guards.require_sight(connection)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        if not is_light and (wrong := evidence.read(connection)):
            raise RefusedError(f"the evidence does not verify: {wrong[0].problem}", hint=_CHECK)
        position, digest = evidence.head(connection)
        _require_continued(connection, last)
        (chains,) = connection.execute("select count(*) from app.event_chains").fetchone() or (0,)
        if last is not None and chains < last.chains:
            raise RefusedError(
                f"{last.chains} chains were anchored in {last.file.name}, and {chains} exist",
                hint=_CHECK,
            )
        header = {
            "format": FORMAT,
            "number": last.number + 1 if last else 1,
            "database": connection.info.dbname,
            "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "is_light": is_light,
            "chains": chains,
            "previous": last.sha256 if last else None,
            "evidence": {"position": position, "sha256": digest},
        }
        lines = _write(file, private, header, _changed(heads(connection), base, is_light))
    return Taken(file, int(str(header["number"])), chains, lines)


def _require_continued(connection: psycopg.Connection[Any], last: Anchor | None) -> None:
    if last is None or not last.position:
        return
    if evidence.hash_at(connection, last.position) != last.evidence:
        raise RefusedError(
            f"the evidence does not continue that of {last.file.name}",
            hint=_CHECK,
        )


def _changed(
    now: Generator[tuple[Chain, Head]], base: Anchor | None, is_light: bool
) -> Iterator[bytes]:
    """Yield the lines to write; refuse what is no continuation of the last whole anchor."""
    then = chains(base) if base is not None else iter(())
    anchored = next(then, None)
    with closing(now):
        for chain, head in now:
            if anchored is not None and anchored[0] < chain:
                break
            known = None
            if anchored is not None and anchored[0] == chain:
                known = anchored[1]
                if head[0] < known[0] or (head[0] == known[0] and head != known):
                    break
                anchored = next(then, None)
            if not is_light or known is None or head[0] > known[0]:
                yield b"\t".join((*chain, b"%d" % head[0], head[1])) + b"\n"
    if anchored is not None:
        project = anchored[0][1].decode()
        raise RefusedError(
            f"the chain of project {project} does not continue the last anchor", hint=_CHECK
        )


def _write(
    file: Path, key: Ed25519PrivateKey, header: dict[str, Any], lines: Iterable[bytes]
) -> int:
    half_made = file.with_name(f"{file.name}.half-made-{os.getpid()}")
    digest, count = hashlib.sha256(), -1
    try:
        with half_made.open("xb") as out:
            for line in itertools.chain([(json.dumps(header) + "\n").encode()], lines):
                out.write(line)
                digest.update(line)
                count += 1
            out.write(_SIGNATURE + signing.sign(key, digest.digest()).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(half_made, file)
    except FileExistsError as error:
        raise RefusedError(
            f"{file} exists", hint="An anchor is not replaced: give another name."
        ) from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", hint="Name a file in a folder.") from error
    finally:
        half_made.unlink(missing_ok=True)
    return count


def folder(place: Path, key: Ed25519PublicKey) -> list[Anchor]:
    """Return the anchors of a folder in their order, each checked. Raises InputError.

    A number that is missing or there twice, and an anchor that does not name the one before it, is
    an error: a file was removed, put back or exchanged. Anchors of the first format, which had no
    number, come first.
    """
    found = [trusted(file, key) for file in sorted(place.glob(f"*{SUFFIX}"))]
    found.sort(key=lambda one: (one.number, one.taken_at))
    numbered = [one for one in found if one.number]
    for before, after in itertools.pairwise(numbered):
        if after.number != before.number + 1 or after.previous != before.sha256:
            raise InputError(
                f"{after.file}: number {after.number} does not continue {before.file.name}",
                hint="An anchor was removed, copied or exchanged. " + _BAD,
            )
    return found


def trusted(file: Path, key: Ed25519PublicKey) -> Anchor:
    """Return an anchor that the key has signed. Raises InputError."""
    digest, whole, lines, last = hashlib.sha256(), hashlib.sha256(), 0, b""
    try:
        with file.open("rb") as source:
            first = source.readline()
            digest.update(first)
            whole.update(first)
            for line in source:
                whole.update(line)
                if last:
                    digest.update(last)
                    lines += 1
                last = line
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", hint=_BAD) from error
    signature = last.strip()
    if not signature.startswith(_SIGNATURE):
        raise InputError(f"{file}: not an anchor, or cut off before its signature", hint=_BAD)
    said = signature.removeprefix(_SIGNATURE).decode("ascii", "replace")
    if not signing.is_signed(key, digest.digest(), said):
        raise InputError(f"{file}: the signature was not made with this key", hint=_BAD)
    header = json.loads(first)
    if header.get("format") not in FORMATS:
        raise InputError(f"{file}: format {header.get('format')!r} is not {FORMAT!r}", hint=_BAD)
    known = header.get("evidence", {"position": 0, "sha256": ""})
    return Anchor(
        file, whole.hexdigest(), header.get("number", 0), str(header["taken_at"]),
        header.get("is_light", False), header.get("chains", lines), lines, header.get("previous"),
        known["position"], known["sha256"],
    )  # fmt: skip


def chains(anchor: Anchor) -> Iterator[tuple[Chain, Head]]:
    """Yield the chains of an anchor, in order."""
    with anchor.file.open("rb") as source:
        next(source)
        for line in source:
            if line.startswith(_SIGNATURE):
                return
            yield _head(line)


def heads(connection: psycopg.Connection[Any]) -> Generator[tuple[Chain, Head]]:
    """Yield the chains of the database, in order."""
    with connection.cursor().copy(_HEADS) as copy:
        for line in copy:
            yield _head(bytes(line))


def _head(line: bytes) -> tuple[Chain, Head]:
    account_id, project_id, position, sha256 = line.rstrip(b"\n").split(b"\t")
    return (account_id, project_id), (int(position), sha256)
