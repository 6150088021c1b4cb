"""Pieces of Markdown."""

from collections.abc import Iterable, Sequence

NOTICE = "Written by `tooling docs reference`; a test compares it with {source}. Do not edit."


def code(text: str) -> str:
    """Return text as code that also holds inside a table."""
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def codes(texts: Iterable[str]) -> str:
    """Return texts as code, with commas between them."""
    return ", ".join(code(text) for text in texts)


def plain(text: str | None) -> str:
    """Return a comment as it may stand in a table or a paragraph."""
    escaped = " ".join((text or "").split())
    for character in "\\|<*_`":
        escaped = escaped.replace(character, "\\" + character)
    return escaped


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table with a blank one before it; nothing if it has no rows."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    if not body:
        return []
    return ["", f"| {' | '.join(head)} |", "|" + "---|" * len(head), *body]


def anchor(heading: str) -> str:
    """Return the fragment by which GitHub links to a heading."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")
