"""Migrations of two branches: what differs by the order in which they are applied is named."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgproof.errors import Exit, InputError, PgproofError
from pgproof.order import page
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

    def commit(self, name: str, sql: str, side: str = "main") -> None:
        self.project.write(name, sql)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"{name} of {side}")

    def branch(self, ours: dict[str, str], theirs: dict[str, str]) -> None:
        """Commit files to `main`, and other files to the branch `ours`, which is checked out."""
        self.git("checkout", "-q", "-b", "ours")
        for name, sql in ours.items():
            self.commit(name, sql, "ours")
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test of pairs a part of them; all with --every-test."""
    for name, given, part in (
        ("conflict", list(cases.CONFLICTS), 9),
        ("harmless", list(cases.COMMUTING), 9),
        ("pair", PAIRS, 26),
    ):
        if name in metafunc.fixturenames:
            every = metafunc.config.getoption("--every-test")
            metafunc.parametrize(name, given if every else given[::part])


def test_it_reports_the_file_that_it_has_come_to(shared: Repository) -> None:
    shared.again("create table ours ();", "create table theirs ();")
    shared.prove(report=shared.project.report)
    files = [fields["file"] for fields in shared.project.said("file")]
    assert {"0002.ours.sql", "0003.theirs.sql"} <= set(files)


def test_a_conflict_is_found_and_its_object_and_files_named(
    shared: Repository, conflict: str
) -> None:
    ours, theirs, expected = cases.CONFLICTS[conflict]
    shared.again(ours, theirs)
    order = shared.prove()
    assert not order.commutes
    assert order.exit_code == Exit.CLASHING
    assert expected <= found(order), order.clashes
    assert all(one.files for one in order.clashes), order.clashes


def test_what_commutes_is_no_conflict(shared: Repository, harmless: str) -> None:
    shared.again(*cases.COMMUTING[harmless])
    order = shared.prove()
    assert order.compared
    assert order.clashes == ()


def test_changes_apart_from_each_other_are_no_conflict(
    shared: Repository, pair: cases.Pair
) -> None:
    shared.again(*pair)
    order = shared.prove()
    assert order.compared
    assert order.clashes == ()


def test_there_are_enough_pairs() -> None:
    assert len(cases.CONFLICTS) >= 40
    assert len(cases.COMMUTING) + len(PAIRS) >= 100


def test_one_number_is_a_clash_and_both_orders_run_all_the_same(repository: Repository) -> None:
    repository.branch(
        {"0002.ours": "create table shop.a (id int);"},
        {"0002.theirs": "create table shop.b (id int);"},
    )
    order = repository.prove()
    assert found(order) == {("number", "0002")}
    assert order.clashes[0].files == ("0002.ours", "0002.theirs")
    assert order.compared


def test_a_line_is_that_of_the_file_though_it_is_made_to_depend(repository: Repository) -> None:
    repository.branch(
        {"0002.ours": "select 1;\nalter table shop.log add column n int;"},
        {"0002.theirs": "select 1;\n\nalter table shop.log add column n int;"},
    )
    (clash,) = [one for one in repository.prove().clashes if one.kind == "column"]
    assert clash.name == "shop.log.n"
    assert clash.in_order_ours_first.startswith("0002.theirs.sql:3: statement 2: ")
    assert clash.in_order_theirs_first.startswith("0002.ours.sql:2: statement 2: ")


def test_files_of_one_name_clash_and_nothing_runs(repository: Repository) -> None:
    repository.branch({"0002.same": "select 1;"}, {"0002.same": "select 2;"})
    order = repository.prove()
    assert found(order) == {("file", "0002.same")}
    assert not order.compared


def test_a_file_made_alike_on_both_sides_is_a_note(repository: Repository) -> None:
    same = {"0002.same": "create table shop.a (id int);"}
    repository.branch(
        same | {"0003.ours": "create table shop.b (id int);"},
        same | {"0004.theirs": "alter table shop.a add column n int;"},
    )
    order = repository.prove()
    assert order.commutes
    assert "0002.same was made on both sides, alike" in order.notes


def test_the_columns_of_one_table_in_another_order_are_a_note(repository: Repository) -> None:
    repository.branch(
        {"0002.ours": "alter table shop.people add column mail text;"},
        {"0003.theirs": "alter table shop.people add column phone text;"},
    )
    order = repository.prove()
    assert order.commutes
    assert "the columns of shop.people are in another order" in order.notes


def test_a_branch_to_which_nothing_landed_has_one_order(repository: Repository) -> None:
    repository.branch({"0002.ours": "select 1;"}, {})
    order = repository.prove()
    assert order.commutes
    assert (order.ours, order.theirs, order.compared) == (("0002.ours",), (), False)


