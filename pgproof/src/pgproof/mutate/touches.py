"""Which objects a test file touches, measured in its transaction, and which it names."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pgproof.connection import Connection
from pgproof.mutate.records import Mutant
from pgproof.mutate.suite import TestFile

MEASURE = """
reset session authorization;
reset role;
-- Locks are held until the end; calls of functions are counted also where a test undid them.
select '# pgproof ' || pg_catalog.string_agg(o.oid::pg_catalog.text, ' ')
  from (select distinct coalesce(i.indrelid, pg_catalog.pg_partition_root(l.relation), l.relation)
          from pg_catalog.pg_locks as l
          left join pg_catalog.pg_index as i on i.indexrelid = l.relation
         where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation'
         union
        select p.oid
          from pg_catalog.pg_proc as p
         where pg_catalog.pg_stat_get_xact_function_calls(p.oid) > 0) as o (oid);
"""
OPTIONS = "-c track_functions=all"
_OWN_FILE, _NAMED, _PART_NAMED, _TOUCHED, _ASKS = 8.0, 4.0, 2.0, 3.0, 1.0
_SAID = frozenset(
    (
        "search_path",
        "security",
        "volatility",
        "grant",
        "revoke",
        "row security",
        "policy",
        "comment",
    )
)
"""Kinds that the catalogue tells, and what a function does perhaps not."""
_ELSEWHERE = frozenset(("search_path", "grant", "revoke", "comment"))
"""Kinds that the file of the object itself seldom looks at."""
_ASKS_ALL, _ASKS_ONE, _MERELY_TOUCHED = 3.0, 1.0, 0.5
_CALLED = {
    "grant": ("grant", "privilege", "access"),
    "revoke": ("grant", "privilege", "access"),
    "index": ("index",),
    "policy": ("polic", "security"),
    "row security": ("polic", "security", "tenant"),
    "search_path": ("function", "routine"),
    "security": ("function", "routine"),
    "volatility": ("function", "routine"),
}
"""What a file about all objects of a kind may be called."""
_OF_KIND, _OF_SCHEMA = 6.0, 2.0
_SAME_OBJECT, _SAME_SCHEMA, _SAME_KIND = 24.0, 16.0, 8.0
_LEAST = 0.5
"""Seconds below which being quicker hardly counts."""


def read(notes: Iterable[str]) -> frozenset[int]:
    """Return the objects that a run with MEASURE named."""
    return frozenset(int(word) for note in notes for word in note.split() if word.isdigit())


@dataclass
class Ranking:
    """In what order the test files are run against a mutant.

    `touched` are the objects of each file and `seconds` the time it takes, as far as measured.
    """

    touched: dict[str, frozenset[int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    killers: dict[tuple[str, str], str] = field(default_factory=dict)

    def killed(self, mutant: Mutant, file: str) -> None:
        """Remember which file it was: it will probably be the one for similar mutants."""
        self.killers[mutant.operator, mutant.object] = file
        self.killers[mutant.operator, _schema(mutant)] = file
        self.killers[mutant.operator, ""] = file

    def order(
        self, mutant: Mutant, files: Iterable[TestFile]
    ) -> tuple[list[TestFile], list[TestFile]]:
        """Return the files that touch the object, the likeliest first, and the others."""
        scores = {one.name: self._score(mutant, one) for one in files}
        by_worth = sorted(
            files,
            key=lambda one: (-(scores[one.name] ** 2) / self._cost(mutant, one), one.name),
        )
        touching = [one for one in by_worth if scores[one.name] > 0]
        return touching, [one for one in by_worth if scores[one.name] <= 0]

    def concerns(self, mutant: Mutant, file: TestFile) -> bool:
        """Whether a file names the object, or asks about all what the mutant changes."""
        if mutant.operator in _SAID:
            return self._score(mutant, file) > 0
        return file.path.stem.lower() == _bare(mutant) or not file.words.isdisjoint(
            (_bare(mutant), mutant.names[0].lower())
        )

    def _cost(self, mutant: Mutant, file: TestFile) -> float:
        """Return about how long a file takes until it fails."""
        if mutant.operator not in _ELSEWHERE and file.path.stem.lower() == _bare(mutant):
            return _LEAST
        return _LEAST + self.seconds.get(file.name, _LEAST)

    def _score(self, mutant: Mutant, file: TestFile) -> float:
        if mutant.operator == "comment":
            return _NAMED if file.reads_comments else 0.0
        whole, parts = mutant.names[0].lower(), mutant.names[1:]
        bare = _bare(mutant)
        score = 0.0
        stem = file.path.stem.lower()
        if stem == bare:
            score += _OWN_FILE
        elif any(word in stem for word in _CALLED.get(mutant.operator, ())):
            of_schema = whole.partition(".")[0] in file.path.parent.parts
            score += _OF_KIND + of_schema * _OF_SCHEMA
        if whole in file.words:
            score += _NAMED
        elif bare in file.words:
            score += _PART_NAMED
        score += sum(_PART_NAMED for one in parts if one.lower() in file.words)
        touched = mutant.oid in self.touched.get(file.name, ())
        if mutant.operator in _SAID:
            score += touched * _MERELY_TOUCHED + file.includes_catalogue * _ASKS_ONE
            score += file.reads_catalogue * _ASKS_ALL
        else:
            score += touched * _TOUCHED + file.reads_catalogue * _ASKS
        if self.killers.get((mutant.operator, mutant.object)) == file.name:
            score += _SAME_OBJECT
        elif self.killers.get((mutant.operator, _schema(mutant))) == file.name:
            score += _SAME_SCHEMA
        elif self.killers.get((mutant.operator, "")) == file.name:
            score += _SAME_KIND
        return score


def _bare(mutant: Mutant) -> str:
    """Return the name of its object, without its schema."""
    return mutant.names[0].lower().rpartition(".")[2]


def _schema(mutant: Mutant) -> str:
    """Return the kind and schema of its object: `table shop.` of `table shop.orders (note)`."""
    return mutant.object.partition(".")[0] + "."


_MENTIONING = """
select p.oid from pg_catalog.pg_proc as p
 where exists (select from pg_catalog.unnest(%s::text[]) as name
                where pg_catalog.strpos(
                          coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc), name) > 0)
"""
_WRITTEN = """
select l.relation, c.relname::text
  from pg_catalog.pg_locks as l
  join pg_catalog.pg_class as c on c.oid = l.relation and c.relkind in ('r', 'p') and c.oid >= 16384
 where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation'
   and l.mode = 'RowExclusiveLock'
"""


def readers(connection: Connection, statements: str) -> tuple[frozenset[int], frozenset[str]]:
    """Return what reads the rows that some statements write: tables and functions, and names.

    The statements are run, and rolled back.
    """
    if not statements:
        return frozenset(), frozenset()
    with connection.transaction(force_rollback=True):
        connection.execute(statements.encode())
        rows = connection.execute(_WRITTEN.encode()).fetchall()
        names = [name for _, name in rows]
        functions = connection.execute(_MENTIONING.encode(), [names]).fetchall()
    return frozenset((*(oid for oid, _ in rows), *(oid for (oid,) in functions))), frozenset(names)
