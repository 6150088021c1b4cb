"""Migrations of two branches: what differs by the order in which they are applied is named."""

import subprocess
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import psycopg
import pytest

from pgproof.errors import Exit
from pgproof.order.prove import prove
from pgproof.order.records import Order
from tests import order_cases as cases
from tests.project import Project

PAIRS = list(combinations(cases.APART, 2))


class Repository:
    """A repository of git with the folder of a project: `main`, and a branch `ours` beside it."""

    def __init__(self, project: Project):
        self.project = project
        self.root = project.settings.root
        self.git("init", "-q", "-b", "main")
        self.commit("0001.base", cases.BASE)

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, name: str, sql: str) -> None:
        self.project.write(name, sql)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", name)

    def branch(self, ours: dict[str, str], theirs: dict[str, str]) -> None:
        """Commit files to `main`, and other files to the branch `ours`, which is checked out."""
        self.git("checkout", "-q", "-b", "ours")
        for name, sql in ours.items():
            self.commit(name, sql)
        self.git("checkout", "-q", "main")
        for name, sql in theirs.items():
            self.commit(name, sql)
        self.git("checkout", "-q", "ours")

    def again(self, ours: str, theirs: str) -> None:
        """Begin anew with one file a side."""
        self.git("checkout", "-q", "main")
        self.git("reset", "-q", "--hard", self.git("rev-list", "--max-parents=0", "HEAD"))
        self.git("branch", "-q", "-D", "ours")
        self.branch({"0002.ours": ours}, {"0003.theirs": theirs})

    def prove(self, base: str = "main", **options: Any) -> Order:
        return prove(self.project.settings, self.project.url, base, **options)


@pytest.fixture
def repository(project: Project) -> Repository:
    return Repository(project)


def found(order: Order) -> set[tuple[str, str]]:
    return {(one.kind, one.name) for one in order.clashes}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, server: Any) -> Iterator[Repository]:
    """Return a repository whose branches are made anew by each test."""
    made = Repository(Project.make(tmp_path_factory.mktemp("order"), server.url()))
    made.branch({}, {})
    yield made
    with psycopg.connect(server.url(), autocommit=True) as connection:
        left = connection.execute(
            "select datname from pg_database where datname like 'pgproof_scratch%'"
        ).fetchall()
        roles = connection.execute(
            "select rolname from pg_roles where rolname like 'pgproof_order%'"
        ).fetchall()
    assert (left, roles) == ([], [])


@pytest.mark.parametrize("name", cases.CONFLICTS)
def test_a_conflict_is_found_and_its_object_and_files_named(shared: Repository, name: str) -> None:
    ours, theirs, expected = cases.CONFLICTS[name]
    shared.again(ours, theirs)
    order = shared.prove()
    assert not order.commutes
    assert expected <= found(order), order
    assert all(
        one.in_order_ours_first != one.in_order_theirs_first or one.kind in {"table", "column"}
        for one in order.clashes
    )
    assert all(one.files for one in order.clashes), order.clashes
    assert order.exit_code == Exit.CLASHING


@pytest.mark.parametrize("name", cases.COMMUTING)
def test_what_commutes_is_no_conflict(shared: Repository, name: str) -> None:
    shared.again(*cases.COMMUTING[name])
    order = shared.prove()
    assert order.compared
    assert order.clashes == ()


@pytest.mark.parametrize("pair", PAIRS)
def test_changes_apart_from_each_other_are_no_conflict(
    shared: Repository, pair: cases.Pair
) -> None:
    shared.again(*pair)
    order = shared.prove()
    assert order.compared
    assert order.clashes == ()
