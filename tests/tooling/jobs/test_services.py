"""The units of what runs without an end: systemd accepts them, and each runs a command."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from tests.conftest import ROOT
from tooling.cli import group
from tooling.jobs import services, timers


def test_the_services_are_units_that_systemd_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group.main(["job", "services", str(tmp_path), "--user", "root"], standalone_mode=False)
    units = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [unit.name for unit in units] == [
        f"{timers.PREFIX}{name}.service" for name in ("receive", "metrics", "alert-receiver")
    ]
    if analyze := shutil.which("systemd-analyze"):
        checked = subprocess.run(
            [analyze, "verify", "--man=no", *map(str, units)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert [line for line in checked.stderr.splitlines() if timers.PREFIX in line] == []


@pytest.mark.parametrize("name", services.SERVICES)
def test_a_service_runs_a_command_again_and_again(name: str) -> None:
    text = services.service(name, "eagle-sign", Path("/etc/eagle-sign/tooling.env"), ROOT)
    (words,) = re.findall(r"^ExecStart=\S+/tooling (.+)$", text, re.MULTILINE)
    command: click.Command | None = group
    for word in words.split():
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    lines = text.splitlines()
    assert {"Restart=always", "StartLimitIntervalSec=0", f"WorkingDirectory={ROOT}"} < {*lines}
    files = [line for line in lines if line.startswith("EnvironmentFile=")]
    assert files == [
        "EnvironmentFile=/etc/eagle-sign/tooling.env",
        f"EnvironmentFile=-/etc/eagle-sign/{name}.env",
    ]


def test_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["job", "services", str(tmp_path / "units"), "--dry-run"]
    group.main(words, standalone_mode=False)
    assert capsys.readouterr().out.count("[Service]") == len(services.SERVICES)
    assert not (tmp_path / "units").exists()
