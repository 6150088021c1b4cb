"""Capacity is arithmetic on what was measured, and says what it assumes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.conftest import ROOT
from tooling.cli import group
from tooling.errors import InputError
from tooling.laboratory import capacity_page as capacity

MIXED: dict[str, Any] = {
    "when": "2026-01-01", "machine": "a machine", "postgresql": "18.6", "projects": 1000,
    "curve": [
        {"ours": {"clients": 1, "tps": 100.0, "latency_ms": 10.0}},
        {"ours": {"clients": 4, "tps": 600.0, "latency_ms": 5.0}},
        {"ours": {"clients": 8, "tps": 500.0, "latency_ms": 16.0}},
    ],
}  # fmt: skip
BENCH: dict[str, Any] = {
    "when": "2026-01-02",
    "disk": [{"size": 1000, "ours": 9 * 2**20}, {"size": 10_000, "ours": 40 * 2**20}],
}


def cells(text: str) -> dict[str, str]:
    """Return the number of each row of the tables, commas left out."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", text, re.MULTILINE)
    return {name.replace(",", ""): value.replace(",", "") for name, value in rows}


def test_users_and_connections_follow_from_the_best_rate() -> None:
    found = cells(capacity.of(MIXED, BENCH)["capacity.md"])
    assert found["best rate of the write mix a second"] == "600"
    assert float(found["planned with a second"]) == 600 * capacity.HEADROOM
    users = 600 * capacity.HEADROOM * 60 / capacity.REQUESTS_A_MINUTE
    assert float(found["users who work at once"]) == users
    under_way = 600 * capacity.HEADROOM * 0.005
    assert float(found["requests under way at once"]) == under_way
    connections = round(under_way * capacity.CLIENTS_A_POOL)
    assert int(found["connections of the pooler to the server"]) == connections


def test_disk_follows_from_the_largest_database() -> None:
    found = cells(capacity.of(MIXED, BENCH)["capacity.md"])
    assert float(found["10000000"]) == pytest.approx(40 * 2**20 * 1000 / 2**30, abs=0.05)


@pytest.mark.parametrize(
    ("mixed", "bench", "problem"),
    [({**MIXED, "curve": []}, BENCH, "without a curve"), (MIXED, {**BENCH, "disk": []}, "no data")],
)
def test_nothing_is_estimated_from_what_was_not_measured(
    mixed: dict[str, Any], bench: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        capacity.of(mixed, bench)


def test_the_command_reads_the_files_and_writes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = []
    for name, document in (("mixed", MIXED), ("classes", BENCH)):
        (tmp_path / name).write_text(json.dumps(document))
        files += [f"--{name}", name]
    done = CliRunner().invoke(group, ["bench", "capacity", *files, "--docs"], standalone_mode=False)
    assert done.exception is None
    assert (tmp_path / "docs/reference/benchmarks/capacity.md").read_text() == done.output
    with pytest.raises(InputError, match="gone: cannot be read"):
        group.main(["bench", "capacity", "--mixed", "gone"], standalone_mode=False)


def test_the_page_is_one_that_the_command_writes() -> None:
    """Whatever was measured, the words are those of the command."""
    page = (ROOT / "docs/reference/benchmarks/capacity.md").read_text(encoding="utf-8")
    shape = re.compile(r", on .*, PostgreSQL|[\d,.-]+")
    assert shape.sub("", page) == shape.sub("", capacity.of(MIXED, BENCH)["capacity.md"])
