"""Two sessions of one account at once: each wait, abort and retry ends as the rules say.

PROPERTY_STEPS is the number of calls of both tests; one of five is made here.
"""

import os
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from psycopg.rows import dict_row

from tests.properties import calls as database
from tests.properties.conftest import of_role
from tests.properties.model import Account, Call, apply, is_nothing, refusal
from tests.properties.steps import addressed, calls

STEPS = int(os.environ.get("PROPERTY_STEPS", "8000")) // 4
IN_A_HISTORY = 40
DEADLOCK = "40P01"
_POLL = 0.002
_ORDER = """
select payload_id::text from app.project_payloads where project_id = %s
 order by created_at, payload_id
"""
_BLOCKED = "select pg_catalog.pg_blocking_pids(%s) <> '{}'"


@dataclass
class Session:
    """A transaction at a time: what it sees is what is committed, and what it did itself."""

    connection: psycopg.Connection[Any]
    own: Account | None = None
    touched: set[str] = field(default_factory=set)
    waiting: Call | None = None
    thread: threading.Thread | None = None
    outcome: Any = None
    has_waited: bool = False

    def send(self, call: Call, account: str) -> None:
        """Begin a call; it may wait for the other session."""
        text, values = database.text_of(call, account)
        self.waiting, self.outcome, self.has_waited = call, None, False

        def run() -> None:
            try:
                with self.connection.transaction():
                    cursor = self.connection.execute(text.encode(), values)
                    columns = [one.name for one in cursor.description or ()]
                    self.outcome = dict(zip(columns, cursor.fetchall()[0], strict=True))
            except psycopg.Error as error:
                self.outcome = error

        self.thread = threading.Thread(target=run)
        self.thread.start()

    @property
    def is_done(self) -> bool:
        return self.thread is not None and not self.thread.is_alive()


class Interleaved(RuleBasedStateMachine):
    """What is committed, and two sessions that change it."""

    connections: ClassVar[list[psycopg.Connection[Any]]]
    observer: ClassVar[psycopg.Connection[Any]]
    steps: ClassVar[int] = 0
    waits: ClassVar[int] = 0
    deadlocks: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.name = str(uuid.uuid4())
        self.committed = Account()
        self.sessions = [Session(one) for one in self.connections]

    @initialize()
    def begin_with_projects(self) -> None:
        """Two sessions meet where there are few projects."""
        connection = self.sessions[0].connection
        for name in ("Harbour sign", "Pier"):
            call = Call("create", changes={"name": name})
            text, values = database.text_of(call, self.name)
            with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
                database.begin(connection, self.name)
                apply(self.committed, call, cursor.execute(text.encode(), values).fetchall()[0])

    @rule(drawn=calls())
    def call_in_one(self, drawn: dict[str, Any]) -> None:
        self._call(0, drawn)

    @rule(drawn=calls())
    def call_in_other(self, drawn: dict[str, Any]) -> None:
        self._call(1, drawn)

    def _call(self, who: int, drawn: dict[str, Any]) -> None:
        session = self.sessions[who]
        if session.waiting:
            self.end(1 - who, commits=True)
            return
        # Sessions meet where they work on the same projects, and few of these come and go.
        if drawn["kind"] in ("create", "delete") and drawn["which"]:
            drawn = {**drawn, "kind": "move", "status": "estimating", "changes": {}}
        drawn = {**drawn, "which": drawn["which"] % 2}
        Interleaved.steps += 1
        if session.own is None:
            session.connection.execute("begin")
            database.begin(session.connection, self.name)
            session.own = Account()
        session.send(addressed(self._view(session), drawn), self.name)
        self._settle()
        Interleaved.waits += session.waiting is not None

    @rule(who=st.integers(0, 1), commits=st.sampled_from((True, True, True, False)))
    def end(self, who: int, commits: bool) -> None:
        session = self.sessions[who]
        if session.own is None or session.waiting:
            return
        session.connection.execute("commit" if commits else "rollback")
        if commits:
            for name in session.touched:
                self.committed.take(session.own, name)
        session.own, session.touched = None, set()
        self._settle()

    def _view(self, session: Session) -> Account:
        """Return what a session sees now."""
        view = self.committed.copy()
        for name in session.touched:
            assert session.own is not None
            view.take(session.own.copy(), name)
        return view

    def _settle(self) -> None:
        """Wait until each call has ended, or waits for a session that is idle."""
        while running := [one for one in self.sessions if one.waiting]:
            ended = [one for one in running if one.is_done]
            for session in ended:
                self._judge(session)
            if not ended and len(running) == 1 and self._is_blocked(running[0]):
                running[0].has_waited = True
                return
            threading.Event().wait(0 if ended else _POLL)

    def _is_blocked(self, session: Session) -> bool:
        pid = session.connection.info.backend_pid
        row = self.observer.execute(_BLOCKED.encode(), [pid]).fetchone()
        return bool(row and row[0]) and not session.is_done

    def _judge(self, session: Session) -> None:
        """Compare how a call ended with what the rules say of what the session sees now."""
        call, session.waiting = session.waiting, None
        assert call is not None and session.own is not None
        view = self._view(session)
        wanted = refusal(view, call)
        if isinstance(session.outcome, psycopg.Error):
            if session.outcome.sqlstate == DEADLOCK:
                Interleaved.deadlocks += 1
                return
            assert session.outcome.sqlstate == wanted, (call, str(session.outcome))
            return
        assert wanted is None, f"{call} succeeded, and should be refused with {wanted}"
        changes_nothing = is_nothing(view, call)
        apply(view, call, session.outcome)
        if changes_nothing:
            return  # Nothing is its own: the other session may add to the project meanwhile.
        if call.kind == "save" and session.has_waited:
            self._order(session, view, call.project)
        name = session.outcome["project_id"] if call.kind == "create" else call.project
        session.own.take(view, name)
        session.touched.add(name)

    def _order(self, session: Session, view: Account, project: str) -> None:
        """Take over the order of payloads: a saving that waits has its time from before it waited.

        What the other session saved meanwhile is newer, though it was there first.
        """
        rows = session.connection.execute(_ORDER, [project]).fetchall()
        places = {name: place for place, (name,) in enumerate(rows)}
        view.projects[project].payloads.sort(key=lambda one: places[one.payload_id])

    def teardown(self) -> None:
        try:
            for who in (0, 1, 0):
                if not self.sessions[who].waiting:
                    self.end(who, commits=True)
            account = self.committed
            held = database.held(self.connections[0], self.name, account)
            assert held == database.expected(account)
            assert database.broken_chains(self.observer, self.name) == []
            assert database.wrong_totals(self.observer, self.name) == []
        finally:
            for one in self.sessions:
                one.connection.cancel_safe()
                if one.thread:
                    one.thread.join()
                one.connection.execute("rollback")


