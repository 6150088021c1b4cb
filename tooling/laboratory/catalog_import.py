"""How long an import takes beside a bare read of the workbook.

`python -m tooling.laboratory.catalog_import [WORKBOOK]`

Prints a line a case and the ratio to reading the same workbook with python-calamine alone, best of
five, on a server of its own.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import python_calamine

from pgproof.run.migrate import migrate
from tooling import catalog, seeds
from tooling.printing import say
from tooling.server.embedded import temporary_server
from tooling.settings import load as load_settings

ROUNDS = 5


def main(arguments: list[str]) -> int:
    """Return 1 if there is no workbook."""
    workbook = Path(arguments[0]) if arguments else catalog.default_sources(load_settings())[0]
    if workbook.suffix != ".xlsx":
        say("no workbook of AISC's on this machine: give one, or name its folder in AISC_DATA")
        return 1
    with temporary_server() as server:
        settings, url = load_settings(), server.create_database("bench")
        migrate(url, settings)
        with psycopg.connect(url, autocommit=True) as connection:
            seeds.load(connection, settings.seeds)

            def clear() -> None:
                connection.execute("delete from catalog.material_catalog where kind = 'section'")
                connection.execute("delete from catalog.imports where kind = 'aisc'")
                connection.execute("vacuum analyze catalog.material_catalog")

            def load() -> None:
                catalog.import_file(connection, workbook)

            bare = best(lambda: None, lambda: read(workbook))
            say(f"bare read with python-calamine   {bare:7.3f} s")
            first = best(clear, load)
            say(f"first import                     {first:7.3f} s   {first / bare:5.2f}")
            again = best(lambda: None, load)
            say(f"import of the same again         {again:7.3f} s   {again / bare:5.2f}")
    return 0


def read(workbook: Path) -> None:
    """Read every sheet."""
    book = python_calamine.CalamineWorkbook.from_path(str(workbook))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def best(before: Callable[[], None], work: Callable[[], None]) -> float:
    """Return the seconds of the fastest of ROUNDS runs of `work`."""
    times = []
    for _ in range(ROUNDS):
        before()
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
