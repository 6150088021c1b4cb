"""Both sides of the benchmark answer the same questions with the same rows."""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import psycopg
import pytest

from tooling.bench import baseline, measure, report
from tooling.bench.queries import CLASSES, TEXT_TYPES, TYPES, Class
from tooling.database import connect
from tooling.server import Server
from tooling.synthetic import load
from tooling.synthetic.plan import UNTIL, Plan


@pytest.fixture(scope="module")
def parameters_and_application(
    server: Server, migrated_template: str
) -> Iterator[tuple[list[measure.Parameters], psycopg.Connection[Any]]]:
    with connect(server.url(), autocommit=True) as admin:
        admin.execute(f"create database benched template {migrated_template}")
        with connect(server.url("benched"), autocommit=True) as connection:
            load.generate(connection, Plan(400, 11), processes=1)
            baseline.build(connection)
            chosen = measure.choose(connection, UNTIL)
        url = server.url("benched", user="eagle_application")
        with connect(url, autocommit=True) as application:
            yield chosen, application
        admin.execute("drop database benched with (force)")


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.name)
def test_both_sides_give_the_same_rows(
    one: Class,
    parameters_and_application: tuple[list[measure.Parameters], psycopg.Connection[Any]],
) -> None:
    parameters, application = parameters_and_application
    found = 0
    for asked in parameters:
        answers = []
        for types, query in ((TYPES, one.ours), (TEXT_TYPES, one.baseline)):
            application.execute(f"prepare asked ({types}) as {query}")
            with application.transaction():
                application.execute(
                    "select set_config('app.account_id', %s, true)", [asked.account]
                )
                execute = psycopg.sql.SQL("execute asked ({})").format(asked.literals())
                rows = application.execute(execute).fetchall()
            application.execute("deallocate asked")
            answers.append(rows)
        ours, base = answers
        assert len(ours) == len(base)
        first = [{str(row[0]) for row in rows} for rows in answers]
        assert first[0] == first[1] or len(ours) == 100
        found += len(ours)
    assert found


def test_the_application_sees_no_other_account(
    parameters_and_application: tuple[list[measure.Parameters], psycopg.Connection[Any]],
) -> None:
    _, application = parameters_and_application
    assert application.execute("select count(*) from app.projects").fetchall() == [(0,)]


def test_figures_become_a_table_and_a_plot(
    parameters_and_application: tuple[list[measure.Parameters], psycopg.Connection[Any]],
) -> None:
    parameters, application = parameters_and_application
    found = measure.warm(application, parameters[:1], 2)
    assert {name for name, _ in found} == {one.name for one in CLASSES}
    assert all(timing.median_ms > 0 and timing.runs == 2 for timing in found.values())
    rows = [
        {
            "class": one.name, "size": 600, "growth": None, "goal": one.goal, "ratio": 2.0,
            "ours_ms": 1.0, "baseline_ms": 2.0, "ours_cold_ms": 1.0, "baseline_cold_ms": 1.0,
            "ours": {"p99_ms": 1.0, "planning_ms": 0.1, "buffers": 3},
            "baseline": {"p99_ms": 1.0, "planning_ms": 0.1, "buffers": 3},
        }
        for one in CLASSES
    ]  # fmt: skip
    document = {
        "when": "2026-01-01", "machine": "m", "load": [0.1], "postgresql": "18", "rows": rows,
        "disk": [{"size": 600, "ours": 2**20, "baseline": 2**21, "ratio": 0.5}],
    }  # fmt: skip
    table = report.table(document)
    assert all(f"| {one.name} | 600 | 1.00 |" in table for one in CLASSES)
    bars = ElementTree.fromstring(report.plot(document)).findall("{*}rect")
    assert len(bars) == len(CLASSES)
