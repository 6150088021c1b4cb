"""A session of an unprivileged role: what it sends, and everything that it gets to see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import psycopg
from psycopg import pq

from tests.attacks.world import ANA, World


@dataclass
class Outcome:
    """What the server answered to a statement: rows as text, notices, or an error in full."""

    rows: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    error: psycopg.Error | None = None

    def text(self) -> str:
        """Return all of it."""
        said = [*self.rows, *self.notices]
        if self.error is not None:
            diag = self.error.diag
            said += [
                str(part)
                for part in (
                    self.error.sqlstate,
                    diag.message_primary,
                    diag.message_detail,
                    diag.message_hint,
                    diag.context,
                    diag.internal_query,
                    diag.constraint_name,
                    diag.table_name,
                )
                if part
            ]
        return "\n".join(said)


class Attacker:
    """Logs in as `role`, in a session of its own, and keeps a transcript."""

    def __init__(self, world: World, role: str):
        self.world = world
        self.role = role
        self.sent: list[str] = []
        self.outcomes: list[Outcome] = []
        self._notices: list[str] = []

    def __enter__(self) -> "Attacker":
        self.connection = psycopg.connect(self.world.server.url(self.world.database, self.role))
        self.connection.autocommit = True
        self.connection.add_notice_handler(lambda diag: self._notices.append(str(vars_of(diag))))
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def does(self, text: str, parameters: Sequence[Any] | None = None) -> Outcome:
        """Send one statement as it is; never raises."""
        self.sent.append(f"{text} {parameters or ''}")
        outcome = Outcome()
        self._notices = outcome.notices
        try:
            self._send(text, parameters, outcome)
        except psycopg.Error as error:
            outcome.error = error
        self.outcomes.append(outcome)
        return outcome

    def tries(self, *statements: str, account: str | None = ANA) -> Outcome:
        """Send statements in one transaction of an account and commit; return the last outcome.

        Goes on after an error, as an attacker would.
        """
        self.connection.execute("begin")
        if account is not None:
            self.connection.execute("select set_config('app.account_id', %s, true)", [account])
        last = Outcome()
        for one in statements:
            self.connection.execute("savepoint attack")
            last = self.does(one)
            if self.connection.info.transaction_status == pq.TransactionStatus.INERROR:
                self.connection.execute("rollback to savepoint attack")
        if self.connection.info.transaction_status == pq.TransactionStatus.INTRANS:
            self.connection.execute("commit")
        return last

    def learnt(self) -> str:
        """Return all that the server has told this session."""
        return "\n".join(outcome.text() for outcome in self.outcomes)

    def summary(self) -> str:
        """Say in a few words what refused the attack."""
        errors = [o.error for o in self.outcomes if o.error is not None]
        if errors:
            first = errors[0]
            return f"{first.sqlstate}: {first.diag.message_primary or str(first).strip()}"
        if self.world.commands:
            return (
                self.world.commands[-1].strip().splitlines()[-1:][0]
                if self.world.commands[-1].strip()
                else "nothing said"
            )
        rows = sum(len(outcome.rows) for outcome in self.outcomes)
        return f"{rows} rows, none of others" if rows else "no rows"

    def _send(self, text: str, parameters: Sequence[Any] | None, outcome: Outcome) -> None:
        with self.connection.cursor() as cursor:
            lower = text.lstrip().lower()
            if lower.startswith("copy") and "to stdout" in lower:
                with cursor.copy(text.encode()) as copy:
                    outcome.rows += [bytes(block).decode() for block in copy]
                return
            if lower.startswith("copy") and "from stdin" in lower:
                with cursor.copy(text.encode()) as copy:
                    copy.write("\t".join(map(str, parameters or ())) + "\n")
                return
            cursor.execute(text.encode(), parameters)
            while True:
                if cursor.description:
                    outcome.rows += [str(row) for row in cursor.fetchall()]
                if not cursor.nextset():
                    return


def vars_of(diag: psycopg.errors.Diagnostic) -> list[str | None]:
    """Return the parts of a notice that a client is shown."""
    return [diag.message_primary, diag.message_detail, diag.message_hint, diag.context]
