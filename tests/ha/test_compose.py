"""compose.ha.yaml: its nodes are set as those of the tests are.

What every compose file is held to stands in tests/compose.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.compose import stack
from tests.conftest import ROOT
from tests.ha import cluster

NODES = ("node1", "node2", "node3")


def test_its_nodes_are_given_what_the_nodes_of_the_tests_are() -> None:
    services = stack.services("compose.ha.yaml")
    ours = set(re.findall(r"PATRONI_[A-Z0-9_]+", Path(cluster.__file__).read_text()))
    ours = {name for name in ours if not name.endswith("_")} - {"PATRONI_POSTGRESQL_BIN_DIR"}
    roles = ("SUPERUSER", "REPLICATION", "REWIND")
    ours |= {f"PATRONI_{role}_{what}" for role in roles for what in ("USERNAME", "PASSWORD")}
    ours |= {f"{role.upper()}_PASSWORD" for role in ("postgres", *cluster.LOGINS)}
    for name in NODES:
        assert set(services[name]["environment"]) == ours


def test_the_image_has_the_packages_that_are_tested() -> None:
    tested, ours = (
        set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / f"requirements/{name}.txt").read_text(), re.M))
        for name in ("test", "patroni")
    )
    assert {one.partition("==")[0] for one in ours} >= {"patroni", "psycopg", "python-etcd"}
    assert ours <= tested
    version = next(one for one in ours if one.startswith("patroni==")).partition("==")[2]
    for name in NODES:
        image = stack.services("compose.ha.yaml")[name]["image"]
        assert image.startswith(f"eagle-sign/patroni:{version}-")


@pytest.mark.parametrize("name", ["EAGLE_BACKUP", "PATRONI_REWIND", "PATRONI_SUPERUSER"])
def test_a_node_does_not_start_with_a_password_that_would_be_guessed(name: str) -> None:
    wanted = stack.services("compose.ha.yaml")["node1"]["environment"]
    given = {one: "a-word-of-20-letters" for one in wanted if one.endswith("_PASSWORD")}
    command = ["sh", ROOT / "compose/db/eagle-entrypoint", "/etc/patroni.yaml"]
    guessed = f"{name}_PASSWORD"
    for weak in ({}, {guessed: "patroni"}):
        environment = {"PATH": os.environ["PATH"], "EAGLE_NEXT": "echo", **given, **weak}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == bool(weak)
        assert (f"{guessed} has fewer" in done.stderr) is bool(weak)


def test_the_image_has_what_a_node_of_the_tests_has() -> None:
    text = (ROOT / "compose/ha/Dockerfile").read_text()
    for files in cluster.IMAGE.values():
        for file in files:
            assert file in text
