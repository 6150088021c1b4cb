"""A row that is over a limit stops no migration; what is written from then on holds to it."""

from pathlib import Path

import psycopg
import pytest

from tests.repo.staging import Stage, names

LIMITS = "0029.limits"
ACCOUNT = "0194f3c0-0000-7000-8000-000000000001"
PLANT = f"""
insert into app.projects (account_id, name, description, customer, created_by, updated_by)
values ('{ACCOUNT}', 'Harbour sign', repeat('x', 20000), 'Ana''s Diner', 'ana', 'ana');
insert into app.project_payloads (account_id, project_id, module, config)
select account_id, project_id, 'signage.single_pole.base_plate',
       jsonb_build_object('note', repeat('x', 100000))
  from app.projects;
"""
OPEN = """
select distinct conname::text
  from pg_constraint
 where not convalidated and connamespace = 'app'::regnamespace
 order by 1
"""


def test_a_row_over_a_limit_stays_and_is_named(empty_database: str, tmp_path: Path) -> None:
    stage = Stage(tmp_path, empty_database)
    stage.add(*(name for name in names() if name < LIMITS))
    stage.tooling("migrate")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(PLANT.encode())
    stage.add(*(name for name in names() if name >= LIMITS))
    stage.tooling("migrate")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        broken = ["project_payloads_config_check", "projects_description_check"]
        assert [name for (name,) in connection.execute(OPEN)] == broken
        found = connection.execute(
            "select findings from ops.check_integrity(false)"
            " where check_name = 'unvalidated-constraints'"
        ).fetchall()
        assert all(name in str(found) for name in broken)
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("update app.projects set street = '12 Quay St'")
        connection.execute("update app.projects set description = 'short'")
        connection.execute(
            "alter table app.projects validate constraint projects_description_check"
        )
        assert [name for (name,) in connection.execute(OPEN)] == broken[:1]
