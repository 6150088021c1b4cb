"""compose.citus.yaml: who logs in where, with which settings, and in which order it is distributed.

No container is started, nor Citus, which is in no package here: the programs run beside a server
without it, as far as they go.
"""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pglast
import psycopg
import pytest
import yaml

from pgproof.run.session import pinned
from tests.compose.database import OPEN
from tests.conftest import ROOT
from tests.roles import logins
from tooling.server import places
from tooling.server.embedded import temporary_server
from tooling.server.server import Server
from tooling.settings import load

FOLDER = ROOT / "compose/citus"
WHOLE: dict[str, Any] = yaml.safe_load((ROOT / "compose.citus.yaml").read_text())
SERVICES: dict[str, Any] = WHOLE["services"]
NODES = ("coordinator", "worker1", "worker2")
DATABASES = ROOT / "compose/db/20-databases.sql"
LOGINS = logins()
PASSWORDS = {
    name: f"{name.lower()}-0123456789:\\"
    for name in SERVICES["coordinator"]["environment"]
    if name.endswith("_PASSWORD")
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Start a server that asks for passwords as the nodes do; its roles are those of roles.sh."""
    place = places.scratch_folder("eagle-citus-")
    hba = place / "pg_hba.conf"
    hba.write_text((FOLDER / "pg_hba.conf").read_text().replace("peer", "trust"))
    try:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        own = {"hba_file": hba, "listen_addresses": "127.0.0.1", "port": port}
        with temporary_server(own) as running:
            started = Server(running.bin_dir, running.data_dir, running.socket_dir, port)
            with psycopg.connect(started.url(), autocommit=True) as connection:
                connection.execute("create database eagle_sign")
            environment = {
                **os.environ, **started.environment(), **PASSWORDS,
                "PATH": f"{started.bin_dir}:{os.environ['PATH']}", "EAGLE_SQL": str(ROOT / "sql"),
                "PGHOST": str(started.socket_dir), "PGPORT": str(started.port),
                "PGUSER": "postgres", "PGDATABASE": "eagle_sign",
            }  # fmt: skip
            made_with = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", DATABASES]
            subprocess.run(made_with, env=environment, check=True)
            command = ["sh", FOLDER / "roles.sh"]
            for _ in range(2):
                subprocess.run(command, env=environment, check=True)
            yield started
    finally:
        shutil.rmtree(place)


def settings(name: str) -> dict[str, str]:
    """Return the settings that the command of a node gives."""
    program, *words = SERVICES[name]["command"]
    assert (program, set(words[::2])) == ("postgres", {"-c"})
    return dict(word.split("=", 1) for word in words[1::2])


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run node.sh with `cat` in the place of the image's own program."""
    values = {"PATH": os.environ["PATH"], "PGPASSFILE": str(folder / "passwords"), **environment}
    command = ["sh", FOLDER / "node.sh", str(folder / "passwords")]
    values["EAGLE_NEXT"] = "cat"
    return subprocess.run(command, env=values, capture_output=True, text=True, check=False)


def test_a_node_knows_the_password_of_every_role_and_nobody_else_reads_it(tmp_path: Path) -> None:
    done = start(tmp_path, **PASSWORDS)
    assert done.returncode == 0, done.stderr
    known = dict(line.split(":", 4)[3:] for line in done.stdout.splitlines())
    assert known.keys() == {"postgres", "eagle_owner", *LOGINS}
    assert known["eagle_owner"] == "eagle_owner_password-0123456789\\:\\\\"
    assert (tmp_path / "passwords").stat().st_mode & 0o777 == 0o600


def test_a_node_does_not_start_with_a_password_that_would_be_guessed(tmp_path: Path) -> None:
    done = start(tmp_path, **{**PASSWORDS, "EAGLE_OWNER_PASSWORD": "owner"})
    assert done.returncode == 1
    assert done.stderr.startswith(
        "error: EAGLE_OWNER_PASSWORD has fewer than 16 characters\nhint: "
    )


@pytest.mark.parametrize("role", ["eagle_owner", *LOGINS])
def test_a_node_logs_in_to_another_with_the_file_of_passwords(
    server: Server, tmp_path: Path, role: str
) -> None:
    assert start(tmp_path, **PASSWORDS).returncode == 0
    to = {"host": "127.0.0.1", "port": server.port, "dbname": "eagle_sign", "user": role}
    with psycopg.connect(passfile=tmp_path / "passwords", **to) as connection:
        assert connection.execute("select current_user").fetchone() == (role,)
    (tmp_path / "passwords").write_text(f"*:*:*:{role}:another\n")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(passfile=tmp_path / "passwords", **to)


def test_the_owner_and_the_superuser_come_from_nodes_only(server: Server) -> None:
    with psycopg.connect(server.url()) as connection:
        rules = connection.execute(
            "select user_name, address, auth_method, error from pg_hba_file_rules"
            " where type = 'host' order by rule_number"
        ).fetchall()
    assert [error for *_, error in rules if error] == []
    nodes = WHOLE["networks"]["nodes"]["ipam"]["config"][0]["subnet"].split("/")[0]
    let_in: dict[str, set[str]] = {}
    for users, address, *_ in rules[:-1]:
        let_in.setdefault(address, set()).update(users)
    everybody = {"postgres", "eagle_owner", *LOGINS}
    assert let_in == {nodes: everybody, "127.0.0.1": everybody, "samenet": set(LOGINS)}
    assert all(method == "scram-sha-256" for *_, method, _ in rules[:-1])
    assert rules[-1][:3] == (["all"], "all", "reject")


def test_no_role_may_connect_to_another_database_of_a_node(server: Server) -> None:
    with psycopg.connect(server.url("eagle_sign")) as connection:
        assert connection.execute(OPEN, ["eagle_sign"]).fetchall() == []
    for name in NODES:
        source = f"./{DATABASES.relative_to(ROOT)}"
        assert (
            f"{source}:/docker-entrypoint-initdb.d/020-databases.sql:ro"
            in SERVICES[name]["volumes"]
        )


def test_workers_meet_the_coordinator_and_nobody_else() -> None:
    assert WHOLE["networks"]["nodes"]["internal"] is True
    for name in ("worker1", "worker2"):
        assert SERVICES[name]["networks"] == ["nodes"]
        assert "ports" not in SERVICES[name]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["coordinator"]["ports"])


