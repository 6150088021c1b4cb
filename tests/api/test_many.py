"""Ten thousand projects are created by one call, and each is recorded."""

import json
import uuid

import psycopg
from psycopg import conninfo

from tooling.server.server import Server

MANY = 10_000


def test_one_call_creates_ten_thousand_projects(server: Server, migrated_template: str) -> None:
    account = uuid.uuid4()
    projects = json.dumps([{"name": f"Sign {number}"} for number in range(MANY)])
    url = conninfo.make_conninfo(server.url(migrated_template), user="eagle_application")
    with psycopg.connect(url) as connection:
        connection.execute("select app.begin_work(%s, 'ana')", [account])
        # More than the 30 s of the role, for a machine that is busy otherwise.
        connection.execute("set local statement_timeout = '4min'")
        made = connection.execute(
            "select name from app.create_projects(%s, %s)", [account, projects]
        ).fetchall()
        assert [name for (name,) in made] == [f"Sign {number}" for number in range(MANY)]
        recorded = "select count(*) from app.project_events where event_type = 'project.created'"
        assert connection.execute(recorded).fetchone() == (MANY,)
        counted = connection.execute(
            "select project_count, is_exact from app.count_projects(%s)", [account]
        ).fetchone()
        assert counted == (MANY, True)
        connection.rollback()
