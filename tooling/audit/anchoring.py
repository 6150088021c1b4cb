"""Taking an anchor: the heads of all chains, or of those that have grown, signed."""

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

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tooling.audit import anchors, evidence, sight, signing
from tooling.audit.anchors import FORMAT, SIGNATURE, Anchor, Chain, Head, head_of
from tooling.database import Connection
from tooling.errors import InputError, RefusedError

_HEADS = """
copy (
    select c.account_id, c.project_id, c.position, encode(c.sha256, 'hex')
      from app.event_chains as c
     order by c.account_id, c.project_id
) to stdout
"""
_CHECK = "Run `tooling audit check` with the anchor before it, and find out who changed the log."


@dataclass(frozen=True)
class Taken:
    """What was written: the chains there are, and those with a line."""

    file: Path
    number: int
    chains: int
    lines: int


def anchor(connection: Connection, file: Path, key: Path, *, is_light: bool = False) -> Taken:
    """Write the heads of the chains to `file`, signed; light: of those that have grown.

    Writes it whole or not. Raises RefusedError if it exists (an anchor is never replaced), if the
    session does not see every chain, and if there are fewer chains or shorter ones than in the
    anchor before.
    """
    private = signing.private_key(key)
    if file.exists():
        raise RefusedError(f"{file} exists", hint="An anchor is not replaced: give another name.")
    before = anchors.folder(file.parent, private.public_key())
    base = next((one for one in reversed(before) if not one.is_light), None)
    if is_light and base is None:
        raise RefusedError(
            f"{file.parent} holds no full anchor", hint="Create one without --light first."
        )
    last = before[-1] if before else None
    sight.prepare(connection)
    with sight.snapshot(connection):
        if not is_light and (wrong := evidence.read(connection)):
            raise RefusedError(f"the evidence does not verify: {wrong[0].problem}", hint=_CHECK)
        position, digest = evidence.head(connection)
        _require_continued(connection, last)
        chains = sight.count_chains(connection)
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


def _require_continued(connection: Connection, last: Anchor | None) -> None:
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
    then = anchors.chains(base) if base is not None else iter(())
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
    partial = file.with_name(f"{file.name}.partial-{os.getpid()}")
    digest, count = hashlib.sha256(), -1
    try:
        with partial.open("xb") as out:
            for line in itertools.chain([(json.dumps(header) + "\n").encode()], lines):
                out.write(line)
                digest.update(line)
                count += 1
            out.write(SIGNATURE + signing.sign(key, digest.digest()).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(partial, file)
    except FileExistsError as error:
        raise RefusedError(
            f"{file} exists", hint="An anchor is not replaced: give another name."
        ) from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", hint="Name a file in a folder.") from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def heads(connection: Connection) -> Generator[tuple[Chain, Head]]:
    """Yield the chains of the database, in order."""
    with connection.cursor().copy(_HEADS) as copy:
        for line in copy:
            yield head_of(bytes(line))
