"""Who may come in: each file of rules names its databases and roles, and turns the rest away."""

from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.roles import logins

FILES = sorted(
    [*(ROOT / "compose").rglob("pg_hba.conf"), *(ROOT / "compose").rglob("patroni.yaml")]
)
LOGINS = set(logins())
REJECTED = ["host", "all", "all", "all", "reject"]


def rules(file: Path) -> list[list[str]]:
    """Return the words of each rule: type, databases, roles, address if any, method."""
    if file.suffix == ".yaml":
        lines: list[str] = yaml.safe_load(file.read_text())["postgresql"]["pg_hba"]
    else:
        lines = [line for line in file.read_text().splitlines() if line and line[0] != "#"]
    return [line.split() for line in lines]


EVERY = pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)


@EVERY
def test_nobody_comes_to_a_database_or_as_a_role_that_is_not_named(file: Path) -> None:
    *let_in, last = rules(file)
    assert last == REJECTED
    for kind, databases, roles, *_, method in let_in:
        if (kind, databases, roles, method) == ("local", "all", "postgres", "peer"):
            continue
        assert method == "scram-sha-256", (databases, roles)
        assert "all" not in [*databases.split(","), *roles.split(",")]


@EVERY
def test_each_role_that_logs_in_comes_to_the_database(file: Path) -> None:
    let_in = {
        role
        for _, databases, roles, *_ in rules(file)
        for role in roles.split(",")
        if "eagle_sign" in databases.split(",")
    }
    assert let_in >= LOGINS


@EVERY
def test_the_superuser_comes_from_the_nodes_alone(file: Path) -> None:
    for kind, _, roles, *address, _ in rules(file):
        if "postgres" in roles.split(","):
            assert kind == "local" or address in (
                ["samehost"],
                ["127.0.0.1/32"],
                ["10.203.14.0/24"],
            )
