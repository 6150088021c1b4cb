"""What isolation costs is measured on any filled database, and written as a table and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tooling.errors import Exit
from tooling.laboratory.isolation import query_classes, signed
from tooling.laboratory.isolation.__main__ import main
from tooling.server.server import Server


@pytest.mark.parametrize(
    ("what", "column"),
    [
        ("rls", "both"),
        ("classes", "now to before"),
        ("signed", "signed to before (quartiles)"),
        ("chain", "events a second"),
    ],
)
def test_each_cost_is_measured(
    server: Server,
    generated: Callable[[int], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
    column: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(query_classes, "ROUNDS", 1)
    monkeypatch.setattr(signed, "ASKED", 20)
    url = server.url(generated(200 + len(what)))
    assert main([what, "--dsn", url, "--runs", "2"]) in (0, 1)
    head, rule, *rows = capsys.readouterr().out.splitlines()
    assert head.endswith(f"| {column} |") and rule.count("---") == head.count("|") - 1
    assert {row.count("|") for row in rows} == {head.count("|")}
    report = json.loads((tmp_path / "build/bench-security.json").read_text())[what]
    assert report["command"] == f"python -m tooling.laboratory.isolation {what}"
    assert report[what]


@pytest.mark.parametrize("wrong", [("--dsn", ""), ("--runs", "1"), ("--projects", "0")])
def test_what_cannot_be_measured_is_refused_before_a_server_starts(wrong: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["signed", *wrong])
    assert ended.value.code == Exit.USAGE
