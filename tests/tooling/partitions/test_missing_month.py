"""A write without its month is refused, counted and not lost."""

from typing import Any

import psycopg
import pytest

from tests.tooling.partitions.common import (
    MONTH,
    one,
    owner,
    rows,
)
from tooling.database import connect


def test_a_write_without_its_month_is_refused_counted_and_tried_again(url: str) -> None:
    with owner(url) as connection:
        present = one(
            connection,
            "select partition from ops.partitions where starts_at <= now() and ends_at > now()",
        )
        connection.execute(f"alter table app.project_events detach partition {present}")
        connection.execute(f"alter table {present} rename to put_aside")
        account = one(connection, "select account_id::text from app.projects limit 1")

    def create(client: psycopg.Connection[Any]) -> None:
        with client.transaction():
            client.execute("select set_config('app.account_id', %s, true)", [account])
            client.execute("select app.create_project(%s, 'New sign', 'ana')", [account])

    with connect(url, autocommit=True) as client:
        client.execute("set role eagle_application")
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            create(client)
        diag = refused.value.diag
        assert (diag.table_name, diag.constraint_name) == ("project_events", None)
        assert "no partition of relation" in str(diag.message_primary)

        with pytest.raises(psycopg.Error) as stranger:
            client.execute("select ops.repair_partitions(%s)", [account])
        assert stranger.value.sqlstate == "ES005"
        for _ in range(2):
            with client.transaction():
                client.execute("select set_config('app.account_id', %s, true)", [account])
                assert one(client, "select ops.repair_partitions(%s)", account) is True
        create(client)
    with owner(url) as connection:
        assert rows(connection, "select relation, misses from ops.missed_months") == [
            ("app.project_events", 1)
        ]


def test_an_operator_ensures_and_the_application_may_not(url: str) -> None:
    with connect(url, autocommit=True) as connection:
        connection.execute("set role eagle_operator")
        assert rows(connection, "select * from ops.ensure_partitions()") == []
        connection.execute("set role eagle_application")
        for call in (
            "ops.ensure_partitions()",
            f"ops.begin_retirement('{MONTH}', 'drop')",
            f"ops.drop_retired_partition('{MONTH}')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select {call}")
