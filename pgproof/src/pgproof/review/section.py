"""The parts of the page: a migration, tables, differences. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from re import sub

from pgproof.ahead.shapes import without_numbers
from pgproof.printing import plain
from pgproof.review.changes import Change
from pgproof.review.judge import amount
from pgproof.review.markup import Safe, element, joined
from pgproof.review.records import Level, Remark, Review, ReviewedFile
from pgproof.review.summary import rollback_of, seconds, size, verdict_of
from pgproof.trace.records import TracedStatement

_WORDS = 90
_MEASURED = ("#", "statement", "lock", "on", "work", "rows", "WAL", "time")


def heading_of(file: ReviewedFile) -> str:
    """Return the id of a file's section."""
    return "m-" + sub(r"[^a-zA-Z0-9_.-]", "-", file.id)


def tag(kind: str, words: str | None = None) -> Safe:
    """Return a word in a frame, of the colour of its kind."""
    return element("span", plain(words or kind), class_=f"tag {kind}")


def scrolled(content: object, label: str) -> Safe:
    """Return content in a box that scrolls by itself, by keyboard too."""
    return element("div", content, class_="scroll", tabindex="0", role="region", aria_label=label)


def table(
    head: Sequence[str], rows: Iterable[Iterable[object]], numbers: Iterable[int] = ()
) -> Safe:
    """Return a table in a box that scrolls; columns of `numbers` stand to the right."""
    right = set(numbers)

    def kind(place: int) -> str | None:
        return "number" if place in right else None

    top = element(
        "tr", *(element("th", one, class_=kind(i), scope="col") for i, one in enumerate(head))
    )
    body = (
        element("tr", *(element("td", one, class_=kind(i)) for i, one in enumerate(row)))
        for row in rows
    )
    whole = element("table", element("thead", top), element("tbody", *body))
    return scrolled(whole, ", ".join(head))


def difference(changes: Iterable[Change], *, is_open: bool) -> Iterator[Safe]:
    """Yield each object that differs, with the lines of its definition."""
    for one in changes:
        name = element("code", plain(f"{one.kind} {one.name}"))
        yield element(
            "details",
            element("summary", tag(one.state), " ", name),
            scrolled(element("div", *map(_line, one.lines), class_="diff code"), one.name),
            open=is_open,
        )


def _line(text: str) -> Safe:
    kinds = {"+": "plus", "-": "minus", "…": "gap"}
    return element("div", plain(text) or " ", class_=kinds.get(text[:1]))


def section(file: ReviewedFile, review: Review) -> Safe:
    """Return the section of a migration: what it is, does, and what its rollback does."""
    return element("section", *_parts(file, review))


def _parts(file: ReviewedFile, review: Review) -> Iterator[Safe]:
    verdict = verdict_of(file)
    yield element(
        "h2",
        plain(file.id),
        " ",
        tag("note" if file.traced is None and verdict != "no" else verdict, verdict),
        id=heading_of(file),
    )
    how = "One transaction." if file.planned.transactional else "Statement by statement."
    yield element("p", f"{how} Rollback: {rollback_of(file)}.", class_="faint")
    loose = [one for one in file.remarks if not _is_on_a_line(one, file)]
    if loose:
        yield element("ul", *(element("li", *_said(one)) for one in loose), class_="remarks")
    yield _sql(file)
    yield from _notes(file)
    yield from _measured(file, review)
    if file.changes:
        names = joined(*(_named(one) for one in file.changes))
        yield element("details", element("summary", f"Changes {len(file.changes)} objects"), names)
    yield from _rollback(file)


def _named(change: Change) -> Safe:
    return element(
        "div", tag(change.state), " ", element("code", plain(f"{change.kind} {change.name}"))
    )


def _said(remark: Remark) -> Iterator[object]:
    yield tag(remark.level)
    yield " "
    rule = remark.rule if remark.source == "pgproof" else f"{remark.source} {remark.rule}"
    yield tag("note", rule)
    yield f" {plain(remark.message)}"


def _sql(file: ReviewedFile) -> Safe:
    remarks: dict[int, list[Remark]] = {}
    for one in file.remarks:
        if _is_on_a_line(one, file) and one.level is not Level.NOTE:
            remarks.setdefault(one.line, []).append(one)
    lines = file.sql.splitlines() or [""]
    rows = []
    for number, text in enumerate(lines, 1):
        rows.append(_sql_line(file, number, text, remarks.pop(number, [])))
    rest = [one for several in remarks.values() for one in several]
    rows += [_remark_row(one) for one in rest]
    whole = element("table", element("tbody", *rows), class_="sql code")
    return scrolled(whole, f"SQL of {file.id}")


