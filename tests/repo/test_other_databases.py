"""sql/superuser.sql closes the databases of the server in which its revocations do not hold."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import ROOT
from tooling.server.embedded import temporary_server

OPEN = """
select d.datname::text
  from pg_database as d
 cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as acl
 where d.datallowconn
   and acl.grantee = 0
   and acl.privilege_type = 'CONNECT'
 order by 1
"""
Admin = psycopg.Connection[tuple[str]]


@pytest.fixture(scope="module")
def admin() -> Iterator[Admin]:
    """Yield a superuser's session in a database of a server that has nothing else."""
    with temporary_server() as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create database eagle_sign")
            connection.execute("create database shop")
        with psycopg.connect(server.url("eagle_sign"), autocommit=True) as connection:
            connection.execute((ROOT / "sql/roles.sql").read_bytes())
            yield connection


def after(admin: Admin, wish: str | None) -> tuple[list[str], list[str]]:
    """Open all, run the file and return which databases are open then, and the warnings."""
    for name in ("postgres", "template1", "shop"):
        admin.execute(f"grant connect on database {name} to public".encode())
    told: list[str] = []

    def keep(diagnostic: psycopg.errors.Diagnostic) -> None:
        told.append(str(diagnostic.message_primary))

    admin.execute("select set_config('eagle.close_databases', %s, false)", [wish or ""])
    admin.add_notice_handler(keep)
    admin.execute((ROOT / "sql/superuser.sql").read_bytes())
    admin.remove_notice_handler(keep)
    return [name for (name,) in admin.execute(OPEN).fetchall()], told


def test_where_nobody_else_logs_in_those_that_hold_nothing_are_closed(admin: Admin) -> None:
    left, told = after(admin, None)
    assert left == ["shop"]
    assert told == ["everyone may connect to database shop, and watch and stop sessions from there"]


def test_where_another_program_may_need_them_they_are_named(admin: Admin) -> None:
    admin.execute("create role shop login")
    try:
        left, told = after(admin, None)
        assert left == ["postgres", "shop", "template1"]
        assert [words.split()[5].strip(",") for words in told] == left
        assert after(admin, "on")[0] == ["shop"]
    finally:
        admin.execute("drop role shop")


def test_who_wants_them_open_keeps_them_open(admin: Admin) -> None:
    assert after(admin, "off")[0] == ["postgres", "shop", "template1"]


def test_what_is_already_right_stays_and_is_not_told(admin: Admin) -> None:
    after(admin, None)
    admin.execute("revoke connect on database shop from public")
    told: list[str] = []
    admin.add_notice_handler(lambda diagnostic: told.append(str(diagnostic.message_primary)))
    admin.execute((ROOT / "sql/superuser.sql").read_bytes())
    assert told == []
