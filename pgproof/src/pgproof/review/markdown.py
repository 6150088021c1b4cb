"""The review in Markdown, for a comment on a pull request or the summary of a job. Pure."""

from collections.abc import Iterable, Iterator

from pgproof.ahead.page import fenced
from pgproof.order.page import section
from pgproof.printing import markdown as marked
from pgproof.printing import plain
from pgproof.review.drawing import mermaid
from pgproof.review.records import Level, Remark, Review, ReviewedFile
from pgproof.review.summary import COLUMNS, headline, row_of, said_of

LARGEST = 60_000
"""Characters: GitHub refuses a comment of more than 65,536, GitLab one of more than a million."""
_SIGNS = {Level.NO: "❌", Level.CAUTION: "⚠️", Level.NOTE: "·"}


def markdown(review: Review, largest: int | None = LARGEST) -> str:
    """Return the page; what does not fit is left out, part by part, and said to be left out.

    The verdict, its reasons, what to know, the table and the hashes are never left out.
    """
    head, foot = "\n".join(_head(review)), "\n".join(_foot(review))
    parts = ["\n".join(part) for part in _details(review)]
    while largest is not None and parts and len(head) + sum(map(len, parts)) + len(foot) > largest:
        parts.pop()
    left = len(list(_details(review))) - len(parts)
    more = f"\n{left} parts of this page are left out, since they do not fit.\n" if left else ""
    return "\n".join((head, *parts, more, foot)) + "\n"


def _head(review: Review) -> Iterator[str]:
    yield f"# {'✅' if review.passes else '❌'} {headline(review)}"
    yield ""
    yield marked(said_of(review))
    yield ""
    for level in (Level.NO, Level.CAUTION):
        remarks = review.of_level(level)
        yield from (_remark(one, place=True) for one in remarks)
        if remarks:
            yield ""
    if review.files:
        yield f"| {' | '.join(COLUMNS)} |"
        yield f"|{'---|' * len(COLUMNS)}"
        for file in review.files:
            yield f"| {' | '.join(map(marked, row_of(file)))} |"
        yield ""
    if review.order is not None:
        yield from (*section(review.order).splitlines(), "")


def _details(review: Review) -> Iterator[Iterable[str]]:
    if review.diagram.boxes:
        yield ("## Tables that change", "", *_block(mermaid(review.diagram), "mermaid"), "")
    if review.changes:
        lines = [line for one in review.changes for line in ("", *one.lines)][1:]
        yield _folded("The schema before and after", _block(lines, "diff"))
    for file in review.files:
        yield _file(file)


def _file(file: ReviewedFile) -> Iterator[str]:
    yield f"## {marked(file.id)}"
    yield ""
    yield from (_remark(one) for one in file.remarks)
    yield ""
    yield from _folded("SQL", _block(file.sql.splitlines(), "sql"))
    if file.rollback is not None:
        yield from _folded("Rollback", _block(file.rollback.splitlines(), "sql"))


def _foot(review: Review) -> Iterator[str]:
    record = review.record
    rows = [f"{one.sha256}  {one.id}.sql" for one in record.files]
    yield from _folded("Bound to", _block([*rows, f"schema {record.schema.fingerprint}"], "text"))
    yield f"Record `{record.digest}`"


def _remark(one: Remark, *, place: bool = False) -> str:
    where = f" line {one.line}" if one.line else ""
    if place and one.migration:
        where = f" {one.migration}{f':{one.line}' if one.line else ''}"
    return f"- {_SIGNS[one.level]} **{marked(one.rule)}**{marked(where)}: {marked(one.message)}"


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{marked(title)}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"
    yield ""


def _block(lines: Iterable[str], language: str) -> Iterator[str]:
    return fenced("\n".join(plain(one.replace("\t", "    ")) for one in lines), language)
