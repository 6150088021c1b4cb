"""Applied files that were edited, deleted or overtaken are refused; new comments are not."""

from pathlib import Path

import pytest

from pgproof.errors import PgproofError
from tests.project import Project, refused


def test_a_deleted_applied_file_is_refused(project: Project) -> None:
    project.write("0001.t", "select 1;")
    project.write("0002.u", "select 1;")
    project.migrate()
    for path in project.folder.glob("0002.*"):
        path.unlink()
    refused(project, r"0002\.u\.sql: applied, then deleted")
    assert project.states()["0002.u"] == "missing"


def test_a_late_file_is_refused_unless_allowed_and_then_recorded(project: Project) -> None:
    project.write("0002.u", "select 1;")
    project.migrate()
    project.write("0001.t", "select 1;")
    refused(project, r"0001\.t\.sql:1: ordered before 0002\.u, which is applied")
    assert project.migrate(allow_out_of_order=True).applied == ["0001.t"]
    recorded = "select migration_id, out_of_order from pgproof.migration_files order by 1"
    assert project.query(recorded) == [("0001.t", True), ("0002.u", False)]


def test_a_changed_comment_is_no_edit(project: Project) -> None:
    project.write("0001.t", "-- old\ncreate table t ( a int ); /* old */")
    project.migrate()
    project.write("0001.t", "-- new\n\ncreate table t (a int); -- newer")
    assert project.migrate().commented == ["0001.t"]
    assert project.migrate().commented == [], "the new bytes are recorded"


@pytest.fixture
def unix(project: Project) -> Project:
    """Return a project that was applied with line ends of Unix."""
    project.write("0001.t", "-- t\ncreate table t (\n    a int);\n")
    project.write("0002.f", "create function f() returns int language sql as $$\nselect 1;\n$$;\n")
    project.migrate()
    return project


def other_line_ends(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def test_other_line_ends_between_tokens_are_no_edit_and_are_named(unix: Project) -> None:
    other_line_ends(unix.folder / "0001.t.sql")
    assert unix.migrate().commented == ["0001.t"]
    assert [event["what"] for event in unix.said("rehashed")] == ["its line ends"]
    assert unix.states()["0001.t"] == "applied"


def test_other_line_ends_in_a_body_are_refused_as_what_they_are(unix: Project) -> None:
    other_line_ends(unix.folder / "0002.f.sql")
    error = refused(unix, r"0002\.f\.sql:1: edited .*: only its line ends are other ones")
    assert ".gitattributes" in str(error.hint)
    (unix.folder / "0002.f.sql").write_bytes(b"create function f() returns int\r\n")
    refused(unix, "its code is not what ran")


def test_other_line_ends_in_a_file_partly_applied_are_named(project: Project) -> None:
    text = "-- transactional: false\nselect '\n';\nselect 1 / 0;\nvacuum;"
    path = project.write("0001.t", text)
    with pytest.raises(PgproofError, match="division by zero"):
        project.migrate()
    other_line_ends(path)
    refused(project, "statement 1 was changed after it ran; .*; only its line ends are other ones")


def test_an_applied_file_edited_into_no_sql_is_edited(unix: Project) -> None:
    unix.write("0001.t", "selec 1;")
    refused(unix, r"0001\.t\.sql:1: edited after it was applied")
    assert unix.states() == {"0001.t": "edited", "0002.f": "applied"}
