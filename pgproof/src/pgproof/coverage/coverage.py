"""`coverage`: run the tests on copies of the database that report what they do."""

import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pgproof.connection import connect
from pgproof.coverage import instrument, objects, sources, tap
from pgproof.coverage.facts import Facts
from pgproof.coverage.grants import Grants
from pgproof.coverage.judge import Judge
from pgproof.coverage.records import Coverage, File, Measured, Way
from pgproof.coverage.relay import Server, relaying
from pgproof.errors import InputError, RefusedError
from pgproof.report import Reporter, silent
from pgproof.run.interrupt import interruptible
from pgproof.run.migrate import migrate
from pgproof.scratch.copies import Prepare, database_of, of_database
from pgproof.scratch.databases import Databases, databases
from pgproof.settings import Settings

_CALLED = "select funcid from pg_catalog.pg_stat_user_functions"
_PGTAP = "select exists (select from pg_catalog.pg_proc where proname = 'throws_ok')"
_OFFERED = "select exists (select from pg_catalog.pg_available_extensions where name = 'pgtap')"
_MOST = 4


@dataclass
class _Pass:
    """One run of all the tests, on copies of one database."""

    server: Server
    asks: bool
    copies: list[str]
    outcomes: dict[Path, tap.Outcome] = field(default_factory=dict)
    facts: dict[Path, Facts] = field(default_factory=dict)
    running: list["subprocess.Popen[str]"] = field(default_factory=list)

    def run(self, files: Sequence[Path], report: Reporter) -> None:
        """Run the files, one at a time on each copy."""
        free: SimpleQueue[str] = SimpleQueue()
        for one in self.copies:
            free.put(one)

        def work(file: Path) -> None:
            copy = free.get()
            try:
                self._run(file, copy)
            finally:
                free.put(copy)
            report("test", file=str(file), fault=self.outcomes[file].fault)

        pool = ThreadPoolExecutor(len(self.copies))
        try:
            for _ in pool.map(work, files):
                pass
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in self.running:
                process.kill()
            pool.shutdown()

    def _run(self, file: Path, copy: str) -> None:
        facts = Facts()
        with relaying(self.server, copy, self.asks, facts.hear, instrument.rewritten) as conninfo:
            process = tap.start(file, conninfo, self.server.password)
            self.running.append(process)
            said, complaints = process.communicate()
            self.running.remove(process)
        self.outcomes[file] = tap.outcome(process.returncode, said, complaints)
        self.facts[file] = facts


def coverage(
    conninfo: str,
    settings: Settings,
    *,
    tests: Iterable[Path] = (),
    ending: str = ".sql",
    template: str | None = None,
    jobs: int | None = None,
    prepare: Prepare = str,
    report: Reporter = silent,
) -> Coverage:
    """Run the tests on scratch copies, and return what they cover.

    The copies are of `template`, or of a database that the migrations make; they are made on the
    server of `conninfo`, and dropped. Raises RefusedError for a role that is no superuser, and
    InputError if there is no test.
    """
    started = time.monotonic()
    files = tap.files(tests, settings.root, ending)
    count = min(jobs or min(os.cpu_count() or 1, _MOST), len(files))
    with interruptible(), ExitStack() as stack:
        made = stack.enter_context(databases(conninfo))
        if not made.is_superuser():
            raise RefusedError(
                "coverage is measured by a superuser",
                hint="Connect as one, to a server for tests.",
            )
        plain = _database(made, settings, template, prepare)
        _offer_pgtap(plain)
        catalogue, grants, version = _read(plain, settings)
        probing = of_database(made, database_of(plain))
        with closing(connect(plain, autocommit=True)) as connection:
            instrument.prepare(connection, catalogue.handlers, prints=True)
        with closing(connect(probing, autocommit=True)) as connection:
            instrument.prepare(connection, catalogue.handlers, prints=False)
            probed = instrument.probe(
                connection, list(catalogue.functions.values()), catalogue.policies
            )
        server = Server.of(made.connection, conninfo)
        judge = Judge(catalogue, grants, probed)
        passes = [
            _Pass(server, asks, _copies(made, database, count))
            for asks, database in ((True, plain), (False, probing))
        ]
        for each in passes:
            each.run(files, report)
            for file, facts in each.facts.items():
                judge.add(_name(file, settings), facts)
        for copy in passes[0].copies:
            made.is_in_use(copy)  # What a session has counted is there once it has ended.
            with closing(connect(conninfo, dbname=copy, autocommit=True)) as connection:
                judge.called(row[0] for row in connection.execute(_CALLED))
        found = sources.Sources(settings)
        return Coverage(
            version,
            tuple(_file(file, settings, passes) for file in files),
            tuple(judge.objects()),
            tuple(
                _measured(catalogue.functions[oid], first, read.probes, judge, found)
                for oid, (first, read) in probed.bodies.items()
            ),
            (
                *(f"grant {grants.name(one)}" for one in grants.unmeasured if one.kind != "type"),
                *(f"{catalogue.functions[oid].name}: {why}" for oid, why in probed.refused.items()),
            ),
            round(time.monotonic() - started, 3),
        )


def _database(made: Databases, settings: Settings, template: str | None, prepare: Prepare) -> str:
    if template:
        return of_database(made, template)
    conninfo = made.create()
    migrate(prepare(conninfo), settings)
    return conninfo


def _offer_pgtap(conninfo: str) -> None:
    """Create the extension if it is there. Tests may also bring their own."""
    with closing(connect(conninfo, autocommit=True)) as connection:
        is_there, is_offered = (
            connection.execute(query.encode()).fetchall()[0][0] for query in (_PGTAP, _OFFERED)
        )
        if not is_there and not is_offered:
            raise InputError(
                "the server does not have the extension pgtap",
                hint="Install it there, or name a database that contains it: --template.",
            )
        if not is_there:
            connection.execute("create extension pgtap")


def _read(conninfo: str, settings: Settings) -> tuple[objects.Catalogue, Grants, str]:
    with closing(connect(conninfo, autocommit=True)) as connection:
        catalogue = objects.read(connection, settings.ledger_schema)
        version = connection.info.parameter_status("server_version") or ""
        return catalogue, Grants(connection, catalogue), version


def _copies(made: Databases, conninfo: str, count: int) -> list[str]:
    name = database_of(conninfo)
    made.is_in_use(name)
    return [name, *(database_of(of_database(made, name)) for _ in range(count - 1))]


def _file(file: Path, settings: Settings, passes: list[_Pass]) -> File:
    plain, probing = (one.outcomes[file] for one in passes)
    disturbed = None if plain.fault else probing.fault
    return File(_name(file, settings), plain.assertions, plain.fault, disturbed)


def _name(file: Path, settings: Settings) -> str:
    path = file.absolute()
    return str(path.relative_to(settings.root)) if path.is_relative_to(settings.root) else str(file)


def _measured(
    function: objects.Function,
    first: int,
    probes: list[Any],
    judge: Judge,
    found: "sources.Sources",
) -> Measured:
    source = function.source or ""
    file, line = found.place(source)
    ways = tuple(
        Way(one.line, judge.tests_of(first + place), one.branch, one.decision)
        for place, one in enumerate(probes)
    )
    return Measured(function.name, source, ways, file, line)
