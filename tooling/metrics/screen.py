"""Shows a picture of the database in a terminal."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tooling import printing
from tooling.metrics.picture import Picture
from tooling.metrics.problems import CONNECTIONS_SHARE, HIT_RATE_INDEX, HIT_RATE_TABLE
from tooling.metrics.reading import JobState

_STATES = {"on time": "green", "late": "bold red", "failed": "bold red", "off": "dim"}
_STATEMENTS_LEAST = 3
_HEAD = 2
_NUMBER_LINES = 6
"""Lines of a table's title and headings, and of all numbers in their frame."""


def show(picture: Picture, title: str, height: int | None = None) -> RenderableType:
    """Return what to print: what is wrong, numbers, statements, then jobs and storage.

    Of `height` lines, problems and numbers come first. Then three statements, jobs that are late or
    failed, the other jobs and storage, and the other statements have what is left.
    """
    room = None if height is None else max(height - _NUMBER_LINES, 1)
    problems = _problems(picture, room)
    if room is None:
        return Group(problems, _numbers(picture, title), _statements(picture), _below(picture))
    left = room - len(problems.plain.splitlines())
    jobs_wanted = _HEAD + max(len(picture.jobs), len(_stored(picture)))
    statements = min(max(left - _HEAD - jobs_wanted, _STATEMENTS_LEAST), len(picture.statements))
    below = left - _HEAD - statements - _HEAD
    if below < 1:
        statements, below = left - _HEAD, 0
    parts: list[RenderableType] = [problems, _numbers(picture, title)]
    if statements > 0:
        parts.append(_statements(picture, statements))
    if below > 0:
        parts.append(_below(picture, below))
    return Group(*parts)


def size(count: float) -> str:
    """Return bytes as people read them, in powers of 1000."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def age(seconds: float | None) -> str:
    """Return a length of time in its largest fitting unit; `never` for None."""
    if seconds is None:
        return "never"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _numbers(picture: Picture, title: str) -> Panel:
    used = sum(picture.connections.values())
    states = ", ".join(f"{n} {state}" for state, n in sorted(picture.connections.items()))
    crowded = used > picture.connections_limit * CONNECTIONS_SHARE
    grid = Table.grid(padding=(0, 2), expand=True)
    for ratio in (None, None, None, 1):
        grid.add_column(no_wrap=True, ratio=ratio)
    printing.row(
        grid,
        "transactions",
        f"{picture.transactions_per_second:,.1f}/s, {picture.rollbacks_per_second:,.1f}/s undone",
        "connections",
        Text(f"{used} of {picture.connections_limit}: {states}", "bold red" if crowded else ""),
    )
    printing.row(
        grid,
        "index hits",
        _share(picture.index_hit_rate, HIT_RATE_INDEX),
        "cache hits",
        _share(picture.table_hit_rate, HIT_RATE_TABLE),
    )
    printing.row(
        grid,
        "oldest transaction",
        age(picture.longest_transaction),
        "lock waiters",
        f"{picture.lock_waiters}, longest {age(picture.longest_lock_wait)}",
    )
    printing.row(
        grid,
        "WAL written",
        f"{size(picture.wal_bytes_per_second)}/s",
        "size",
        f"{size(picture.database_bytes)}, up {age(picture.uptime)}",
    )
    return Panel(grid, title=Text(printing.plain(title)), title_align="left")


def _share(share: float | None, wanted: float) -> Text:
    if share is None:
        return Text("too few reads to tell", "dim")
    return Text(f"{share:.2%} (≥ {wanted:.0%})", "bold red" if share < wanted else "green")


def _problems(picture: Picture, most: int | None = None) -> Text:
    """Return a line for each problem, the last one for those that have no room."""
    if not picture.problems:
        return Text(" Nothing is wrong.", "green")
    lines = [f" ● {printing.plain(problem)}" for problem in picture.problems]
    if most is not None and len(lines) > most:
        lines[most - 1 :] = [f" ● and {len(lines) - most + 1} more: `tooling top --json`"]
    return Text("\n".join(lines), "bold red", no_wrap=True, overflow="ellipsis")


def _statements(picture: Picture, most: int | None = None) -> Table:
    table = Table(title="Slowest statements", title_justify="left", expand=True, box=None)
    for name in ("mean ms", "calls", "calls/s", "total s"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("role", no_wrap=True)
    table.add_column("statement", ratio=1, no_wrap=True, overflow="ellipsis")
    for one in picture.statements[:most]:
        printing.row(
            table,
            f"{one.mean_ms:,.2f}",
            f"{one.calls:,}",
            f"{one.calls_per_second:,.1f}",
            f"{one.total_seconds:,.2f}",
            one.role.removeprefix("eagle_"),
            one.text,
        )
    return table


def _below(picture: Picture, most: int | None = None) -> Table:
    below = Table.grid(padding=(0, 1))
    jobs = sorted(picture.jobs, key=lambda job: job.state not in ("failed", "late"))
    table = _table("Jobs", "job", "state", "success")
    for job in jobs[:most]:
        printing.row(table, job.name, Text(_state(job), _STATES[job.state]), age(job.success_age))
    stored = _table("Partitions, WAL, migrations", "what", "how")
    for name, words in _stored(picture)[:most]:
        printing.row(stored, name, words)
    printing.row(below, table, stored)
    return below


def _table(title: str, *names: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=True)
    return table


def _state(job: JobState) -> str:
    return f"failed, exit {job.exit_code}" if job.state == "failed" else job.state


def _stored(picture: Picture) -> list[tuple[str, Text]]:
    rows = [
        (relation, Text(f"{months} months ahead", "" if months else "bold red"))
        for relation, months in picture.months_ahead.items()
    ]
    for slot, state in picture.slots.items():
        kept, style = size(state["retained_bytes"]), "" if state["active"] else "bold red"
        words = f"keeps {kept}" if state["active"] else f"no receiver, {kept}"
        rows.append((f"slot {slot}", Text(words, style)))
    if picture.backup_age is not None:
        rows.append(("newest backup", Text(f"{age(picture.backup_age)} old")))
    applied, pending = picture.migrations_applied, picture.migrations_pending
    return [*rows, ("migrations", Text(f"{applied}, {pending} pending"))]
