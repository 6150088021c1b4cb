"""The undo of 0026 refuses while partitions are in use that months could not be made beside."""

import psycopg
import pytest

from tests.repo.staging import MIGRATIONS

UNDO = (MIGRATIONS / "0026.partition-periods.rollback.sql").read_bytes()
MADE = "select ops.create_time_partitions('app.project_events', current_date + 400)"


@pytest.mark.parametrize(
    ("period", "is_refused"), [("day", True), ("week", True), ("month", False), ("quarter", False)]
)
def test_whole_months_go_back_and_others_do_not(
    migrated_database: str, period: str, is_refused: bool
) -> None:
    with psycopg.connect(migrated_database) as connection:
        connection.execute("update ops.partition_policies set period = %s", [period])
        ((name,),) = connection.execute(MADE).fetchall()
        if is_refused:
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=name):
                connection.execute(UNDO)
        else:
            connection.execute(UNDO)
            assert connection.execute("select * from ops.ensure_partitions()").fetchall() == []
        connection.rollback()
