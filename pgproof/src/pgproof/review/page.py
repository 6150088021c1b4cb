"""The page: one HTML file that needs nothing beside it, and runs nothing. Pure."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256

from pgproof.printing import plain
from pgproof.review.drawing import svg
from pgproof.review.markup import Safe, element
from pgproof.review.records import Level, Remark, Review
from pgproof.review.section import difference, heading_of, scrolled, section, table, tag
from pgproof.review.style import STYLE
from pgproof.review.summary import COLUMNS, headline, row_of, said_of

_CHANGES_OPEN = 12
"""Objects up to which the differences are shown without being asked for."""


def html(review: Review) -> str:
    """Return the page. Every text is escaped; a policy forbids scripts, images and requests."""
    style = Safe(STYLE)
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", headline(review)),
        element("style", style),
    )
    body = element("body", element("main", *_parts(review)))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _parts(review: Review) -> Iterator[Safe]:
    yield _verdict(review)
    yield from _known(review)
    if review.files:
        yield element("h2", "Migrations")
        rows = [
            (element("a", plain(file.id), href=f"#{heading_of(file)}"), *row_of(file)[1:])
            for file in review.files
        ]
        yield table(COLUMNS, rows, numbers=range(4, 7))
    if review.order is not None:
        yield from _order(review)
    if review.diagram.boxes:
        yield element("h2", "Tables that change")
        yield scrolled(svg(review.diagram), "Diagram")
        if review.diagram.left_out:
            text = f"{review.diagram.left_out:,} more tables change and are not drawn."
            yield element("p", text, class_="faint")
    if review.changes:
        yield element("h2", "The schema before and after")
        yield from difference(review.changes, is_open=len(review.changes) <= _CHANGES_OPEN)
    for file in review.files:
        yield section(file, review)
    yield from _bound(review)


def _verdict(review: Review) -> Safe:
    record = review.record
    parts = [element("h1", "✓ " if review.passes else "✗ ", headline(review))]
    if record.reasons:
        decisive = review.of_level(Level.NO)
        parts.append(element("ul", *(element("li", *_linked(one, review)) for one in decisive)))
    parts.append(element("p", said_of(review), class_="faint"))
    return element("header", *parts, class_=f"verdict {record.verdict}")


def _linked(remark: Remark, review: Review) -> Iterator[object]:
    """Yield a remark, with a link to the file or line that it is of."""
    file = next((one for one in review.files if one.id == remark.migration), None)
    if file is not None:
        own = remark.line and remark.path == file.path
        place = f"{heading_of(file)}-{remark.line}" if own else heading_of(file)
        words = f"{file.id}:{remark.line}" if own else file.id
        yield element("a", plain(words), href=f"#{place}")
        yield ": "
    yield plain(remark.message)


def _known(review: Review) -> Iterator[Safe]:
    cautions = review.of_level(Level.CAUTION)
    if cautions:
        yield element("h2", "What to know")
        items = (
            element("li", tag(one.level), " ", tag("note", one.rule), " ", *_linked(one, review))
            for one in cautions
        )
        yield element("ul", *items, class_="remarks")
    notes = [one for one in review.remarks if one.level is Level.NOTE]
    if notes:
        shown = (element("li", plain(one.message)) for one in notes)
        yield element(
            "details", element("summary", f"{len(notes)} notes on all of it"), element("ul", *shown)
        )


def _order(review: Review) -> Iterator[Safe]:
    order = review.order
    if order is None:
        return
    yield element("h2", "Order of merges")
    ours, theirs = (", ".join(map(plain, side)) or "none" for side in (order.ours, order.theirs))
    if order.commutes:
        yield element("p", f"Both orders of {ours} and {theirs} give one schema.")
        return
    yield element("p", f"The schema depends on which of {ours} and {theirs} are applied first.")
    rows = [
        (one.kind, plain(one.name), one.in_order_ours_first, one.in_order_theirs_first)
        for one in order.clashes
    ]
    yield table(("kind", "object", "this branch first", "the others first"), rows)


def _bound(review: Review) -> Iterator[Safe]:
    record = review.record
    yield element("h2", "What this review is bound to")
    yield element(
        "p",
        "Files of these bytes, and a database with this schema. Any other bytes or objects were"
        " not reviewed.",
    )
    yield table(("file", "sha256"), list(_hashes(review)))
    rows = [(name, value) for name, value in sorted(review.budgets.given.items())]
    yield element("details", element("summary", "Budgets"), table(("budget", "value"), rows))
    yield element(
        "p",
        f"Schema {record.schema.fingerprint}, {len(record.schema.objects):,} objects; record"
        f" {record.digest}; {record.at}.",
        class_="faint",
    )


def _hashes(review: Review) -> Iterator[Iterable[object]]:
    for one in review.record.files:
        yield plain(f"{one.id}.sql"), element("code", one.sha256)
        if one.rollback_sha256:
            yield plain(f"{one.id}.rollback.sql"), element("code", one.rollback_sha256)
    for name, digest in review.record.around.items():
        yield plain(name), element("code", digest)