def test_files_that_are_not_committed_count(repository: Repository) -> None:
    repository.branch({}, {"0003.theirs": "comment on table shop.log is 'theirs';"})
    repository.project.write("0002.ours", "comment on table shop.log is 'ours';")
    assert found(repository.prove()) == {("table", "shop.log")}


def test_a_detached_head_and_a_folder_that_moved_are_no_hindrance(repository: Repository) -> None:
    repository.branch({}, {"0003.theirs": "comment on table shop.log is 'theirs';"})
    repository.git("mv", "migrations", "moved")
    repository.git("commit", "-q", "-m", "move")
    repository.git("checkout", "-q", "--detach")
    folder = repository.root / "moved"
    (folder / "0002.ours.sql").write_text("comment on table shop.log is 'ours';")
    (folder / "0002.ours.rollback.sql").write_text("select 1;")
    project = repository.project.with_settings(migrations=folder)
    order = prove(project.settings, project.url, "main")
    assert order.ours == ("0002.ours",)
    assert found(order) == {("table", "shop.log")}
    assert "the folder was migrations at the merge base" in order.notes


def test_a_file_edited_after_the_merge_base_is_told(repository: Repository) -> None:
    repository.branch({"0002.ours": "select 1;"}, {"0003.theirs": "select 2;"})
    repository.project.write("0001.base", cases.BASE + "create table shop.more (id int);")
    order = repository.prove()
    assert "0001.base was edited on this branch after the merge base" in order.notes


def test_a_file_that_fails_by_itself_is_no_clash_but_an_error(repository: Repository) -> None:
    repository.branch({"0002.ours": "select 1;\nselect nothing;"}, {"0003.theirs": "select 2;"})
    with pytest.raises(PgproofError, match=r"0002\.ours\.sql:2: statement 2") as caught:
        repository.prove()
    assert caught.value.exit_code == Exit.MIGRATION


@pytest.mark.parametrize("base", ["nowhere", "-q", "--all", "main:migrations", ""])
def test_a_revision_that_git_does_not_know_is_refused(repository: Repository, base: str) -> None:
    with pytest.raises(InputError) as caught:
        repository.prove(base)
    assert caught.value.hint


def test_branches_without_a_common_commit_are_refused(repository: Repository) -> None:
    repository.git("checkout", "-q", "--orphan", "other")
    repository.git("commit", "-q", "-m", "other")
    with pytest.raises(InputError, match="no commit in common"):
        repository.prove()


def test_a_shallow_clone_is_told_to_fetch_more(repository: Repository, tmp_path: Path) -> None:
    repository.branch({"0002.ours": "select 1;"}, {"0003.theirs": "select 2;"})
    clone = tmp_path / "clone"
    source = f"file://{repository.root}"
    repository.git("clone", "-q", "--depth", "1", "--no-single-branch", source, str(clone))
    settings = repository.project.with_settings(
        root=clone, migrations=clone / "migrations"
    ).settings
    with pytest.raises(InputError, match="no commit in common") as caught:
        prove(settings, repository.project.url, "origin/main")
    assert "fetch-depth: 0" in str(caught.value.hint)


def test_a_folder_outside_of_git_is_refused(project: Project) -> None:
    project.write("0001.t", "select 1;")
    with pytest.raises(InputError, match="is not in a work tree of git") as caught:
        prove(project.settings, project.url, "main")
    assert caught.value.hint


def test_without_git_the_remedy_is_told(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(InputError, match="git is not installed"):
        repository.prove()


def test_a_revision_is_read_as_the_repository_of_a_hook_is_set(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.branch({"0002.ours": "select 1;"}, {"0003.theirs": "select 2;"})
    monkeypatch.setenv("GIT_DIR", str(repository.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository.root))
    assert repository.prove().theirs == ("0003.theirs",)


def test_the_command_prints_clashes_and_its_code_says_so(repository: Repository) -> None:
    repository.branch(
        {"0002.ours": "comment on table shop.log is 'ours';"},
        {"0003.theirs": "comment on table shop.log is 'a|b';"},
    )
    done = repository.project.run("order", "--base", "main", "--json", "--rows", "0")
    assert done.returncode == Exit.CLASHING, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["commutes"] is False
    assert said["clashes"] == [
        {
            "kind": "table",
            "name": "shop.log",
            "in_order_ours_first": "comment: a|b",
            "in_order_theirs_first": "comment: ours",
            "files": ["0002.ours", "0003.theirs"],
            "ours": "0002.ours",
            "theirs": "0003.theirs",
        }
    ]
    review = repository.project.run("review", "--base", "main", "--json")
    assert review.returncode == Exit.DISAPPROVED, review.stderr
    assert "table shop.log depends on the order of merges" in review.stdout
    order = repository.prove(rows=0)
    assert "| table shop.log | comment: a\\|b | comment: ours |" in page.section(order)
    assert "1 clash" in list(page.lines(order))