@pytest.mark.timeout(1800)
def test_two_sessions_at_once_end_as_the_rules_say(
    world: str, capsys: pytest.CaptureFixture[str]
) -> None:
    application = of_role(world, "eagle_application")
    Interleaved.connections = [psycopg.connect(application, autocommit=True) for _ in range(2)]
    Interleaved.observer = psycopg.connect(world, autocommit=True)
    run_state_machine_as_test(
        Interleaved,
        settings=settings(
            max_examples=max(2 * STEPS // IN_A_HISTORY, 1),
            stateful_step_count=IN_A_HISTORY,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    said = (
        f"{Interleaved.steps} calls, {Interleaved.waits} waits, {Interleaved.deadlocks} deadlocks"
    )
    with capsys.disabled():
        print(f"\n{said}")
    for one in (*Interleaved.connections, Interleaved.observer):
        one.close()


def test_a_change_of_a_project_that_is_deleted_meanwhile_is_refused(world: str) -> None:
    application = of_role(world, "eagle_application")
    name, account = str(uuid.uuid4()), Account()
    with (
        psycopg.connect(application, autocommit=True) as one,
        psycopg.connect(application, autocommit=True) as other,
        psycopg.connect(world, autocommit=True) as observer,
    ):
        call = Call("create", changes={"name": "Pier"})
        text, values = database.text_of(call, name)
        with one.transaction(), one.cursor(row_factory=dict_row) as cursor:
            database.begin(one, name)
            apply(account, call, cursor.execute(text.encode(), values).fetchall()[0])
        ((project, held),) = account.projects.items()
        for connection in (one, other):
            connection.execute("begin")
            database.begin(connection, name)
        one.execute(*database.text_of(Call("delete", project=project, etag=held.etag), name))
        session = Session(other)
        session.send(Call("update", project=project, etag=held.etag, changes={"name": "x"}), name)
        blocked = _BLOCKED.encode(), [other.info.backend_pid]
        while not session.is_done and not observer.execute(*blocked).fetchall()[0][0]:
            threading.Event().wait(_POLL)
        one.execute("commit")
        assert session.thread is not None
        session.thread.join()
        assert isinstance(session.outcome, psycopg.errors.NoDataFound)
        other.execute("rollback")