def _sql_line(file: ReviewedFile, number: int, text: str, remarks: list[Remark]) -> Safe:
    kind = "hit no" if any(one.level is Level.NO for one in remarks) else "hit" if remarks else None
    row = element(
        "tr",
        element("td", number, class_="number"),
        element("td", plain(text.replace("\t", "    ")), class_="line"),
        id=f"{heading_of(file)}-{number}",
        class_=kind,
    )
    return joined(row, *(_remark_row(one) for one in remarks))


def _remark_row(remark: Remark) -> Safe:
    level = "hit no" if remark.level is Level.NO else "hit"
    cell = element("td", element("div", *_said(remark)))
    return element("tr", element("td", class_="number"), cell, class_=f"said {level}")


def _is_on_a_line(remark: Remark, file: ReviewedFile) -> bool:
    return bool(remark.line) and remark.path == file.path


def _notes(file: ReviewedFile) -> Iterator[Safe]:
    notes = [one for one in file.remarks if _is_on_a_line(one, file) and one.level is Level.NOTE]
    if notes:
        items = (element("li", f"Line {one.line}: ", *_said(one)) for one in notes)
        count = "1 note" if len(notes) == 1 else f"{len(notes):,} notes"
        yield element("details", element("summary", count), element("ul", *items, class_="remarks"))


def _measured(file: ReviewedFile, review: Review) -> Iterator[Safe]:
    if file.traced is None:
        yield element("p", "It was not measured.", class_="faint")
        return
    yield element("h3", "Measured")
    yield table(_MEASURED, _rows(file, review), numbers=(0, 5, 6, 7))
    notes = dict.fromkeys(
        f"Statement {one.number}: {text}"
        for one in file.traced.statements
        for text in (*(f"waits for {each.what}" for each in one.measured.waits), *one.notes)
    )
    held = [
        f"{one.mode} on {one.relation} is taken by statement {one.statement}, and held for"
        f" {seconds(one.seconds)}"
        for one in file.traced.held
    ]
    if notes or held:
        yield element("ul", *(element("li", plain(one)) for one in (*held, *notes)), class_="faint")


def _rows(file: ReviewedFile, review: Review) -> Iterator[tuple[object, ...]]:
    alike = {one.number: one.alike for one in file.planned.statements}
    groups: dict[object, list[TracedStatement]] = {}
    for one in file.traced.statements if file.traced else ():
        did = tuple((lock.mode, without_numbers(lock.relation)) for lock in one.measured.locks)
        groups.setdefault((alike.get(one.number, one.number), did), []).append(one)
    for several in groups.values():
        yield from _rows_of(several, review)


def _rows_of(several: list[TracedStatement], review: Review) -> Iterator[tuple[object, ...]]:
    first = several[0]
    words = " ".join(first.sql.split())
    words = words if len(words) <= _WORDS else f"{words[: _WORDS - 1]}…"
    count = f"{len(several):,} times: " if len(several) > 1 else ""
    measured = [one.measured for one in several]
    cost = (
        f"{sum(one.rows for one in measured):,}",
        size(sum(one.wal_bytes for one in measured)),
        seconds(sum(one.seconds for one in measured)),
    )
    reads = {scan.relation for scan in first.measured.scans}
    done = {lock.relation: lock.mode for lock in first.measured.locks}
    done.update((name, "") for name in sorted({*first.measured.rewrites, *reads} - done.keys()))
    for place, (name, mode) in enumerate(done.items() or [("", "")]):
        known = review.sizes.get(name)
        where = plain(name) + (f" ({amount(known)})" if known else "")
        work = "read whole" if name in reads else ""
        work = "rewritten" if name in first.measured.rewrites else work
        about = (first.number, element("code", count + plain(words))) if not place else ("", "")
        yield (*about, mode, where, work, *(cost if not place else ("", "", "")))


def _rollback(file: ReviewedFile) -> Iterator[Safe]:
    if file.rollback is None:
        return
    rows = (
        element("tr", element("td", n, class_="number"), element("td", plain(text), class_="line"))
        for n, text in enumerate(file.rollback.splitlines(), 1)
    )
    sql = element("table", element("tbody", *rows), class_="sql code")
    parts: list[object] = [scrolled(sql, f"Rollback of {file.id}")]
    if file.verified is not None and file.verified.locks:
        locks = [(one.line, one.mode, plain(one.relation), one.kind) for one in file.verified.locks]
        parts.append(table(("line", "lock", "on", "kind"), locks, numbers=(0,)))
    yield element("details", element("summary", f"Rollback: {rollback_of(file)}"), *parts)
