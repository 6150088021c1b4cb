"""The result for people: as lines of text, and as a section of a page in Markdown."""

from collections.abc import Iterator

from pgproof.order.records import Clash, Order

_SHORT = 10


def lines(order: Order) -> Iterator[str]:
    """Yield the result as lines of text: what was compared, clashes, notes."""
    yield f"merge base: {order.merge_base[:_SHORT]}"
    yield f"this branch: {', '.join(order.ours) or 'no new migration'}"
    yield f"{order.base}: {', '.join(order.theirs) or 'no new migration'}"
    for clash in order.clashes:
        yield ""
        yield f"{clash.kind} {clash.name}: {', '.join(clash.files) or 'no file names it'}"
        yield from (f"  {label}: {text}" for label, text in _sides(order, clash))
    if order.notes:
        yield ""
    yield from (f"note: {one}" for one in order.notes)
    yield ""
    yield verdict(order)


def section(order: Order) -> str:
    """Return the result in Markdown."""
    parts = [
        "## Merge order",
        f"{verdict(order)}.",
        f"- merge base `{order.merge_base[:_SHORT]}`\n"
        f"- this branch: {_listed(order.ours)}\n"
        f"- `{order.base}`: {_listed(order.theirs)}",
    ]
    if order.clashes:
        table = [
            f"| object | this branch first | {_cell(order.base)} first | files |",
            "|---|---|---|---|",
        ]
        table += [
            f"| {_cell(f'{one.kind} {one.name}')} | {_cell(one.in_order_ours_first)} |"
            f" {_cell(one.in_order_theirs_first)} | {_cell(', '.join(one.files))} |"
            for one in order.clashes
        ]
        parts.append("\n".join(table))
    if order.notes:
        parts.append("\n".join(f"- {_cell(one)}" for one in order.notes))
    return "\n\n".join(parts) + "\n"


def verdict(order: Order) -> str:
    """Return the result in one sentence, without a full stop."""
    count = len(order.clashes)
    if count:
        return f"{count} {'clash' if count == 1 else 'clashes'}"
    if not order.compared:
        return "One side has no new migration: there is one order alone"
    return "Either order makes one database"


def _sides(order: Order, clash: Clash) -> Iterator[tuple[str, str]]:
    yield "this branch first", clash.in_order_ours_first
    yield f"{order.base} first", clash.in_order_theirs_first


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{one}`" for one in names) or "no new migration"


def _cell(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split())
