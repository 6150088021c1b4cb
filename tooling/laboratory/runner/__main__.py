"""Print what the runner costs beside psql and other runners; write build/bench-runner.json.

    python -m tooling.laboratory.runner [--repeat N] [--docs]

Each figure is the median of its runs in seconds, on a durable server, each run on a fresh
database. `command` is the whole process; `applying` leaves out the start of Python and its imports:
it connects, reads, checks, hashes, locks and runs.
"""

import argparse
import contextlib
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pgproof.files.folder import read
from tooling.laboratory import machine, pages
from tooling.laboratory.runner import others, page
from tooling.printing import say, write_json
from tooling.server.embedded import temporary_server
from tooling.server.programs import psql_program
from tooling.server.server import Server
from tooling.settings import load

_numbers = itertools.count(1)
_CONNECT_AND_READ = """
import sys, psycopg
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute("select * from pgproof.migration_files").fetchall()
"""

_CREATE = "create table t (id integer primary key, words text not null);\n"
_INSERT = "insert into t (id, words) values ({0}, 'some words about number {0}');\n"

_APPLY = """
import sys, time
from dataclasses import replace
from pathlib import Path
from pgproof.run import apply, held
from pgproof.run.migrate import migrate
from pgproof.sql import parser
from tooling.settings import load
folder = Path(sys.argv[2])
settings = replace(load(folder), migrations=folder)
started = time.perf_counter()
migrate(sys.argv[1], settings)
print(time.perf_counter() - started)
"""


@dataclass
class Bench:
    """A server, and how often each thing is run."""

    server: Server
    repeat: int
    scratch: Path

    def database(self) -> str:
        """Return the URL of a fresh database."""
        return self.server.create_database(f"bench_{next(_numbers)}")

    def compare(self, ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, ...]:
        """Return the medians of both, run in turn."""
        pairs = [(ours(), theirs()) for _ in range(self.repeat)]
        return tuple(statistics.median(values) for values in zip(*pairs, strict=True))

    def applying(self, folder: Path) -> float:
        """Apply a folder to a fresh database in a started Python; return the seconds."""
        return float(run([sys.executable, "-c", _APPLY, self.database(), str(folder)]))

    def command(self, folder: Path) -> float:
        """Apply a folder to a fresh database by the command; return the seconds."""
        return migrate(folder, self.database())

    def psql(self, runs: list[list[str]]) -> float:
        """Run psql once for each list of arguments on one fresh database."""
        url = self.database()
        program = [str(psql_program()), "-qX", "-v", "ON_ERROR_STOP=1", "-d", url]
        return seconds(lambda: [run([*program, *arguments]) for arguments in runs])


def migrate(folder: Path, url: str) -> float:
    """Run `tooling migrate`; return its seconds."""
    command = [sys.executable, "-m", "tooling", "migrate", "--json"]
    return seconds(lambda: run([*command, "--migrations", str(folder), "--dsn", url]))


