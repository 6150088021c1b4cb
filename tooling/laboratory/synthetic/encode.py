"""Rows in the binary format of COPY."""

import struct
from typing import Final

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TRAILER: Final = struct.pack(">h", -1)
NULL: Final = struct.pack(">i", -1)
_TEXT_OID: Final = 25

length = struct.Struct(">i").pack


def text(value: str) -> bytes:
    """Return a text (or ENUM) field."""
    raw = value.encode()
    return length(len(raw)) + raw


def jsonb(raw: bytes) -> bytes:
    """Return a jsonb field from the JSON's text."""
    return length(len(raw) + 1) + b"\1" + raw


def text_array(values: tuple[str, ...]) -> bytes:
    """Return a text[] field of one dimension."""
    raw = struct.pack(">iiiii", 1, 0, _TEXT_OID, len(values), 1) + b"".join(map(text, values))
    return length(len(raw)) + raw


def enum(labels: tuple[str, ...]) -> dict[str, bytes]:
    """Return the field of each label of an ENUM."""
    return {label: text(label) for label in labels}


def stream(rows: list[bytes]) -> bytes:
    """Return rows, each with its count of fields in front, as one COPY stream."""
    return b"".join((HEADER, *rows, TRAILER))
