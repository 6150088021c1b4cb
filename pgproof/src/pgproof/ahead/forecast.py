"""The effects of statements in order: each is planned against what those before it leave."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pgproof.ahead import events, look_definitions
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.definitions import Definitions
from pgproof.ahead.effects import of_tree
from pgproof.ahead.learn import learn
from pgproof.ahead.locks import Effect
from pgproof.ahead.look import look
from pgproof.ahead.planner import Planner
from pgproof.ahead.shapes import is_query
from pgproof.connection import Connection
from pgproof.settings import Settings
from pgproof.sql.parser import SyntaxProblem, tree

_NO_SERVER = (
    "no server was asked: partitions, foreign keys, views, triggers and functions that exist, the"
    " types of columns, and what is applied are not known"
)
_LOCKED = (
    "a table is locked just now: what checks prove, how large"
    " tables are and what replaced definitions were, is not known"
)
_WRITES = ("CallStmt", "CopyStmt", "DoStmt")
"""What may write rows, beside queries."""


@dataclass(frozen=True)
class Outcome:
    """What a statement does, and how it changes a definition: as lines of a unified diff.

    `before` has its effects on relations that were there before the file, by the names of then with
    their schemas.
    """

    effects: tuple[Effect, ...]
    before: tuple[Effect, ...]
    difference: tuple[str, ...] = ()


class Forecast:
    """Outcomes of one statement after the other. Queries that differ in constants are read once."""

    def __init__(self, catalogue: Catalogue, definitions: Definitions):
        self.catalogue = catalogue
        self.definitions = definitions
        self._zone = catalogue.zone
        self._known: dict[str, Outcome] = {}
        self._names: dict[int, str] = {}
        self._transactional = True

    def begin(self, *, transactional: bool) -> None:
        """Begin a file, for which the runner pins settings anew."""
        self._transactional = transactional
        relations = self.catalogue.relations.items()
        self._names = {oid: f"{one.schema}.{one.name}" for oid, one in relations}
        self.catalogue.search_path, self.catalogue.zone = self.catalogue.home, self._zone
        self._known.clear()

    def outcome(self, sql: str, alike: str) -> Outcome:
        """Return what the next statement does; `alike` is its shape."""
        if not is_query(sql):
            return self._read(sql, sql)
        if alike not in self._known:
            self._known[alike] = self._read(alike, sql)
        return self._known[alike]

    def _read(self, alike: str, sql: str) -> Outcome:
        try:
            parsed = tree(alike)
        except SyntaxProblem:
            parsed = tree(sql)
        self.catalogue.text = sql
        found = of_tree(parsed, self.catalogue)
        if is_query(sql) or parsed.is_a(*_WRITES):
            self.catalogue.unfilled.clear()
        before = tuple(self._named(found))
        difference = self.definitions.change(parsed, sql, self.catalogue)
        if learn(parsed, self.catalogue):
            self._known.clear()
        if any(not one.relation for one in found):
            self.catalogue.complete = False
        return Outcome(tuple(found), before, difference)

    def _named(self, effects: Iterable[Effect]) -> Iterator[Effect]:
        """Yield effects on what was there before the file, which others may be waiting for.

        What a file without a transaction makes is there for others at once.
        """
        for effect in effects:
            if not effect.relation or not effect.lock:
                continue
            found = self.catalogue.labelled(effect.relation)
            if found is None:
                schema = "" if "." in effect.relation else f"{self.catalogue.search_path[0]}."
                yield replace(effect, relation=schema + effect.relation)
            elif found.oid in self._names:
                yield replace(effect, relation=self._names[found.oid])
            elif not self._transactional:
                yield replace(effect, relation=f"{found.schema}.{found.name}")


def prepare(connection: Connection | None, settings: Settings) -> tuple[Forecast, tuple[str, ...]]:
    """Return a forecast for a database, or for none, and what is not known of any statement."""
    if connection is None:
        path = tuple(name.strip().strip('"') for name in settings.search_path.split(","))
        return Forecast(Catalogue(search_path=path), Definitions()), (_NO_SERVER,)
    catalogue = look(connection, settings.search_path)
    catalogue.planner = Planner(connection)
    definitions = look_definitions.look(connection, settings.search_path)
    pinned = {name.lower(): value for name, value in settings.session.items()}
    catalogue.zone = pinned.get("timezone", catalogue.zone)
    unknown = [] if definitions and catalogue.checks_known else [_LOCKED]
    if missing := events.unpredicted(catalogue):
        names = ", ".join(missing)
        unknown.append(f"event triggers run, and are not predicted: {names}")
    return Forecast(catalogue, definitions or Definitions()), tuple(unknown)