def run(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command that must succeed; return its output.

    Python keeps compiled modules, as it does for whatever pip has installed.
    """
    environment = {**(os.environ if environment is None else environment)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    return done.stdout


def seconds(action: Callable[[], object]) -> float:
    """Return how long `action` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def write(folder: Path, texts: list[str]) -> list[Path]:
    """Write migrations with rollback files; return the paths of the migrations."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    paths = []
    for number, text in enumerate(texts, 1):
        paths.append(folder / f"{number:04}.bench.sql")
        paths[-1].write_text(text, encoding="utf-8")
        paths[-1].with_suffix(".rollback.sql").write_text("select 1;\n", encoding="utf-8")
    return paths


def examples() -> dict[str, list[str]]:
    """Return the texts of each made-up folder."""
    return {
        "1,000 statements": [_CREATE + "".join(_INSERT.format(n) for n in range(999))],
        "a 3 MB file": [one_insert(80_000)],
        "300 small files": [
            f"create table t{n} (id integer primary key);\ncomment on table t{n} is 'No. {n}';\n"
            for n in range(300)
        ],
    }


def one_insert(number: int) -> str:
    """Return a table and one statement that fills it with so many rows, of 38 bytes each."""
    first = _INSERT.format(0).rstrip(";\n")
    others = "".join(f",\n({n}, 'some words about number {n}')" for n in range(1, number))
    return f"{_CREATE}{first}{others};\n"


def rows(bench: Bench) -> list[page.Row]:
    """Measure everything."""
    found = []

    def add(name: str, ours: Callable[[], float], theirs: Callable[[], float]) -> None:
        a, b = bench.compare(ours, theirs)
        found.append(page.Row(name, round(a, 3), round(b, 3), round(a / b, 2)))
        say(page.line(found[-1]), err=True)

    def beside_psql(name: str, folder: Path, runs: list[list[str]]) -> None:
        add(f"{name}, applying / psql", lambda: bench.applying(folder), lambda: bench.psql(runs))
        add(f"{name}, command / psql", lambda: bench.command(folder), lambda: bench.psql(runs))

    settings = load()
    ours = [["-1", "-f", str(path)] for path in settings.before]
    for migration in read(settings.migrations).ordered():
        alone = ["-1"] if migration.script.header.transactional else []
        ours.append([*alone, "-f", str(migration.path)])
    ours += [["-1", "-f", str(path)] for path in settings.after]
    beside_psql("our migrations", settings.migrations, ours)

    for name, texts in examples().items():
        folder = bench.scratch / "migrations"
        paths = write(folder, texts)
        together = ["-1", *(word for path in paths for word in ("-f", str(path)))]
        beside_psql(f"{name}", folder, [together])
        if len(paths) > 1:
            each = [["-1", "-f", str(path)] for path in paths]
            beside_psql(f"{name}, a psql each", folder, each)
        for runner, maker in others.RUNNERS.items():
            place = bench.scratch / "other"

            def other(maker: others.Maker = maker, paths: list[Path] = paths) -> float:
                shutil.rmtree(place, ignore_errors=True)  # noqa: B023
                place.mkdir()  # noqa: B023
                command = maker(paths, place, bench.database())  # noqa: B023
                if command is None:
                    raise others.NotInstalledError
                return seconds(lambda: run(*command))

            with contextlib.suppress(others.NotInstalledError):
                add(f"{name}, command / {runner}", lambda: bench.command(folder), other)  # noqa: B023

    folder = bench.scratch / "migrations"
    (large,) = write(folder, [one_insert(800_000)])
    beside_psql("a 30 MB file", folder, [["-1", "-f", str(large)]])
    write(folder, examples()["300 small files"])
    url = bench.database()
    migrate(folder, url)
    read_it = [sys.executable, "-c", _CONNECT_AND_READ, url]
    theirs = lambda: seconds(lambda: run(read_it))  # noqa: E731
    add("no-op of 300 files, command / connect and read", lambda: migrate(folder, url), theirs)
    apply = others.yoyo([folder / "x"], bench.scratch, bench.database())
    run(*apply)
    add(
        "no-op of 300 files, command / yoyo",
        lambda: migrate(folder, url),
        lambda: seconds(lambda: run(*apply)),
    )
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--docs", action="store_true", help="renew the page of the documentation")
    options = parser.parse_args()
    with (
        temporary_server(durable=True) as server,
        tempfile.TemporaryDirectory() as scratch,
    ):
        found = rows(Bench(server, options.repeat, Path(scratch)))
        facts = machine.facts(server)
    say(f"{'what':60}  ours, s  beside, s  ratio")
    say(*(page.line(row) for row in found))
    write_json(Path("build/bench-runner.json"), [asdict(row) for row in found])
    if options.docs:
        pages.write(page.of(facts, found, options.repeat))


if __name__ == "__main__":
    main()
