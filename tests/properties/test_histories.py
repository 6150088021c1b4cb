"""Random histories: what the database holds is what the rules say, after every call.

PROPERTY_STEPS is the number of calls (8,000); what failed is printed with the calls that lead
there, and `--hypothesis-seed` repeats a run.
"""

import os
import uuid
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.properties import calls as database
from tests.properties.conftest import of_role
from tests.properties.model import Account, apply, erase, refusal
from tests.properties.steps import addressed, calls

STEPS = int(os.environ.get("PROPERTY_STEPS", "8000"))
IN_A_HISTORY = 50
PHASES = [Phase.generate]
TAMPERING = (
    "update app.project_events set actor = 'nobody'",
    "delete from app.project_events",
    "truncate app.project_events",
    "update app.projects set created_by = 'nobody'",
    "delete from app.projects",
    "update app.project_payloads set config = '{}'",
    "update app.event_chains set position = 0",
    "insert into app.project_totals (account_id, status, project_count, confidence_count,"
    " confidence_sum, duration) values (app.current_account_id(), 'draft', 1, 0, 0, '0')",
    "select app.erase_events(app.current_account_id(), app.current_account_id(), 'a', 'b')",
)


class Histories(RuleBasedStateMachine):
    """Two accounts, and an application that calls for one of them at a time."""

    application: ClassVar[psycopg.Connection[Any]]
    operator: ClassVar[psycopg.Connection[Any]]
    auditor: ClassVar[psycopg.Connection[Any]]
    owner: ClassVar[psycopg.Connection[Any]]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.names = [str(uuid.uuid4()), str(uuid.uuid4())]
        self.accounts = [Account(), Account()]

    @rule(who=st.integers(0, 1), drawn=calls())
    def call(self, who: int, drawn: dict[str, Any]) -> None:
        Histories.steps += 1
        account = self.accounts[who]
        call = addressed(account, drawn, self.accounts[1 - who])
        text, values = database.text_of(call, self.names[who])
        wanted = refusal(account, call)
        try:
            with self.application.transaction():
                database.begin(self.application, self.names[who])
                cursor = self.application.execute(text.encode(), values)
                columns = [one.name for one in cursor.description or ()]
                row = dict(zip(columns, cursor.fetchall()[0], strict=True))
        except psycopg.Error as error:
            assert error.sqlstate == wanted, (call, str(error))
        else:
            assert wanted is None, f"{call} succeeded, and should be refused with {wanted}"
            apply(account, call, row)

    @rule(who=st.integers(0, 1), drawn=calls())
    def call_again(self, who: int, drawn: dict[str, Any]) -> None:
        self.call(who, drawn)

    @rule(who=st.integers(0, 1), drawn=calls())
    def call_for_another_account(self, who: int, drawn: dict[str, Any]) -> None:
        Histories.steps += 1
        call = addressed(self.accounts[1 - who], drawn)
        text, values = database.text_of(call, self.names[1 - who])
        with pytest.raises(psycopg.Error) as caught, self.application.transaction():
            database.begin(self.application, self.names[who])
            self.application.execute(text.encode(), values)
        assert caught.value.sqlstate == "ES005"

    @rule(who=st.integers(0, 1), text=st.sampled_from(TAMPERING))
    def tamper(self, who: int, text: str) -> None:
        Histories.steps += 1
        with pytest.raises(psycopg.Error) as caught, self.application.transaction():
            database.begin(self.application, self.names[who])
            self.application.execute(text.encode())
        assert caught.value.sqlstate == "42501"

    @rule(who=st.integers(0, 1), which=st.integers(0, 5))
    def erase(self, who: int, which: int) -> None:
        Histories.steps += 1
        account, names = self.accounts[who], list(self.accounts[who].events)
        if not names:
            return
        name = names[which % len(names)]
        row = self.operator.execute(
            "select app.erase_events(%s, %s, 'dpo', 'request')", [self.names[who], name]
        ).fetchone()
        assert row == (erase(account, name, "dpo", "request", "eagle_operator"),)

    def teardown(self) -> None:
        for name, account in zip(self.names, self.accounts, strict=True):
            assert database.held(self.application, name, account) == database.expected(account)
            assert database.broken_chains(self.auditor, name) == []
            assert database.wrong_totals(self.owner, name) == []


@pytest.mark.timeout(1800)
def test_the_database_agrees_with_the_rules_after_every_call(
    world: str, capsys: pytest.CaptureFixture[str]
) -> None:
    roles = {"application": "eagle_application", "operator": "eagle_operator"}
    urls = {name: of_role(world, role) for name, role in roles.items()}
    urls |= {"auditor": of_role(world, "eagle_auditor"), "owner": world}
    for name, url in urls.items():
        setattr(Histories, name, psycopg.connect(url, autocommit=True))
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=max(STEPS // IN_A_HISTORY, 1),
            stateful_step_count=IN_A_HISTORY,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=PHASES,
        ),
    )
    with capsys.disabled():
        print(f"\n{Histories.steps} calls in histories of at most {IN_A_HISTORY}")
    for name in urls:
        getattr(Histories, name).close()
