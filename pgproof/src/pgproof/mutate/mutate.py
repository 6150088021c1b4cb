"""`mutate`: whether the pgTAP tests of a schema notice when an object of it is broken."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from pgproof.connection import connect
from pgproof.errors import InputError
from pgproof.mutate import changed, copies, every, excuses, suite, touches
from pgproof.mutate.hunt import Hunt
from pgproof.mutate.journal import Journal
from pgproof.mutate.records import Mutant, Mutation, Outcome, State
from pgproof.run.interrupt import interruptible
from pgproof.scratch.databases import databases
from pgproof.settings import LEDGER_SCHEMA, Settings

Prepare = Callable[[str], str]
Found = Callable[[Outcome, int, int], None]
"""Gets each outcome, how many there are by now, and of how many."""


@dataclass(frozen=True)
class Choice:
    """Which mutants to make, and how to run the tests against them.

    `only` are objects, or beginnings of what mutants are called; `changed` is a revision of git.
    """

    template: str | None = None
    changed: str | None = None
    only: Sequence[str] = ()
    jobs: int = 2
    afresh: bool = False
    touching_only: bool = False
    dry_run: bool = False


def _quiet(_outcome: Outcome, _number: int, _count: int) -> None:
    return


def mutate(
    conninfo: str,
    settings: Settings,
    choice: Choice,
    *,
    prepare: Prepare = str,
    found: Found = _quiet,
) -> Mutation:
    """Break each object in a copy of the database, and run the tests until one fails.

    Raises RefusedError if a test fails without any mutant. With `dry_run` no test is run: every
    mutant is said to have survived. A run that was stopped is gone on with by the next one.
    """
    if settings.tests is None:
        raise InputError("there is no folder of tests", hint="Name it with --tests.")
    files = suite.read(settings.tests, settings.root)
    reasons = excuses.read(settings.excuses)
    after = copies.statements_of(settings.after_mutant)
    ledgers = (settings.ledger_schema, LEDGER_SCHEMA)
    with interruptible(), databases(conninfo) as made:
        base = copies.begin(made, conninfo, settings, choice.template, prepare)
        with closing(connect(base, autocommit=True)) as connection:
            connection.execute("vacuum (freeze)")
            version = connection.info.parameter_status("server_version") or ""
            comments = any(one.reads_comments for one in files)
            mutants, left_out = every.mutants(connection, ledgers, comments=comments)
        chosen = _chosen(mutants, settings, choice)
        unknown = tuple(sorted(set(reasons) - {one.id for one in mutants}))
        if choice.dry_run:
            outcomes = tuple(Outcome(one, State.SURVIVED) for one in chosen)
            return Mutation(version, outcomes, 0.0, reasons, unknown, left_out)
        copies.add_pgtap(base)
        with closing(connect(base, autocommit=True)) as connection:
            readers = touches.readers(connection, after)
        journal = _journal(settings, choice, chosen, files, after)
        schema = sha256("".join((*(one.key for one in mutants), after)).encode()).hexdigest()
        hunt = Hunt(
            made,
            str(conninfo_to_dict(base)["dbname"]),
            after,
            files,
            journal,
            schema,
            frozenset(reasons),
            choice.touching_only,
            readers,
            lambda one: found(one, len(hunt.outcomes), len(chosen)),
        )
        for one in chosen:
            if one.key in journal.hints:
                hunt.ranking.killed(one, journal.hints[one.key])
        hunt.outcomes += _earlier(journal, chosen, reasons)
        resumed = len(hunt.outcomes)
        done = {one.mutant.key for one in hunt.outcomes}
        if choice.changed is None and not choice.only:
            hunt.measure(choice.jobs)
        hunt.run([one for one in chosen if one.key not in done], choice.jobs)
        journal.end()
    places = {one.key: place for place, one in enumerate(chosen)}
    outcomes = tuple(sorted(hunt.outcomes, key=lambda one: places[one.mutant.key]))
    killed = {one.mutant.id for one in outcomes if one.state == State.KILLED}
    stale = (*unknown, *sorted(killed & set(reasons)))
    return Mutation(version, outcomes, journal.seconds, reasons, stale, left_out, resumed)


def _chosen(mutants: list[Mutant], settings: Settings, choice: Choice) -> list[Mutant]:
    """Return the mutants of the objects that were asked for. Raises InputError for none."""
    if choice.changed is not None:
        names = changed.names(settings, choice.changed)
        mutants = [one for one in mutants if changed.is_of(one, names)]
    if choice.only:
        mutants = [one for one in mutants if any(_is_named(one, name) for name in choice.only)]
        if not mutants and choice.changed is None:
            raise InputError(
                f"no mutant is of {', '.join(choice.only)}",
                hint="Name an object as `--dry-run` does.",
            )
    return mutants


def _is_named(mutant: Mutant, name: str) -> bool:
    within = tuple(f"{name}{mark}" for mark in ".( ")
    return name == mutant.operator or any(
        one == name or one.startswith(within) for one in (*mutant.names, mutant.object, mutant.id)
    )


def _journal(
    settings: Settings,
    choice: Choice,
    chosen: Sequence[Mutant],
    files: Sequence[suite.TestFile],
    after: str,
) -> Journal:
    parts = [*(one.key for one in chosen), *(one.name + one.text for one in files), after]
    parts += [str(choice.touching_only)]
    fingerprint = sha256("\0".join(parts).encode()).hexdigest()
    path = settings.journal or Path(settings.root / "build/mutants.jsonl")
    return Journal.open(path, fingerprint, afresh=choice.afresh)


def _earlier(journal: Journal, chosen: Sequence[Mutant], reasons: dict[str, str]) -> list[Outcome]:
    """Return what an earlier run found; whom an excuse spared then may have lost it."""
    found = []
    for one in chosen:
        line = journal.done.get(one.key)
        if line is None:
            continue
        state = State(line["state"])
        if state == State.EXCUSED and one.id not in reasons:
            continue
        if state == State.SURVIVED and one.id in reasons:
            state = State.EXCUSED
        found.append(Outcome(one, state, line["killer"], line["said"], line["files"]))
    return found