@pytest.mark.parametrize("name", NODES)
def test_a_node_has_what_the_rules_ask_for(name: str, server: Server) -> None:
    found = settings(name)
    assert found["shared_preload_libraries"].split(",")[0] == "citus", "Citus comes first"
    assert found["wal_level"] == "logical"
    assert found["citus.propagate_set_commands"] == "local"
    with psycopg.connect(server.url()) as connection:
        text = pinned(connection, "pg_catalog", load(ROOT).session)
    for setting, value in re.findall(r"(citus\.\w+) = '(\w+)'", text):
        assert found[setting] == value, "a partition made at run time needs it like a migration"
    assert int(found["max_prepared_transactions"]) >= int(found["max_connections"])


def test_a_database_is_migrated_on_one_server_then_distributed() -> None:
    """Migrations 0007 and 0009 copy rows in ways that Citus refuses."""
    assert "migrate" in SERVICES["setup"]["depends_on"]
    assert "roles" in SERVICES["migrate"]["depends_on"]
    target = "/docker-entrypoint-initdb.d/001-create-citus-extension.sql"
    mounted = [volume for volume in SERVICES["coordinator"]["volumes"] if target in volume]
    source = mounted[0].split(":")[0]
    assert "create extension" not in (ROOT / source).read_text()


def test_distributing_is_one_transaction_without_triggers_in_the_order_of_the_database() -> None:
    text = (FOLDER / "distribute.sql").read_text()
    run = re.sub(r"\\g(set|exec)\b", ";", text).replace(":relations", "r")
    assert pglast.parse_sql(re.sub(r"^\\.*$", "", run, flags=re.MULTILINE))
    transaction = text[text.index("\nbegin;") : text.index("\ncommit;")]
    order = (
        "set local citus.propagate_set_commands = 'local'",
        "set local session_replication_role = 'replica'",
        "lock table :relations in exclusive mode",
        "from ops.distribution_statements()",
    )
    places = [transaction.index(part) for part in order]
    assert places == sorted(places)
    assert "create_distributed_table" not in text, "the database says which, in ops"
