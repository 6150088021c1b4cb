"""compose.ha.yaml: its nodes are set as those of the tests are.

What every compose file is held to stands in tests/compose.
"""

import re
from pathlib import Path

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
    for name in NODES:
        assert set(services[name]["environment"]) == ours


def test_the_image_has_the_version_of_patroni_that_is_tested() -> None:
    tested = re.search(r"^patroni==(\S+)", (ROOT / "requirements/test.txt").read_text(), re.M)
    assert tested
    assert f"patroni[etcd3,psycopg3]=={tested[1]}" in (ROOT / "compose/ha/Dockerfile").read_text()
