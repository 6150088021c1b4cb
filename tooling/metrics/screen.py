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
_STATEMENT_ROWS = 10


def show(picture: Picture, title: str) -> RenderableType:
    """Return what to print: numbers, what is wrong, statements, then jobs and storage."""
    below = Table.grid(expand=True, padding=(0, 1))
    below.add_column(ratio=1)
    below.add_column(ratio=1)
    printing.row(below, _jobs(picture), _storage(picture))
    return Group(_numbers(picture, title), _problems(picture), _statements(picture), below)


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
    grid = Table.grid(padding=(0, 2))
    for _ in range(4):
        grid.add_column()
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
        "longest transaction",
        age(picture.longest_transaction),
        "waiting for locks",
        f"{picture.lock_waiters}, longest {age(picture.longest_lock_wait)}",
    )
    printing.row(
        grid,
        "log written",
        f"{size(picture.wal_bytes_per_second)}/s",
        "size",
        f"{size(picture.database_bytes)}, up {age(picture.uptime)}",
    )
    return Panel(grid, title=Text(printing.plain(title)), title_align="left")


def _share(share: float | None, wanted: float) -> Text:
    if share is None:
        return Text("too few reads to tell", "dim")
    return Text(f"{share:.2%} (≥ {wanted:.0%})", "bold red" if share < wanted else "green")


def _problems(picture: Picture) -> Text:
    if not picture.problems:
        return Text(" Nothing is wrong.", "green")
    return Text(
        "\n".join(f" ● {printing.plain(problem)}" for problem in picture.problems), "bold red"
    )


def _statements(picture: Picture) -> Table:
    table = Table(title="Slowest statements", title_justify="left", expand=True, box=None)
    for name in ("mean ms", "calls", "calls/s", "total s"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("role", no_wrap=True)
    table.add_column("statement", ratio=1, no_wrap=True, overflow="ellipsis")
    for one in picture.statements[:_STATEMENT_ROWS]:
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


def _jobs(picture: Picture) -> Table:
    table = Table(title="Jobs", title_justify="left", box=None)
    for name in ("job", "state", "success"):
        table.add_column(name, no_wrap=True)
    for job in picture.jobs:
        printing.row(table, job.name, Text(_state(job), _STATES[job.state]), age(job.success_age))
    return table


def _state(job: JobState) -> str:
    return f"failed, exit {job.exit_code}" if job.state == "failed" else job.state


def _storage(picture: Picture) -> Table:
    table = Table(title="Partitions, log, migrations", title_justify="left", box=None)
    for name in ("what", "how"):
        table.add_column(name, no_wrap=True)
    for relation, months in picture.months_ahead.items():
        printing.row(table, relation, Text(f"{months} months ahead", "" if months else "bold red"))
    for slot, state in picture.slots.items():
        words = "received from" if state["active"] else "NOT received from"
        printing.row(table, f"slot {slot}", f"{words}, keeps {size(state['retained_bytes'])}")
    if picture.backup_age is not None:
        printing.row(table, "newest backup", f"{age(picture.backup_age)} old")
    pending = picture.migrations_pending
    printing.row(table, "migrations", f"{picture.migrations_applied} applied, {pending} pending")
    return table
