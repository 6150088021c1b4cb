"""Looking at all statements of an application in one state, and what differs in the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgproof.compat import records, schema
from pgproof.compat.bodies import Bodies
from pgproof.compat.compare import State, compare
from pgproof.compat.inserts import given
from pgproof.compat.observer import Observer
from pgproof.compat.records import Mismatch
from pgproof.compat.routines import calls
from pgproof.compat.statements import Statement
from pgproof.connection import Connection

FACTOR = 2.0
"""How many times more the planner's cost must be."""

States = Mapping[Statement, State]


@dataclass(frozen=True)
class Application:
    """What is asked of the database: now, and `new` by the application that comes next.

    `functions` are names of functions, or patterns of them as `shop.*`, that are called.
    """

    statements: Sequence[Statement]
    new: Sequence[Statement] = ()
    functions: Sequence[str] = ()
    role: str | None = None
    run: bool = True


class Looker:
    """Looks at an application's statements, and at those in the functions that they call."""

    def __init__(self, connection: Connection, application: Application, factor: float = FACTOR):
        self.application = application
        self.old = list(dict.fromkeys(application.statements))
        self.called: dict[str, set[Statement]] = {one: set() for one in application.functions}
        self._connection = connection
        self._observer = Observer(connection, application.role, is_run=application.run)
        self._bodies = Bodies(self._observer)
        self._factor = factor

    def look(self, before: States | None = None) -> States:
        """Return each statement as it is now. Changes no row.

        Parameters are also given the types that they had `before`.
        """
        self._call()
        now = schema.read(self._connection)
        within = self._bodies.read(self.old, now)
        states: dict[Statement, State] = {}
        for one in dict.fromkeys((*self.old, *self.application.new, *within)):
            was = before.get(one) if before else None
            types = was.types(was.seen.parameters) if was and not was.seen.refusal else ()
            seen = self._observer.look(one, now, types)
            states[one] = State(seen, now, given(self._observer.tree(one.sql)))
        return states

    def _call(self) -> None:
        """Add the calls of the functions that there are now."""
        wanted, role = self.application.functions, self.application.role
        for pattern, several in calls(self._connection, wanted, role).items():
            self.called[pattern] |= set(several)
            self.old = list(dict.fromkeys((*self.old, *several)))

    def mismatches(
        self, migration: str, step: str, before: States, after: States
    ) -> Iterator[Mismatch]:
        """Yield what a step changes for the statements that worked before it."""
        new = set(self.application.new) - set(self.old)
        for one, state in after.items():
            if one not in before or one in new:
                continue
            callers = self._bodies.callers.get(one, (one.name,))
            for kind, message, code in compare(before[one], state, self._factor):
                if one.within and kind in records.OF_CALLERS:
                    continue
                yield Mismatch(
                    migration,
                    step,
                    ", ".join(callers),
                    one.place,
                    one.sql,
                    kind,
                    message,
                    code,
                    one.within,
                )
