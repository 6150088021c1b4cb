"""How well trace, plan and squawk tell what PostgreSQL does: `python -m tests.corpus.score`.

From pgproof/: `python -m tests.corpus.score OUT 18=URL 16=URL` writes OUT as JSON: found, missed
and false by tool and kind, and the cases behind them. A lock on an index is left out if its table
is locked as strongly: nobody can meet it.
"""

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from pgproof.ahead.lint import lint
from pgproof.ahead.locks import strength
from pgproof.scratch.source import Source
from pgproof.settings import Settings
from pgproof.trace.records import Trace
from pgproof.trace.trace import trace
from tests.corpus.cases import BASE, Case, cases, labels
from tests.servers import Server, at

NOT_RUN = {"eugene": "comes from crates.io or as a binary of its releases: neither can be had here"}
"""Tools whose rules would be scored, and why they are not."""
STRONG = ("SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE")
RULES = {
    "adding-field-with-default": "rewrite",
    "adding-serial-primary-key-field": "rewrite",
    "changing-column-type": "rewrite",
    "adding-foreign-key-constraint": "scan",
    "adding-not-nullable-field": "scan",
    "constraint-missing-not-valid": "scan",
    "disallowed-unique-constraint": "scan",
    "require-concurrent-index-creation": "scan",
}
"""The rules of squawk that say that a statement rewrites a table, or reads it under a lock."""
INDEXES = """
select n.nspname || '.' || c.relname, m.nspname || '.' || t.relname
  from pg_index as i
  join pg_class as c on c.oid = i.indexrelid join pg_namespace as n on n.oid = c.relnamespace
  join pg_class as t on t.oid = i.indrelid join pg_namespace as m on m.oid = t.relnamespace
 where n.nspname not in ('pg_catalog', 'pg_toast')
"""
TABLES = """
select n.nspname || '.' || c.relname
  from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm', 'v')
"""
Fact = tuple[str, ...]
Facts = dict[str, set[Fact]]
"""What is said of one statement, by kind: lock, rewrite, scan; deadlock of a whole case."""


@dataclass
class Score:
    """Facts of one tool and one kind, counted; `wrong` names the cases."""

    found: int = 0
    missed: int = 0
    unknown: int = 0
    """Missed, where the tool says that it does not know."""
    false: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, where: str, truth: set[Fact], said: set[Fact], *, unknown: bool) -> None:
        self.found += len(truth & said)
        if unknown:
            self.unknown += len(truth - said)
            truth = truth & said
        self.missed += len(truth - said)
        self.false += len(said - truth)
        self.wrong += [f"{where}: missed {' '.join(one)}" for one in sorted(truth - said)]
        self.wrong += [f"{where}: false {' '.join(one)}" for one in sorted(said - truth)]

    def as_dict(self) -> dict[str, Any]:
        return {
            "found": self.found,
            "missed": self.missed,
            "unknown": self.unknown,
            "false": self.false,
            "wrong": self.wrong,
        }


@dataclass(frozen=True)
class Objects:
    """The tables and views of a database, and the table of each index."""

    tables: set[str]
    indexes: dict[str, str]

    def met(self, locks: set[Fact]) -> set[Fact]:
        """Return the locks that others can meet."""
        held = dict(locks)
        return {
            (name, mode)
            for name, mode in locks
            if strength(held.get(self.indexes.get(name, ""), "")) < strength(mode)
        }


@contextmanager
def traced(server: Server, case: Case) -> Iterator[tuple[Trace, Path, Objects]]:
    """Yield the trace of a case on a database of its own, its folder, and its objects."""
    with (
        psycopg.connect(server.url(), autocommit=True) as connection,
        tempfile.TemporaryDirectory(prefix="pgproof-") as name,
    ):
        folder = Path(name)
        connection.execute("create database corpus_case template corpus")
        try:
            url = server.url("corpus_case")
            with psycopg.connect(url, autocommit=True) as setup:
                setup.execute((case.setup or "select 1").encode())
                tables = {name for (name,) in setup.execute(TABLES.encode())}
                indexes = dict(setup.execute(INDEXES.encode()).fetchall())
            for number in range(len(case.changes)):
                path = folder / f"000{number + 2}.change.sql"
                path.write_text(case.migration(number), encoding="utf-8")
                path.with_suffix(".rollback.sql").write_text("select 1;", encoding="utf-8")
            queries = None
            if case.queries:
                queries = folder / ".queries.sql"
                queries.write_text(case.queries, encoding="utf-8")
            settings = Settings(root=folder, migrations=folder)
            yield trace(url, settings, Source(), queries=queries), folder, Objects(tables, indexes)
        finally:
            connection.execute("drop database corpus_case with (force)")
            if case.role:
                connection.execute(f"drop role {case.role}".encode())


