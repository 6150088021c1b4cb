"""The effects of statements in order: each is planned against what those before it leave."""

from dataclasses import dataclass

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.definitions import Definitions
from pgproof.ahead.effects import of_tree
from pgproof.ahead.learn import learn
from pgproof.ahead.locks import Effect
from pgproof.ahead.shapes import is_query
from pgproof.sql.parser import SyntaxProblem, tree


@dataclass(frozen=True)
class Outcome:
    """What a statement does, and how it changes a definition: as lines of a unified diff."""

    effects: tuple[Effect, ...]
    difference: tuple[str, ...] = ()


class Forecast:
    """Outcomes of one statement after the other. Queries that differ in constants are read once."""

    def __init__(self, catalogue: Catalogue, definitions: Definitions):
        self.catalogue = catalogue
        self.definitions = definitions
        self._zone = catalogue.zone
        self._known: dict[str, Outcome] = {}

    def begin(self) -> None:
        """Begin a file, for which the runner pins settings anew."""
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
        found = of_tree(parsed, self.catalogue)
        difference = self.definitions.change(parsed, sql, self.catalogue)
        if learn(parsed, self.catalogue):
            self._known.clear()
        if any(not one.relation for one in found):
            self.catalogue.complete = False
        return Outcome(tuple(found), difference)
