"""What was acknowledged survives; and the count would notice if it did not."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.chaos import writer
from tests.chaos.__main__ import judge, report
from tests.chaos.cases import CASES
from tests.chaos.stage import COLD_ROWS, Stage
from tests.tooling.backup.conftest import in_memory
from tests.tooling.backup.world import world

__all__ = ["in_memory"]


def test_nothing_is_lost_with_the_data_directory() -> None:
    (case,) = [one for one in CASES if one.name == "delete-data"]
    verdict = judge(case)
    assert verdict
    assert verdict.survived, verdict
    assert verdict.acknowledged > 0
    assert report([verdict])["survived"] == 1


@pytest.fixture(scope="module")
def counted() -> Iterator[Stage]:
    """Yield a stage on which one transaction was written and acknowledged."""
    with world() as made:
        for table in ("chaos_left", "chaos_right", "cold"):
            made.sql(f"create table {table} (id bigint, digest text)")
        made.sql(
            f"insert into cold select g, md5(g::text) from generate_series(1, {COLD_ROWS}) as g"
        )
        with psycopg.connect(made.url) as connection:
            writer.write(connection, 7)
        play = Stage(made)
        play.files[0].write_text("7\n")
        yield play


def test_what_is_there_counts_as_whole(counted: Stage) -> None:
    assert counted.count() == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("harm", "cure", "found"),
    [
        ("delete from chaos_left", "insert into chaos_left values (7, md5('7'))", (1, 1, 0, 1)),
        (
            "insert into chaos_left values (7, md5('7'))",
            "delete from chaos_left where ctid > (select min(ctid) from chaos_left)",
            (1, 0, 1, 0),
        ),
        (
            "update chaos_right set digest = 'other'",
            "update chaos_right set digest = md5('7')",
            (1, 0, 0, 1),
        ),
        ("delete from cold where id = 1", "insert into cold values (1, md5('1'))", (1, 0, 0, 1)),
    ],
    ids=["lost", "doubled", "changed", "cold row lost"],
)
def test_harm_is_counted(
    counted: Stage, harm: str, cure: str, found: tuple[int, int, int, int]
) -> None:
    counted.world.sql(harm)
    assert counted.count() == found
    counted.world.sql(cure)


def test_a_line_cut_short_was_not_acknowledged(counted: Stage) -> None:
    counted.files[1].write_text("1000000007")
    assert counted.count() == (1, 0, 0, 0)
