"""The effects of statements in order: each is planned against what those before it leave."""

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.effects import of_tree
from pgproof.ahead.learn import learn
from pgproof.ahead.locks import Effect
from pgproof.ahead.shapes import is_query
from pgproof.sql.parser import SyntaxProblem, tree


class Forecast:
    """Effects of one statement after the other. Those that differ in constants are read once."""

    def __init__(self, catalogue: Catalogue):
        self.catalogue = catalogue
        self._zone = catalogue.zone
        self._known: dict[str, tuple[Effect, ...]] = {}

    def begin(self) -> None:
        """Begin a file, for which the runner pins settings anew."""
        self.catalogue.search_path, self.catalogue.zone = self.catalogue.home, self._zone
        self._known.clear()

    def effects(self, sql: str, alike: str) -> tuple[Effect, ...]:
        """Return the effects of the next statement; `alike` is its shape."""
        if not is_query(sql):
            return self._read(sql, sql)
        if alike not in self._known:
            self._known[alike] = self._read(alike, sql)
        return self._known[alike]

    def _read(self, alike: str, sql: str) -> tuple[Effect, ...]:
        try:
            parsed = tree(alike)
        except SyntaxProblem:
            parsed = tree(sql)
        found = of_tree(parsed, self.catalogue)
        if learn(parsed, self.catalogue):
            self._known.clear()
        if any(not one.relation for one in found):
            self.catalogue.complete = False
        return tuple(found)
