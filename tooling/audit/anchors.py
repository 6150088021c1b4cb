"""Anchors: heads of chains in signed files, kept where administrators of the database cannot write.

Who rewrites a whole chain, heads and all, leaves chains that verify; against an earlier anchor
they differ. The file is text: a line of JSON, a line a chain (account, project, position, hash;
tabs between), and a last line with the Ed25519 signature over the SHA-256 of all before it. A light
anchor has the chains alone that are longer than in the last whole one. Each names the anchor before
it in its folder by number and hash, and the last entry of the evidence.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tooling.audit import signing
from tooling.errors import InputError

FORMAT = "eagle-anchor 2"
FORMATS = ("eagle-anchor 1", FORMAT)
SUFFIX = ".anchor"
SIGNATURE = b"signature "
_BAD = "Fetch the file again from where anchors are kept, and the public key of its author."
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
    if not signature.startswith(SIGNATURE):
        raise InputError(f"{file}: not an anchor, or cut off before its signature", hint=_BAD)
    said = signature.removeprefix(SIGNATURE).decode("ascii", "replace")
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
            if line.startswith(SIGNATURE):
                return
            yield head_of(line)


def head_of(line: bytes) -> tuple[Chain, Head]:
    """Return the chain and the head that a line of an anchor, or of COPY, names."""
    account_id, project_id, position, sha256 = line.rstrip(b"\n").split(b"\t")
    return (account_id, project_id), (int(position), sha256)
