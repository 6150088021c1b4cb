"""The record of a review, as a file: what it looked at, its verdict, and the hash of both."""

import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pgproof.errors import InputError
from pgproof.reviewed.schema import Schema, of

KEY = "PGPROOF_REVIEW_KEY"
"""The variable of the secret that records are sealed with, where there is one."""
_FORMAT = 1
_SHORTEST_KEY = 16
_UNREADABLE = "it is no record of a review: {}"


class UnusableError(Exception):
    """A file that is no record, or not as it was written; the text says why."""


@dataclass(frozen=True)
class File:
    """A migration that was reviewed, and the hashes of its bytes and of its rollback file's."""

    id: str
    sha256: str
    rollback_sha256: str | None


@dataclass(frozen=True)
class Record:
    """What a review looked at, and what it says.

    `files` are the pending migrations in order, `around` hashes by the name of each repeatable
    file, `settings` those that give the same bytes another meaning.
    """

    verdict: str
    reasons: tuple[str, ...]
    files: tuple[File, ...]
    around: Mapping[str, str]
    settings: Mapping[str, Any]
    schema: Schema
    database: str
    version: str
    at: str

    @property
    def digest(self) -> str:
        """The sha256 of all of it."""
        return sha256(_canonical(asdict(self)).encode()).hexdigest()

    def as_document(self) -> dict[str, Any]:
        """Return what is written to a file. Raises InputError for a key that is too short."""
        return {
            "format": _FORMAT,
            "review": asdict(self),
            "sha256": self.digest,
            "seal": _seal(self.digest),
        }


def write(record: Record, folder: Path) -> Path:
    """Write a record to the folder, which is made; return its file."""
    last = record.files[-1].id if record.files else "nothing-pending"
    path = folder / f"{last}.{record.schema.fingerprint[:8]}.json"
    folder.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps(record.as_document(), indent=1) + "\n", encoding="utf-8")
    new.replace(path)
    return path


def read(path: Path) -> Record:
    """Read a record, or the document of a whole review that has one. Raises UnusableError.

    With a key, a record needs its seal: who does not have the key cannot have written it.
    """
    try:
        document = json.loads(path.read_bytes())
        document = document.get("record", document)
        if document["format"] != _FORMAT:
            raise UnusableError(f"its format is {document['format']!r}, not {_FORMAT}")
        record = _record(document["review"])
        digest, seal = document["sha256"], document.get("seal")
    except OSError as error:
        raise UnusableError(f"it cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableError(_UNREADABLE.format(" ".join(str(error).split())[:80])) from error
    if record.digest != digest or of(record.schema.objects) != record.schema.fingerprint:
        raise UnusableError("it was edited after the review: its sha256 is another one")
    wanted = _seal(digest)
    if wanted is not None and not hmac.compare_digest(wanted, str(seal)):
        raise UnusableError(f"it is not sealed with the key of {KEY}")
    return record


def _record(given: Any) -> Record:
    of_schema = given["schema"]
    schema = Schema(str(of_schema["fingerprint"]), _texts(of_schema["objects"]), of_schema["owner"])
    return Record(
        verdict=str(given["verdict"]),
        reasons=tuple(map(str, given["reasons"])),
        files=tuple(
            File(str(one["id"]), str(one["sha256"]), one["rollback_sha256"])
            for one in given["files"]
        ),
        around=_texts(given["around"]),
        settings=dict(given["settings"]),
        schema=schema,
        database=str(given["database"]),
        version=str(given["version"]),
        at=str(given["at"]),
    )


def _texts(given: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()}


def _canonical(document: Any) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _seal(digest: str) -> str | None:
    key = os.environ.get(KEY)
    if key is None:
        return None
    if len(key.encode("utf-8", "surrogateescape")) < _SHORTEST_KEY:
        raise InputError(
            f"{KEY} has fewer than {_SHORTEST_KEY} bytes",
            hint="Give it a random value, such as that of `openssl rand -hex 32`, or unset it.",
        )
    secret = key.encode("utf-8", "surrogateescape")
    return hmac.new(secret, digest.encode(), sha256).hexdigest()
