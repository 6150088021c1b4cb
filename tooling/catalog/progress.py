"""A progress bar on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tooling import printing

_STAGES = ("reading", "cross-checking", "loading")


@contextmanager
def shown(name: str, *, enabled: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function that takes the name of each stage as it begins; silent unless `enabled`."""
    if not enabled:
        yield lambda _stage: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=printing.console(err=True), transient=True) as bar:
        task = bar.add_task(printing.plain(name), total=len(_STAGES))

        def show(stage: str) -> None:
            bar.update(
                task, description=printing.plain(f"{name}: {stage}"), completed=_STAGES.index(stage)
            )

        yield show
        bar.update(task, completed=len(_STAGES))
