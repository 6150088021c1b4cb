"""Both sides of the benchmark answer the same questions with the same rows."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psycopg
import pytest

from tooling.database import connect
from tooling.errors import Exit
from tooling.laboratory import measure, mixed_page, plain_tables, refresh, results_page
from tooling.laboratory.classes import CLASSES, TEXT_TYPES, Class
from tooling.laboratory.synthetic.dataset import UNTIL
from tooling.queries.application import TYPES
from tooling.queries.parameters import Parameters, choose
from tooling.server.server import Server


@pytest.fixture(scope="module")
def parameters_and_application(
    server: Server, generated: Callable[[int], str]
) -> Iterator[tuple[list[Parameters], psycopg.Connection[Any]]]:
    benched = generated(600)
    with connect(server.url(benched), autocommit=True) as connection:
        plain_tables.build(connection)
        chosen = choose(connection, UNTIL)
    url = server.url(benched, user="eagle_application")
    with connect(url, autocommit=True) as application:
        yield chosen, application


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.name)
def test_both_sides_give_the_same_rows(
    one: Class,
    parameters_and_application: tuple[list[Parameters], psycopg.Connection[Any]],
) -> None:
    parameters, application = parameters_and_application
    found = 0
    for asked in parameters:
        answers = []
        for types, query in ((TYPES, one.ours), (TEXT_TYPES, one.plain)):
            application.execute(f"prepare asked ({types}) as {query}")
            with application.transaction():
                application.execute(
                    "select set_config('app.account_id', %s, true)", [asked.account]
                )
                execute = psycopg.sql.SQL("execute asked ({})").format(asked.literals())
                rows = application.execute(execute).fetchall()
            application.execute("deallocate asked")
            answers.append(rows)
        ours, plain = answers
        assert len(ours) == len(plain)
        first = [{str(row[0]) for row in rows} for rows in answers]
        assert first[0] == first[1] or len(ours) == 100
        found += len(ours)
    assert found


def test_the_application_sees_no_other_account(
    parameters_and_application: tuple[list[Parameters], psycopg.Connection[Any]],
) -> None:
    _, application = parameters_and_application
    assert application.execute("select count(*) from app.projects").fetchall() == [(0,)]


def test_figures_become_a_table_and_a_plot(
    parameters_and_application: tuple[list[Parameters], psycopg.Connection[Any]],
) -> None:
    parameters, application = parameters_and_application
    database = measure.Database(600, application, parameters[:1])
    found = measure.warm([database], 2)
    assert set(found) == {(600, one.name, side) for one in CLASSES for side in ("ours", "plain")}
    assert all(timing.median_ms > 0 and timing.runs == 2 for timing in found.values())
    rows = [
        {
            "class": one.name, "size": 600, "growth": None, "goal": one.goal, "ratio": 2.0,
            "ours_ms": 1.0, "plain_ms": 2.0, "ours_cold_ms": 1.0, "plain_cold_ms": 1.0,
            "ours": {"p99_ms": 1.0, "planning_ms": 0.1, "buffers": 3},
            "plain": {"p99_ms": 1.0, "planning_ms": 0.1, "buffers": 3},
        }
        for one in CLASSES
    ]  # fmt: skip
    document = {
        "when": "2026-01-01", "machine": "m", "load": [0.1], "postgresql": "18", "rows": rows,
        "disk": [{"size": 600, "ours": 2**20, "plain": 2**21, "ratio": 0.5, "refresh": {
            "seconds": 0.5, "reads": 70, "slowest_ms": 4.0, "alone_slowest_ms": 3.0,
            "failures": [],
        }}],
    }  # fmt: skip
    table = results_page.page(document)
    assert all(f"| {one.name} | 600 | 1.00 |" in table for one in CLASSES)
    bars = ElementTree.fromstring(results_page.plot(document)).findall("{*}rect")
    assert len(bars) == len(CLASSES)


@pytest.mark.parametrize(
    "words",
    [
        ("bench", "classes", "--sizes", "0"), ("bench", "classes", "--sizes", ""),
        ("bench", "classes", "--runs", "0"),
        ("bench", "generate", "--projects", "-1"), ("bench", "indexes", "--projects", "0"),
        ("bench", "conversion", "--projects", "0"), ("bench", "conversion", "--rate", "0"),
        ("bench", "conversion", "--seconds", "-1"), ("bench", "mixed", "--projects", "0"),
        ("bench", "mixed", "--clients", "0"), ("bench", "mixed", "--seconds", "0"),
        ("bench", "mixed", "--curve", "1,0"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_nothing_is_measured_of_nothing(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tooling", *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (Exit.USAGE, ""), done.stderr
    assert words[2] in done.stderr


def test_the_command_writes_a_row_a_class_and_size(tmp_path: Path) -> None:
    file = tmp_path / "new/bench.json"
    bench = ["bench", "classes", "--sizes", "300,100", "--runs", "1", "--output", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "tooling", *bench], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(file.read_text())["rows"]
    assert [(row["size"], row["class"]) for row in rows] == [
        (size, one.name) for size in (100, 300) for one in CLASSES
    ]
    for row in rows:
        assert row["ours_ms"] > 0 and row["plain_ms"] > 0 and row["ratio"] > 0
        assert (row["growth"] is None) == (row["size"] == 100)
        assert f"| {row['class']} | {row['size']} |" in done.stdout


def test_readers_of_the_materialized_view_go_on_while_it_is_refreshed(
    server: Server,
    parameters_and_application: tuple[list[Parameters], psycopg.Connection[Any]],
) -> None:
    parameters, application = parameters_and_application
    found = refresh.measure(server, application.info.dbname, parameters[0].account)
    assert found["failures"] == []
    assert found["seconds"] > 0 and found["reads"] > 0 and found["slowest_ms"] > 0


def test_rates_become_a_table_and_a_curve() -> None:
    rate = {"clients": 16, "tps": 120.0, "latency_ms": 8.1, "failed": 0}
    slow = {**rate, "tps": 100.0}
    document = {
        "when": "2026-01-01", "machine": "m", "load": [0.1], "postgresql": "18.6",
        "projects": 600, "seconds": 5, "ours": rate, "plain": slow, "ratio": 1.2,
        "curve": [{"ours": rate, "tpcb": slow}, {"ours": slow, "tpcb": rate}],
    }  # fmt: skip
    text = mixed_page.page(document)
    assert "| ours | 16 | 120 | 8.10 | 0 |" in text and "goal of 1.2 is met" in text
    assert "**missed**" in mixed_page.page({**document, "ratio": 1.19})
    lines = ElementTree.fromstring(mixed_page.plot(document)).findall("{*}polyline")
    assert [len(line.get("points", "").split()) for line in lines] == [2, 2]
    assert ElementTree.fromstring(mixed_page.plot({**document, "curve": []})) is not None
