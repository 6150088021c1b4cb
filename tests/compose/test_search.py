"""The search service: how OpenSearch is started. OpenSearch itself is in no registry reached here.

What is run is the script of compose.yaml, with the two programs of the image that it calls replaced
by ones that only say what they were given.
"""

import os
import subprocess
from pathlib import Path

import yaml

from tests.compose import stack
from tests.conftest import ROOT

SCRIPT = ROOT / "compose/search/start.sh"
VALUES = stack.secrets()
HASH = "$2y$12$abcdefghijklmnopqrstuuDxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"  # pragma: allowlist secret


def start(home: Path, hashed: str) -> "subprocess.CompletedProcess[str]":
    tools = home / "plugins/opensearch-security/tools"
    tools.mkdir(parents=True)
    (home / "config/opensearch-security").mkdir(parents=True)
    said = f"echo 'a line before'\necho \"$1 $2\" >{home}/asked\nprintf '%s\\n' '{hashed}'\n"
    for file, text in (
        (tools / "hash.sh", said),
        (home / "opensearch-docker-entrypoint.sh", 'echo "started $*"\n'),
    ):
        file.write_text(f"#!/bin/sh\n{text}")
        file.chmod(0o755)
    environment = {
        **os.environ,
        **stack.environment_of("search", VALUES),
        "OPENSEARCH_HOME": str(home),
    }
    return subprocess.run(
        ["bash", SCRIPT], env=environment, capture_output=True, text=True, check=False
    )


def test_the_only_user_is_the_one_whose_password_we_made(tmp_path: Path) -> None:
    done = start(tmp_path, HASH)
    assert (done.returncode, done.stdout) == (0, "started opensearch\n")
    assert (tmp_path / "asked").read_text() == "-env OPENSEARCH_INITIAL_ADMIN_PASSWORD\n"
    users = yaml.safe_load((tmp_path / "config/opensearch-security/internal_users.yml").read_text())
    assert users.keys() == {"_meta", "admin"}
    assert users["admin"]["hash"] == HASH


def test_it_does_not_start_without_a_password_of_its_own(tmp_path: Path) -> None:
    done = start(tmp_path, "usage: hash.sh")
    assert done.returncode == 1
    assert "started" not in done.stdout


def test_the_version_is_the_one_asked_for() -> None:
    service = stack.services()["search"]
    assert service["image"].startswith("opensearchproject/opensearch:2.12.")
    assert "-Xmx512m" in service["environment"]["OPENSEARCH_JAVA_OPTS"]
