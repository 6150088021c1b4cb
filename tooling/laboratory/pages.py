"""What the pages of docs/reference/benchmarks share: a first sentence, tables, plots, a folder."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

DOCS = Path("docs/reference/benchmarks")


def sentence(document: Mapping[str, Any], command: str) -> str:
    """Return the sentence that stands over every table of figures."""
    return (
        f"Measured {document['when']} by `{command}` on {document['machine']}, PostgreSQL "
        f"{document['postgresql']}; load of the machine at the end, this run included: "
        f"{document['load'][0]}."
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown. A column whose head begins with `>` holds numbers."""
    rule = "|".join("--:" if head.startswith(">") else "---" for head in heads)
    shown = [tuple(head.removeprefix(">") for head in heads), *rows]
    first, *others = (f"| {' | '.join(row)} |" for row in shown)
    return "\n".join((first, f"|{rule}|", *others))


def svg(width: int, height: int, parts: Iterable[str]) -> str:
    """Return a drawing of SVG elements."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def write(pages: Mapping[str, str]) -> None:
    """Write pages and plots, by their names, into DOCS."""
    DOCS.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (DOCS / name).write_text(text, encoding="utf-8")
