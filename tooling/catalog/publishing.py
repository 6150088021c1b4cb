"""Publish, withdraw and correct versions of constants and prices, and say what that changes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from tooling.catalog import versions
from tooling.catalog.imports import ask
from tooling.catalog.versions import Noun
from tooling.errors import InputError

Rows = dict[str, dict[str, Any]]
_VERSIONS = (
    "select to_jsonb(row)::text from {table} as row where {key} = %s order by effective_from"
)


@dataclass(frozen=True)
class Replacement:
    """The version that a new one replaces before it is in effect, and why."""

    version: str
    reason: str


@dataclass(frozen=True)
class Changed:
    """What a command did with the versions of a constant or price, or would do."""

    noun: str
    name: str
    version: str
    outcome: str
    changes: tuple[str, ...]
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {**vars(self), "changes": list(self.changes)}

    def lines(self) -> list[str]:
        """Return it in sentences."""
        verb = "would be " if self.dry_run and self.outcome != "unchanged" else ""
        done = "published" if self.outcome == "superseded" else self.outcome
        title = f"{self.noun} {self.name} {self.version}: {verb}{done}"
        return [title, *(f"  {change}" for change in self.changes)]


def publish(
    connection: psycopg.Connection[Any],
    noun: Noun,
    name: str,
    version: str,
    given: Mapping[str, str | None],
    *,
    is_new: bool = False,
    changes_fixed: bool = False,
    replaces: Replacement | None = None,
    dry_run: bool = False,
) -> Changed:
    """Publish a version; columns that are not given are those of the version before it.

    With `dry_run` nothing is written. Raises InputError for columns that are missing or not
    understood, RefusedError for what the database refuses.
    """

    def step() -> str:
        if replaces:
            ask(connection, noun.withdraw, [name, replaces.version, replaces.reason])
        before = list(_stored(connection, noun, name).values())[-1:]
        taken = {column: before[0][column] for column in noun.inherited} if before else {}
        whole = {**taken, **given}
        needed = (noun.number, *noun.inherited, "effective_from")
        missing = [column for column in needed if not whole.get(column)]
        if missing and (before or is_new):
            raise InputError(
                f"{', '.join(missing)} of {noun.name} {name} {version} is not given",
                hint=f"Give it as {missing[0]}=VALUE.",
            )
        return versions.publish(
            connection,
            noun,
            {**whole, "object": name, "version": version},
            is_new=is_new,
            changes_fixed=changes_fixed,
        )

    return _change(connection, noun, name, version, step, dry_run)


def withdraw(
    connection: psycopg.Connection[Any],
    noun: Noun,
    name: str,
    version: str,
    reason: str,
    *,
    dry_run: bool = False,
) -> Changed:
    """Withdraw a version that is not in effect yet; with `dry_run` nothing is written.

    Raises RefusedError for what the database refuses.
    """

    def step() -> str:
        ask(connection, noun.withdraw, [name, version, reason])
        return "withdrawn"

    return _change(connection, noun, name, version, step, dry_run)


def correct(
    connection: psycopg.Connection[Any],
    noun: Noun,
    name: str,
    version: str,
    given: Mapping[str, str | None],
    reason: str,
    *,
    dry_run: bool = False,
) -> Changed:
    """Correct columns of a published version; with `dry_run` nothing is written.

    Raises RefusedError for what the database refuses.
    """

    def step() -> str:
        changes = json.dumps(dict(given))
        return str(ask(connection, noun.correct, [name, version, changes, reason])[0][0])

    return _change(connection, noun, name, version, step, dry_run)


def _change(
    connection: psycopg.Connection[Any],
    noun: Noun,
    name: str,
    version: str,
    step: Callable[[], str],
    dry_run: bool,
) -> Changed:
    try:
        with connection.transaction(force_rollback=dry_run):
            connection.execute("set local search_path = pg_catalog, pg_temp")
            before = _stored(connection, noun, name)
            outcome = step()
            after = _stored(connection, noun, name)
    except psycopg.Error as error:
        refused = versions.refused(error)
        if refused:
            raise refused from error
        raise
    changes = tuple(_differences(noun, before, after))
    return Changed(noun.name, name, version, outcome, changes, dry_run)


def _stored(connection: psycopg.Connection[Any], noun: Noun, name: str) -> Rows:
    """Return the versions in order of their first day, each by name of column, as text."""
    found = ask(connection, noun.compose(_VERSIONS), [name])
    rows = [json.loads(row[0], parse_float=str, parse_int=str) for row in found]
    return {row["version"]: row for row in rows}


def _differences(noun: Noun, before: Rows, after: Rows) -> list[str]:
    """Return a line for each column that differs; a new version is compared with the one before."""
    said = []
    for version in [*before, *(new for new in after if new not in before)]:
        if version not in after:
            said.append(f"{version}: withdrawn, {noun.number} {before[version][noun.number]}")
            continue
        row = after[version]
        against = before.get(version) or _superseded(row, after)
        said += [
            f"{version} {column}: {_shown(against.get(column))} -> {_shown(row[column])}"
            for column in noun.columns
            if row[column] != against.get(column)
        ]
    return said


def _superseded(row: dict[str, Any], after: Rows) -> dict[str, Any]:
    """Return the version that ended on the first day of a new one, without its days."""
    ended = [one for one in after.values() if one["effective_to"] == row["effective_from"]]
    return {**ended[0], "effective_from": None, "effective_to": None} if ended else {}


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)