def prepare(server: Server) -> None:
    """Make the database that cases are copied from."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("drop database if exists corpus with (force)")
        connection.execute("create database corpus")
    with psycopg.connect(server.url("corpus"), autocommit=True) as connection:
        connection.execute(BASE.encode())


def of_label(label: dict[str, Any]) -> Facts:
    """Return what the debugger saw of one statement."""
    return {
        "lock": {(name, mode) for name, mode in label["locks"].items()},
        "rewrite": {(name,) for name in label["rewrites"]},
        "scan": {(name,) for name in label["scans"]},
    }


def of_trace(found: Trace) -> list[list[Facts]]:
    """Return what the trace says, by file and statement."""
    return [
        [
            {
                "lock": {(lock.relation, lock.mode) for lock in one.measured.locks},
                "rewrite": {(name,) for name in one.measured.rewrites},
                "scan": {(scan.relation,) for scan in one.measured.scans},
            }
            for one in file.statements
        ]
        for file in found.files
    ]


def deadlocks_of(found: Trace) -> set[Fact]:
    """Return the pairs that can deadlock, as the labels have them."""
    return {
        tuple(sorted((file.id, "queries" if one.other.startswith(".queries") else one.other)))
        for file in found.files
        for one in file.deadlocks
    }


def of_plan(found: Trace) -> list[list[Facts]]:
    """Return what `plan` says, as the claims of the trace have it."""
    files = []
    for file in found.files:
        statements = []
        for one in file.statements:
            facts: Facts = {"lock": set(), "rewrite": set(), "scan": set()}
            for claim in one.claims:
                if claim.source != "plan" or not claim.relation:
                    continue
                if claim.outcome != "seen but not predicted":
                    kind = {"rewrite": "rewrite", "full read": "scan"}.get(claim.claim, "lock")
                    fact = (claim.relation, claim.claim) if kind == "lock" else (claim.relation,)
                    facts[kind].add(fact)
            statements.append(facts)
        files.append(statements)
    return files


def foreseeable(facts: Facts, tables: Iterable[str]) -> Facts:
    """Return what a plan is asked for: strong locks, and work on tables; indexes follow."""
    kept = set(tables)
    return {
        "lock": {one for one in facts["lock"] if one[1] in STRONG and one[0] in kept},
        "rewrite": {one for one in facts["rewrite"] if one[0] in kept},
        "scan": {one for one in facts["scan"] if one[0] in kept},
    }


def of_squawk(folder: Path, found: Trace) -> list[list[set[str]]] | None:
    """Return the kinds of cost that squawk names, by file and statement; None without squawk."""
    files = []
    for file in found.files:
        findings = lint({folder / f"{file.id}.sql": file.transactional}, folder)
        if findings is None:
            return None
        statements: list[set[str]] = [set() for _ in file.statements]
        for finding in findings:
            place = sum(one.line <= finding.line for one in file.statements) - 1
            if finding.rule in RULES:
                statements[place].add(RULES[finding.rule])
        files.append(statements)
    return files


def score(server: Server, version: int, only: Iterable[str] = ()) -> dict[str, dict[str, Score]]:
    """Return the scores of all tools on one server, by tool and kind."""
    scores: dict[str, dict[str, Score]] = {"trace": {}, "plan": {}, "squawk": {}}
    known = labels(version)
    prepare(server)
    wanted = set(only)
    for case in cases(version):
        if wanted and case.name not in wanted:
            continue
        with traced(server, case) as (found, folder, objects):
            where = f"{case.name} ({version})"
            _add(scores, where, known[case.name], found, folder, objects)
    return scores


def _add(
    scores: dict[str, dict[str, Score]],
    where: str,
    label: dict[str, Any],
    found: Trace,
    folder: Path,
    objects: Objects,
) -> None:
    tables = objects.tables

    def add(
        tool: str,
        kind: str,
        place: str,
        truth: set[Fact],
        said: set[Fact],
        *,
        unknown: bool = False,
    ) -> None:
        scores[tool].setdefault(kind, Score()).add(place, truth, said, unknown=unknown)

    said, planned, linted = of_trace(found), of_plan(found), of_squawk(folder, found)
    unknown = [
        [
            any(claim.source == "plan" and not claim.relation for claim in one.claims)
            for one in statements
        ]
        for statements in (file.statements for file in found.files)
    ]
    for number, statements in enumerate(label["files"]):
        for place, one in enumerate(statements):
            name = f"{where}, file {number + 1}, statement {place + 1}"
            truth = of_label(one)
            traced_facts = said[number][place] if number < len(said) else {}
            for kind, facts in truth.items():
                seen = traced_facts.get(kind, set())
                if kind == "lock":
                    facts, seen = objects.met(facts), objects.met(seen)
                add("trace", kind, name, facts, seen)
            foreseen = foreseeable(planned[number][place], tables)
            for kind, facts in foreseeable(truth, tables).items():
                add("plan", kind, name, facts, foreseen[kind], unknown=unknown[number][place])
            if linted is not None:
                for kind in ("rewrite", "scan"):
                    costs = {(kind,)} if foreseeable(truth, tables)[kind] else set()
                    add(
                        "squawk",
                        kind,
                        name,
                        costs,
                        {(kind,)} & {(k,) for k in linted[number][place]},
                    )
    if label["deadlocks"] is not None:
        pairs = {tuple(sorted(one)) for one in label["deadlocks"]}
        add("trace", "deadlock", where, pairs, deadlocks_of(found))


def main() -> None:
    out, *servers = sys.argv[1:]
    document: dict[str, Any] = {"cases": {}, "tools": {}, "not_run": NOT_RUN}
    for one in servers:
        version, _, url = one.partition("=")
        found = score(at(url), int(version))
        document["cases"][version] = len(cases(int(version)))
        for tool, kinds in found.items():
            for kind, scored in kinds.items():
                document["tools"].setdefault(tool, {}).setdefault(kind, {})[version] = (
                    scored.as_dict()
                )
    Path(out).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print("\n".join(table(document)))


def table(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that `make corpus` prints: a tool's counts by kind and version."""
    counted = ("found", "missed", "unknown", "false")
    yield f"{'tool':<8} {'kind':<9} {'server':>7} " + " ".join(f"{one:>7}" for one in counted)
    for tool, kinds in document["tools"].items():
        for kind, versions in kinds.items():
            for version, counts in versions.items():
                numbers = " ".join(f"{counts.get(key, ''):>7}" for key in counted)
                yield f"{tool:<8} {kind:<9} {version:>7} {numbers}"
    yield "; ".join(f"{count} cases on {one}" for one, count in document["cases"].items())
    yield from (f"not run: {tool}: {why}" for tool, why in document["not_run"].items())


if __name__ == "__main__":
    main()
