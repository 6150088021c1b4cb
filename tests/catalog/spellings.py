"""How engineers type the names of sections, and how many are found."""

from typing import Any

import psycopg

from tooling.catalog import lookup
from tooling.errors import InputError

TYPED = {
    "W14X90": "W14X90", "w14x90": "W14X90", "HSS8X8X1/2": "HSS8X8X1/2", "pipe12std": "Pipe12STD",
}  # fmt: skip


def counts(connection: psycopg.Connection[Any], edition: str | None = None) -> dict[str, int]:
    """Return how many spellings were tried, and how many led to the section that is meant."""
    found = 0
    for text, shape in TYPED.items():
        try:
            one = lookup.shape(connection, text, edition=edition, grade=None, units="us")
        except InputError:
            continue
        found += one.section["shape"] == shape
    return {"tried": len(TYPED), "found": found}
