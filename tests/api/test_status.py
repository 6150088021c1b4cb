"""The HTTP status of each error: the table of the docs, the package, and what is raised."""

import re
import uuid
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

from eagle_sign_models.http import STATUS, status_of
from tests.conftest import ROOT
from tooling.server.server import Server

ANA = "a0000000-0000-7000-8000-000000000001"
PROJECT = "00000000-0000-7000-8000-00000000000f"
MODULE = "signage.single_pole.base_plate"
CREATE = f"select project_id, etag from app.create_project('{ANA}', 'Sign', 'ana')"
CODE = re.compile(r"'(ES\d{3})'")
ROW = re.compile(r"\| (\w+) \| (\d{3}) ([A-Za-z ]+) \| (.+) \|")


@pytest.fixture
def application(server: Server, migrated_template: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect to the template as the application; what a test writes is rolled back."""
    url = conninfo.make_conninfo(server.url(migrated_template), user="eagle_application")
    with psycopg.connect(url) as opened:
        opened.execute("select app.begin_work(%s, 'ana')", [ANA])
        yield opened
        opened.rollback()


def test_the_table_of_the_docs_is_that_of_the_package() -> None:
    text = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    rows = ROW.findall(text.partition("\n## HTTP status\n")[2])
    assert {code: int(status) for code, status, _, _ in rows} == STATUS
    assert len(rows) == len(STATUS)
    phrases = {int(status): phrase for _, status, phrase, _ in rows}
    known = {status: HTTPStatus(status).phrase for status in phrases}
    # The name of 422 is that of RFC 9110 from Python 3.13 on.
    known[422] = "Unprocessable Content"
    assert phrases == known


def test_every_code_that_the_application_can_meet_has_a_status(
    server: Server, migrated_template: str
) -> None:
    query = """
        select n.nspname || '.' || p.proname, p.prosrc
          from pg_proc as p
          join pg_namespace as n on n.oid = p.pronamespace
         where n.nspname in ('app', 'catalog')
           and (has_function_privilege('eagle_application', p.oid, 'execute')
                or n.nspname = 'app' and p.prorettype = 'trigger'::regtype)
    """
    with psycopg.connect(server.url(migrated_template)) as admin:
        raised = {
            (code, name)
            for name, source in admin.execute(query).fetchall()
            for code in CODE.findall(source)
        }
    assert {code for code, _ in raised} >= {"ES001", "ES002", "ES005", "ES007", "ES009", "ES103"}
    assert {pair for pair in raised if pair[0] not in STATUS} == set()


@pytest.mark.parametrize(
    ("statement", "code", "status"),
    [
        (
            f"select app.set_project_status('{ANA}', project_id, etag, 'ana', 'accepted')"
            f" from ({CREATE}) as made",
            "ES001",
            409,
        ),
        (
            f"select app.update_project('{ANA}', project_id, gen_random_uuid(), 'ana', '{{}}')"
            f" from ({CREATE}) as made",
            "ES002",
            412,
        ),
        (f"select app.get_project(gen_random_uuid(), '{PROJECT}')", "ES005", 403),
        (f"select app.create_project('{ANA}', 'Sign', ' ')", "ES008", 401),
        (
            f"select app.create_project('{ANA}', name, idempotency_key => 'k')"
            " from (values ('A'), ('B')) as given (name)",
            "ES009",
            422,
        ),
        ("select catalog.diff('v98', 'v99')", "ES102", 404),
        ("select catalog.find_shape('W14X90', 'v99')", "ES103", 404),
        (f"select app.get_project('{ANA}', '{PROJECT}')", "P0002", 404),
        (f"select app.save_payload('{ANA}', '{PROJECT}', '{MODULE}', '{{}}')", "23503", 404),
        (f"select app.create_project('{ANA}', null)", "23502", 422),
        (f"select app.create_project('{ANA}', ' ')", "23514", 422),
        (f"select app.list_projects('{ANA}', 'sold')", "22P02", 422),
        (f"select app.projects_page('{ANA}', cursor => 'x')", "22023", 422),
        ("delete from app.projects", "42501", 403),
        ("set local statement_timeout = 1; select pg_sleep(10)", "57014", 503),
        ("set transaction read only; " + CREATE, "25006", 503),
        ("select repeat('x', 1073741824)", "54000", 422),
        ("select 1 / 0 from nowhere", "42P01", 500),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) == 5 else "",
)
def test_an_error_has_its_status(
    application: psycopg.Connection[Any], statement: str, code: str, status: int
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        application.execute(statement.encode())
    assert (raised.value.sqlstate, status_of(raised.value)) == (code, status)


def test_an_error_of_psycopg_itself_has_a_status(application: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.DataError) as unsent:
        application.execute("select %s::text", ["\0"])
    assert (unsent.value.sqlstate, status_of(unsent.value)) == (None, 422)
    with pytest.raises(psycopg.OperationalError) as lost:
        psycopg.connect(f"host=/nowhere-{uuid.uuid4()}")
    assert (lost.value.sqlstate, status_of(lost.value)) == (None, 503)
    with pytest.raises(psycopg.ProgrammingError) as wrong:
        application.execute("select %s", [])
    assert (wrong.value.sqlstate, status_of(wrong.value)) == (None, 500)
