"""Rolling back is asked for, runs the rollback file, and takes the ledger row away with it."""

import pytest

from pgproof.errors import Exit, PgproofError, RefusedError
from tests.project import Project


@pytest.fixture
def three(project: Project) -> Project:
    """Return a project with three applied migrations, each with a table."""
    for number in (1, 2, 3):
        name = f"000{number}.t"
        project.write(name, f"create table t{number} ();", undo=f"drop table t{number};")
    project.migrate()
    return project


def tables(project: Project) -> list[str]:
    names = "select relname::text from pg_class where relname ~ '^t[0-9]$' order by 1"
    return [name for (name,) in project.query(names)]


def test_the_last_one_is_undone(three: Project) -> None:
    assert three.rollback().rolled_back == ["0003.t"]
    assert tables(three) == ["t1", "t2"]
    assert three.states()["0003.t"] == "pending"
    assert three.query(
        "select operation from pgproof._yoyo_log"
        " where migration_id = '0003.t' order by created_at_utc"
    ) == [("apply",), ("rollback",)]
    assert three.migrate().applied == ["0003.t"]


def test_all_after_a_named_one_are_undone_newest_first(three: Project) -> None:
    assert three.rollback(to="0001.t").rolled_back == ["0003.t", "0002.t"]
    assert tables(three) == ["t1"]


@pytest.fixture
def late(three: Project) -> Project:
    """Return the project with a fourth migration, applied last and ordered before the third."""
    three.write("0000.u", "create table t4 ();", undo="drop table t4;")
    three.migrate(allow_out_of_order=True)
    return three


def test_the_last_one_is_the_one_applied_last(late: Project) -> None:
    assert late.rollback(dry_run=True).rolled_back == ["0000.u"]
    assert late.rollback().rolled_back == ["0000.u"]
    assert tables(late) == ["t1", "t2", "t3"]
    assert late.rollback().rolled_back == ["0003.t"]


def test_all_after_a_named_one_are_those_applied_after_it(late: Project) -> None:
    assert late.rollback(to="0003.t").rolled_back == ["0000.u"]
    late.migrate(allow_out_of_order=True)
    assert late.rollback(to="0001.t").rolled_back == ["0000.u", "0003.t", "0002.t"]


def test_it_is_said_that_nothing_was_applied_after_a_migration(late: Project) -> None:
    for arguments in ((), ("--dry-run",)):
        done = late.run("rollback", "--to", "0000.u", *arguments)
        assert (done.returncode, done.stdout) == (0, "")
        assert "nothing was applied after 0000.u" in done.stderr
    assert tables(late) == ["t1", "t2", "t3", "t4"]


def test_a_server_whose_clock_went_back_knows_the_last_one(three: Project) -> None:
    three.query("update pgproof._yoyo_migration set applied_at_utc = applied_at_utc + '1 day'")
    three.write("0004.t", "create table t4 ();", undo="drop table t4;")
    three.write("0000.u", "create table t5 ();", undo="drop table t5;")
    three.migrate(allow_out_of_order=True)
    assert three.rollback(to="0003.t").rolled_back == ["0004.t", "0000.u"]


def test_a_baseline_is_undone_in_the_order_of_files(project: Project) -> None:
    for number in range(1, 6):
        project.write(f"000{number}.t", "select 1;")
    project.baseline("0005.t")
    assert project.rollback(to="0002.t").rolled_back == ["0005.t", "0004.t", "0003.t"]


def test_a_dry_run_undoes_nothing(three: Project) -> None:
    assert three.rollback(to="0001.t", dry_run=True).rolled_back == ["0003.t", "0002.t"]
    assert tables(three) == ["t1", "t2", "t3"]


def test_without_its_file_nothing_is_undone(three: Project) -> None:
    (three.folder / "0002.t.rollback.sql").unlink()
    with pytest.raises(RefusedError, match=r"0002\.t\.rollback\.sql: no rollback file"):
        three.rollback(to="0001.t")
    assert tables(three) == ["t1", "t2", "t3"]


def test_an_irreversible_migration_says_why(project: Project) -> None:
    project.write("0001.t", "-- irreversible: data is gone\nselect 1;", undo=None)
    project.migrate()
    with pytest.raises(RefusedError, match="irreversible: data is gone") as caught:
        project.rollback()
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("Write a new migration")


def test_an_empty_rollback_file_is_refused(three: Project) -> None:
    (three.folder / "0003.t.rollback.sql").write_text("-- to do later\n")
    with pytest.raises(RefusedError, match=r"0003\.t\.rollback\.sql:1: holds no statement"):
        three.rollback()


def test_a_failed_rollback_leaves_all_as_it_was(three: Project) -> None:
    (three.folder / "0003.t.rollback.sql").write_text("drop table t3; select 1 / 0;")
    with pytest.raises(PgproofError, match=r"0003\.t\.rollback\.sql:1: statement 2: division"):
        three.rollback()
    assert tables(three) == ["t1", "t2", "t3"]
    assert three.states()["0003.t"] == "applied"


def test_a_rollback_without_a_transaction_is_journalled_and_resumed(three: Project) -> None:
    path = three.folder / "0003.t.rollback.sql"
    path.write_text("-- transactional: false\ndrop table t3;\nselect 1 / 0;\nvacuum;")
    with pytest.raises(PgproofError, match="statement 2"):
        three.rollback()
    assert three.states()["0003.t"] == "partial"
    with pytest.raises(RefusedError, match="its rollback is partly done"):
        three.migrate()
    path.write_text("drop table t3;\nselect 1;")
    with pytest.raises(
        RefusedError, match=r"3\.t\.rollback\.sql:1: partly applied without a trans"
    ):
        three.rollback()
    path.write_text("-- transactional: false\ndrop table t3;\nselect 1;\nvacuum;")
    assert three.rollback().rolled_back == ["0003.t"]


def test_a_partly_applied_migration_is_finished_first(three: Project) -> None:
    three.write("0004.f", "-- transactional: false\nselect 1;\nselect 1 / 0;\nvacuum;")
    with pytest.raises(PgproofError):
        three.migrate()
    with pytest.raises(RefusedError, match="partly applied") as caught:
        three.rollback()
    assert caught.value.exit_code == Exit.PARTIAL


@pytest.mark.parametrize(("to", "what"), [("0009.x", "is not applied"), ("0001.t", "nothing is")])
def test_what_is_not_applied_cannot_be_undone(project: Project, to: str, what: str) -> None:
    project.write("0001.t", "select 1;")
    with pytest.raises(RefusedError, match=what):
        project.rollback(to=to if what != "nothing is" else None)
