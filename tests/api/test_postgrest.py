"""PostgREST as docs/how-to/write-an-api.md has it, in the transactions that its manual describes.

https://docs.postgrest.org/en/v12/references/transactions.html
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.conftest import ROOT
from tests.repo.documentation.pages import blocks

PAGE = ROOT / "docs/how-to/write-an-api.md"
ANA, BOB = uuid.UUID(int=0xA), uuid.UUID(int=0xB)


@pytest.fixture
def served(migrated_database: str) -> Iterator[str]:
    """Return the URL of a database that the block of the page was run in, as its login role."""
    (block,) = (one for one in blocks(PAGE, "text") if "create schema api" in one.text)
    with psycopg.connect(migrated_database, autocommit=True) as admin:
        admin.execute((ROOT / "sql/roles.sql").read_bytes())
        admin.execute(block.text.replace("eagle_sign", admin.info.dbname).encode())
    try:
        yield psycopg.conninfo.make_conninfo(migrated_database, user="authenticator")
    finally:
        with psycopg.connect(migrated_database, autocommit=True) as admin:
            admin.execute("drop schema api cascade")
            admin.execute("drop owned by authenticator")
            admin.execute("drop role authenticator")


def call(url: str, claims: dict[str, Any], function: str, **arguments: object) -> list[Any]:
    """Call a function as `POST /rpc/function` does; return its rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        changes = "select bool_or(provolatile = 'v') from pg_proc where proname = %s"
        (may,) = connection.execute(changes, [function]).fetchone() or (True,)
        connection.execute(f"start transaction {'read write' if may else 'read only'}")
        connection.execute(
            "select set_config('search_path', 'app, public', true), set_config('role', %s, true),"
            " set_config('request.jwt.claims', %s, true)",
            [claims["role"], json.dumps(claims)],
        )
        connection.execute("select api.begin()")
        named = sql.SQL(", ").join(
            sql.SQL("{} := {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in arguments
        )
        query = sql.SQL("select json_agg(called) from app.{}({}) as called")
        rows = connection.execute(query.format(sql.Identifier(function), named), arguments)
        (answer,) = rows.fetchone() or ([],)
        connection.execute("commit")
        return answer or []


def claims_of(account: uuid.UUID | None) -> dict[str, Any]:
    told = {} if account is None else {"account": str(account)}
    return {"role": "eagle_application", "email": "ana@example.com", **told}


def test_each_request_works_for_the_account_of_its_token(served: str) -> None:
    ana, bob = claims_of(ANA), claims_of(BOB)
    (made,) = call(served, ana, "create_project", account_id=ANA, name="Pier sign")
    assert (made["created_by"], made["account_id"]) == ("ana@example.com", str(ANA))
    (page,) = call(served, ana, "projects_page", account_id=ANA, count=50)
    assert page["project"]["project_id"] == made["project_id"]
    assert call(served, bob, "projects_page", account_id=BOB, count=50) == []
    with pytest.raises(psycopg.Error, match="the transaction is not set to this account") as other:
        call(served, bob, "projects_page", account_id=ANA, count=50)
    assert other.value.sqlstate == "ES005"


def test_a_token_without_an_account_is_refused(served: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        call(served, claims_of(None), "projects_page", account_id=ANA, count=50)
    assert refused.value.sqlstate == "22023"
