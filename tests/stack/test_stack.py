"""`make stack-check` knows how each service is started, and fails where it cannot start them."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.compose import stack
from tests.conftest import ROOT
from tests.stack import __main__ as command
from tests.stack import images, podman, project
from tests.stack.podman import Podman, StepError
from tooling.errors import Exit, RefusedError

EVERY = [service for file in images.FILES for service in stack.services(file).values()]


def opened(file: str) -> project.Project:
    return project.Project(Podman(Path("none")), file, {})


def test_each_image_has_a_stand_in_or_a_reason_why_not() -> None:
    named = {images.repository(one["image"]) for one in EVERY if "build" not in one}
    bases = {
        images.repository(name)
        for file in stack.DOCKERFILES
        for name in re.findall(r"^FROM (\S+)", file.read_text(), re.MULTILINE)
    }
    assert images.STAND_INS.keys() | images.MISSING.keys() == named | bases
    stages = re.findall(r"^FROM base AS (\w+)$", images.CONTAINERFILE.read_text(), re.MULTILINE)
    assert set(stages) == set(images.STAND_INS.values())


def test_what_is_not_started_is_what_no_package_has() -> None:
    missing = opened("compose.yaml").missing()
    assert missing.keys() == {"search", "search_feed", "grafana"}
    assert missing["search_feed"] == "waits for search"
    assert opened("compose.ha.yaml").missing() == {}


@pytest.mark.parametrize("file", images.FILES)
def test_every_other_service_is_started_after_those_that_it_waits_for(file: str) -> None:
    one = opened(file)
    started = [name for names in one.generations() for name in names]
    assert sorted([*started, *one.missing()]) == sorted(one.services)
    assert one.by_hand() == ["restore"]
    for name in started:
        for other in one.services[name].get("depends_on", {}):
            assert started.index(other) < started.index(name)


def test_a_service_that_is_run_by_hand_is_one_of_the_project() -> None:
    one = opened("compose.yaml")
    assert {f"--profile={name}" for name in [*one.by_hand(), *stack.PROFILES]} <= set(one.command())


def test_each_port_is_chosen_anew() -> None:
    published = [port for one in EVERY for port in one.get("ports", [])]
    assert len(published) == sum(len(stack.ports(file)) for file in images.FILES) > 0


def test_it_takes_no_name_of_the_stack_itself() -> None:
    for file in images.FILES:
        assert opened(file).name != stack.load(file)["name"]
    ours = {images.stand_in(one) for one in EVERY} - {None}
    assert all(str(name).startswith(podman.PREFIX) for name in ours)


def test_it_fails_where_podman_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(podman.PACKAGES, "runc", "/nowhere/runc")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(RefusedError, match=r"not installed: .*runc") as refused:
        podman.opened()
    assert "apt-get install" in str(refused.value.hint)


def test_it_fails_for_who_is_not_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(command, "REPORT", tmp_path / "stack.json")
    command.REPORT.write_text("{}")
    assert command.main([]) == Exit.REFUSED
    assert not command.REPORT.exists(), "an older report says nothing of this run"


def test_what_podman_has_begun_is_waited_for_when_it_is_interrupted(tmp_path: Path) -> None:
    program = f"""
import signal, sys
from pathlib import Path
from tests.stack.podman import Podman
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
Podman(Path("none")).program(["sh", "-c", "touch {tmp_path}/begun; sleep 2; touch {tmp_path}/done"])
"""
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(60) == 143
    assert (tmp_path / "done").exists()


def test_an_error_is_reported_with_its_hint(tmp_path: Path) -> None:
    program = tmp_path / "podman"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        for said, wanted in (
            ("more\nerror: it failed\nhint: Try again.\n", "error: it failed / hint: Try again."),
            ("more\nError: no such container\n", "Error: no such container"),
            ("", "exit code 3"),
        ):
            program.write_text(f"#!/bin/sh\nprintf '%s' '{said}' >&2\nexit 3\n")
            program.chmod(0o755)
            with pytest.raises(StepError) as failed:
                Podman(Path("none")).run("exec")
            assert failed.value.message == f"podman exec: {wanted}"


def test_a_step_that_fails_is_recorded_and_the_rest_is_not_done() -> None:
    report = command.Report()

    def fail(error: Exception) -> None:
        raise error

    done = [
        report.step("one", lambda: None),
        report.step("two", fail, StepError("podman: no")),
        report.step("three", fail, ConnectionRefusedError()),
    ]
    assert done == [True, False, False]
    assert report.failed == {"two": "podman: no", "three": "ConnectionRefusedError"}
    assert report.seconds.keys() == {"one", "two", "three"}


def test_the_report_has_the_names_that_scripts_rely_on() -> None:
    made = json.loads(json.dumps(command.asdict(command.Report())))
    wanted = ["services", "started", "healthy", "restored", "failed_over", "not_started"]
    assert list(made)[:6] == wanted


def test_the_entry_point_of_the_stand_in_is_a_script_that_bash_reads() -> None:
    file = images.CONTAINERFILE.with_name("docker-entrypoint.sh")
    subprocess.run(["bash", "-n", file], check=True)
    assert f"COPY --chmod=755 {file.name}" in images.CONTAINERFILE.read_text()


def test_make_runs_it() -> None:
    dry_run = ["make", "--no-print-directory", "-n", "-o", ".venv/test", "stack-check"]
    printed = subprocess.run(dry_run, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[-1] == ".venv/bin/python -m tests.stack"
