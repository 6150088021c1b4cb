"""What the page, its Markdown and the terminal say of a review in few words. Pure."""

from collections.abc import Sequence

from pgproof.ahead.locks import strength
from pgproof.review.records import Level, Review, ReviewedFile

COLUMNS = ("migration", "verdict", "strongest lock", "work", "held", "WAL", "time", "rollback")
_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1024


def headline(review: Review) -> str:
    """Return the verdict in one line."""
    count = len(review.files)
    if not count and not review.record.files:
        return "Nothing is pending"
    what = "1 migration" if count == 1 else f"{count:,} migrations"
    if not review.passes:
        reasons = len(review.record.reasons)
        return f"No: {what}, {reasons} reason{'s' if reasons > 1 else ''} against"
    cautions = len(review.of_level(Level.CAUTION))
    known = f", {cautions} thing{'s' if cautions > 1 else ''} to know" if cautions else ""
    return f"Yes: {what}{known}"


def said_of(review: Review) -> str:
    """Return what was looked at, and what was measured on."""
    record = review.record
    copied = f", measured on copies of {review.copied}" if review.copied else ""
    return f"Database {record.database}, PostgreSQL {record.version}{copied}. {record.at}"


def verdict_of(file: ReviewedFile) -> str:
    """Return the strongest level of a file's remarks, `yes` or `not measured`."""
    levels = {one.level for one in file.remarks}
    return next((str(one) for one in (Level.NO, Level.CAUTION) if one in levels), _no_remark(file))


def _no_remark(file: ReviewedFile) -> str:
    return "yes" if file.traced is not None else "not measured"


def row_of(file: ReviewedFile) -> tuple[str, ...]:
    """Return a file as a row of COLUMNS."""
    lock, work = _strongest(file), _work(file)
    traced = file.traced
    if traced is None:
        return file.id, verdict_of(file), lock, work, "", "", "", rollback_of(file)
    held = [one.seconds for one in traced.held if one.mode == lock.partition(" on ")[0]]
    measured = [one.measured for one in traced.statements]
    return (
        file.id,
        verdict_of(file),
        lock,
        work,
        seconds(max(held)) if held else "",
        size(sum(one.wal_bytes for one in measured)),
        seconds(sum(one.seconds for one in measured)),
        rollback_of(file),
    )


def rollback_of(file: ReviewedFile) -> str:
    """Say whether a file can be rolled back, and what is lost by it."""
    if file.planned.irreversible is not None:
        return "irreversible"
    if file.verified is None:
        return "not verified"
    if file.verified.problems:
        return "FAILED"
    if file.verified.not_restored:
        return "loses data"
    return "verified, deletes new data" if file.verified.loses else "verified"


def seconds(value: float) -> str:
    """Return a time for people."""
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"


def size(value: int) -> str:
    """Return bytes for people."""
    amount, unit = float(value), 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}"


def _strongest(file: ReviewedFile) -> str:
    locks: Sequence[tuple[str, str]] = [
        (lock.mode, lock.relation)
        for statement in (file.traced.statements if file.traced else ())
        for lock in statement.measured.locks
    ] or [(lock.mode, lock.relation) for one in file.planned.statements for lock in one.locks]
    if not locks:
        return ""
    top = max((mode for mode, _ in locks), key=strength)
    names = list(dict.fromkeys(name for mode, name in locks if mode == top))
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return f"{top} on {names[0]}{more}"


def _work(file: ReviewedFile) -> str:
    rewrites, reads = set[str](), set[str]()
    for one in file.planned.statements:
        rewrites |= {*one.rewrites}
        reads |= {*one.scans}
    for statement in file.traced.statements if file.traced else ():
        rewrites |= {*statement.measured.rewrites}
        reads |= {scan.relation for scan in statement.measured.scans}
    words = [f"rewrites {len(rewrites)}"] if rewrites else []
    words += [f"reads {len(reads - rewrites)}"] if reads - rewrites else []
    return ", ".join(words)
