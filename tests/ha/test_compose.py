"""compose.ha.yaml: its nodes are set as those of the tests are.

What every compose file is held to stands in tests/compose.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.compose import stack
from tests.conftest import ROOT
from tests.ha import cluster
from tooling.backup.barman import SLOT

ENCRYPTED = re.compile(r"CERT|KEY(FILE)?$|CAFILE|SSL|PROTOCOL|VERIFY_CLIENT")
NODES = ("node1", "node2", "node3")
CLIENTS = ("migrate", "receive", "jobs", "restore")


def test_backups_and_jobs_are_those_of_one_server_but_for_the_address() -> None:
    """And for the object store, which is none of these services."""
    ours, others = stack.services("compose.ha.yaml"), stack.services("compose.yaml")
    for name in ("receive", "jobs", "restore"):
        for key in ("command", "entrypoint", "build", "image", "stop_grace_period"):
            assert ours[name].get(key) == others[name].get(key)
        assert ours[name]["environment"].keys() == others[name]["environment"].keys()


def test_patroni_keeps_the_slot_of_the_receiver_on_every_node() -> None:
    """It drops the slots that it does not know."""
    patroni = yaml.safe_load((ROOT / "compose/ha/patroni.yaml").read_text())
    assert patroni["bootstrap"]["dcs"]["slots"] == {SLOT: {"type": "physical"}}


def test_its_nodes_are_given_what_the_nodes_of_the_tests_are() -> None:
    services = stack.services("compose.ha.yaml")
    ours = set(re.findall(r"PATRONI_[A-Z0-9_]+", Path(cluster.__file__).read_text()))
    ours = {name for name in ours if not name.endswith("_")} - {"PATRONI_POSTGRESQL_BIN_DIR"}
    roles = ("SUPERUSER", "REPLICATION", "REWIND")
    ours |= {f"PATRONI_{role}_{what}" for role in roles for what in ("USERNAME", "PASSWORD")}
    ours |= {f"{role.upper()}_PASSWORD" for role in ("postgres", *cluster.LOGINS)}
    for name in NODES:
        assert {one for one in services[name]["environment"] if not ENCRYPTED.search(one)} == ours


def test_nothing_between_its_nodes_is_readable_on_the_network() -> None:
    """The tests' servers have no OpenSSL: `make stack-check` connects to these."""
    services = stack.services("compose.ha.yaml")
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            assert "http:" not in value, f"{name}: {key}"
    for name in NODES:
        given = services[name]["environment"]
        for role in ("SUPERUSER", "REPLICATION", "REWIND"):
            assert given[f"PATRONI_{role}_SSLMODE"] == "verify-full"
        assert given["PATRONI_ETCD3_PROTOCOL"] == "https"
    for name in CLIENTS:
        address = services[name]["environment"]["DATABASE_URL"]
        assert "sslmode=verify-full" in address
        assert f"host={','.join(NODES)} " in address
        assert "target_session_attrs=read-write" in address
    patroni = yaml.safe_load((ROOT / "compose/ha/patroni.yaml").read_text())["postgresql"]
    assert patroni["parameters"]["ssl"] == "on"
    assert {line.split()[0] for line in patroni["pg_hba"][:-1]} == {"hostssl"}
    assert patroni["pg_hba"][-1] == "host all all all reject"


def test_a_certificate_is_made_for_each_machine_once(tmp_path: Path) -> None:
    command = stack.services("compose.ha.yaml")["certificates"]["command"]
    for name in ("authority", "trusted", *(one.partition(":")[0] for one in command)):
        (tmp_path / name).mkdir()

    def run() -> str:
        script = ["sh", ROOT / "compose/ha/eagle-certificates", *command]
        given = {**os.environ, "EAGLE_CERTIFICATES": str(tmp_path)}
        done = subprocess.run(script, env=given, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    first = run()
    assert len(first.splitlines()) == len(command)
    before = {file: file.read_bytes() for file in tmp_path.glob("*/*.crt")}
    assert run() == ""
    assert {file: file.read_bytes() for file in before} == before
    for one in command:
        machine, _, names = one.partition(":")
        folder = tmp_path / machine
        assert (folder / "server.key").stat().st_mode & 0o777 == 0o640
        for host in (*names.split(","), "localhost"):
            for purpose in ("sslserver", "sslclient"):
                check = ["openssl", "verify", "-CAfile", tmp_path / "trusted/ca.crt"]
                check += ["-purpose", purpose, "-verify_hostname", host, folder / "server.crt"]
                subprocess.run(check, capture_output=True, check=True)


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
