"""A GRANT on several is made on those that are there; another statement has no parts."""

import psycopg
import pytest

from pgproof.compat.afterwards import run_after
from pgproof.compat.grants import parts
from tests.project import Project


@pytest.mark.parametrize(
    ("statement", "made_of"),
    [
        (
            "grant execute on function a.f(int, text), a.g() to r, s",
            [
                "grant execute on function a.f(int, text) to r, s",
                "grant execute on function a.g() to r, s",
            ],
        ),
        (
            'grant insert (a, "b,c"), delete on t to r with grant option',
            [
                "grant insert (a) on t to r with grant option",
                'grant insert ("b,c") on t to r with grant option',
                "grant delete on t to r with grant option",
            ],
        ),
        (
            "grant usage on schema a, b to r",
            ["grant usage on schema a to r", "grant usage on schema b to r"],
        ),
        ("grant select on all tables in schema a to r", []),
        ("grant r, s to t", []),
        ("revoke select on a, b from r", []),
        ("select 1", []),
    ],
)
def test_a_grant_is_made_of_one_for_each(statement: str, made_of: list[str]) -> None:
    assert [" ".join(one.split()) for one in parts(statement)] == made_of


def test_what_is_there_is_granted_beside_what_is_not(project: Project) -> None:
    grants = project.folder.parent / "grants.sql"
    grants.write_text("grant select on there, later to public;\n")
    project.query("create table there ()")
    run_after(project.url, project.with_settings(after=(grants,)).settings)
    with psycopg.connect(project.url) as connection:
        held = "select has_table_privilege('pg_monitor', 'there', 'select')"
        assert connection.execute(held).fetchone() == (True,)
