"""What a folder holds is run, left alone by a rule, or refused by name; numbers are in order."""

import os
import subprocess
from pathlib import Path

import pytest

from pgproof.ahead.status import status
from pgproof.errors import Exit, InputError, RefusedError
from pgproof.files.scaffold import scaffold
from tests.project import Project


def refusal(project: Project, what: str) -> RefusedError:
    with pytest.raises(RefusedError, match=what) as caught:
        project.migrate()
    assert caught.value.hint
    return caught.value


@pytest.fixture
def applied(project: Project) -> Project:
    """Return a project with nothing left to do."""
    project.write("0001.t", "create table t ();")
    project.migrate()
    return project


def _link(path: Path) -> None:
    path.symlink_to("/nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _subfolder(path: Path) -> None:
    (path / "deeper").mkdir(parents=True)
    (path / "deeper/0002.u.SQL").write_text("select 1;")


@pytest.mark.parametrize(
    ("name", "make", "what"),
    [
        ("0002.u.SQL", Path.touch, r"is not run: its name does not end in `\.sql`"),
        ("0002.u.psql", Path.touch, "is not run"),
        ("0002.u.sql.bak", Path.touch, "is not run"),
        ("0002.u.sql~", Path.touch, "is not run"),
        ("0002.u.sql.gz", Path.touch, "is not run"),
        ("0002_users", Path.touch, "is not run"),
        ("0002.u.js", Path.touch, "is not run"),
        ("0002.u.py", Path.touch, "a Python migration"),
        ("0002.u.sql", _link, "a link that leads nowhere"),
        ("0002.u.sql", _loop, "a link that leads nowhere"),
        ("0002.u.sql", Path.mkdir, "a folder, not a file"),
        ("0002.u.sql", os.mkfifo, "neither a file nor a link to one"),
        ("2024", _subfolder, r"subfolders are not looked into, and this one holds 0002\.u\.SQL"),
        ("0002.u.rollback.sql", Path.touch, "a rollback file without its migration"),
        (os.fsdecode(b"0002.\xe9.sql"), Path.touch, "its name is not text"),
    ],
)
def test_what_would_not_be_run_is_refused_even_if_nothing_is_to_do(
    applied: Project, name: str, make: object, what: str
) -> None:
    assert callable(make)
    make(applied.folder / name)
    refusal(applied, f": {what}")
    assert status(applied.url, applied.settings).exit_code == Exit.REFUSED
    assert list(applied.states().values()) == ["applied", "refused"]


def test_what_is_plainly_something_else_is_left_alone(applied: Project) -> None:
    for name in ("README", "README.md", "notes.TXT", ".0002.u.sql", "pgproof.toml", "__init__.py"):
        (applied.folder / name).touch()
    (applied.folder / "pictures").mkdir()
    (applied.folder / "pictures/locks.png").touch()
    (applied.folder / ".git").mkdir()
    (applied.folder / ".git/0002.u.sql").touch()
    assert applied.migrate().applied == []
    assert status(applied.url, applied.settings).exit_code == Exit.OK


def test_a_link_to_a_file_is_that_file(project: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("-- irreversible: a test\nselect 1;")
    (project.folder / "0001.t.sql").symlink_to(tmp_path / "elsewhere")
    assert project.migrate().applied == ["0001.t"]


@pytest.mark.parametrize(
    ("inner", "command"),
    [
        ("2024-01-01-000000_users/up.sql", "diesel"),
        ("deploy/users.sql", "sqitch"),
        ("committed/000001.sql", "graphile"),
    ],
)
def test_a_folder_of_another_tools_folders_names_the_command(
    project: Project, inner: str, command: str
) -> None:
    file = project.folder / inner
    file.parent.mkdir()
    file.write_text("select 1;")
    assert f"`pgproof import {command} DIR`" in str(refusal(project, "is not run").hint)


def test_a_file_that_cannot_be_read_is_refused(project: Project) -> None:
    """The file's permissions do not stop a superuser; the kernel does."""
    (project.folder / "0001.t.sql").symlink_to("/proc/self/mem")
    refusal(project, r"0001\.t\.sql: cannot be read: ")
    project.write("0002.u", "select 1;", undo=None)
    (project.folder / "0002.u.rollback.sql").symlink_to("/proc/self/mem")
    assert "0002.u.rollback.sql: cannot be read" in refusal(project, "2 problems").message


def test_an_applied_file_that_cannot_be_read_is_not_said_to_be_deleted(applied: Project) -> None:
    (applied.folder / "0001.t.sql").unlink()
    (applied.folder / "0001.t.sql").symlink_to("/nowhere")
    applied.write("0002.u", "select 1;")
    assert "deleted" not in refusal(applied, "a link that leads nowhere").message
    assert applied.states()["0001.t"] == "refused"


@pytest.mark.parametrize("names", [["1.a", "2.b", "10.c"], ["a1.x", "10.c", "9.b"]])
def test_numbers_that_are_not_in_the_order_of_names_are_refused(
    project: Project, names: list[str]
) -> None:
    for name in names:
        project.write(name, "select 1;")
    refusal(project, r"by its name comes after 10\.c\.sql")
    with pytest.raises(RefusedError, match="by its name comes after"):
        project.baseline("10.c")


def test_numbers_in_as_many_digits_or_with_dependencies_are_in_order(project: Project) -> None:
    project.write("1.a", "select 1;")
    project.write("9.b", "-- depends: 1.a\nselect 1;")
    project.write("10.c", "-- depends: 9.b\nselect 1;")
    project.write("0020.d", "-- depends: 10.c\nselect 1;")
    project.write("0021.e", "-- depends: 0020.d\nselect 1;")
    assert project.migrate().applied == ["1.a", "9.b", "10.c", "0020.d", "0021.e"]


def test_names_of_yoyo_with_a_date_and_an_index_are_in_order(project: Project) -> None:
    names = ["20240101_01_12345-a", "20240101_02_00001-b", "20240102_01_xyzab-c"]
    for name in names:
        project.write(name, "select 1;")
    assert project.migrate().applied == names


def test_two_files_of_one_number_are_refused_unless_one_names_the_other(project: Project) -> None:
    project.write("0001.a", "select 1;")
    project.write("0002.b", "-- depends: 0001.a\nselect 1;")
    project.write("0002.c", "-- depends: 0001.a\nselect 1;")
    refusal(project, r"0002\.c\.sql: has the number of 0002\.b\.sql")
    project.write("0002.c", "-- depends: 0002.b\nselect 1;")
    assert project.migrate().applied == ["0001.a", "0002.b", "0002.c"]


def test_what_is_applied_keeps_its_numbers(project: Project) -> None:
    for number in (2, 10, 1):
        project.write(f"{number}.t", "-- depends: 2.t\nselect 1;" if number > 2 else "select 1;")
    project.write("10.t", "-- depends: 1.t 2.t\nselect 1;")
    project.migrate()
    project.write("1.t", "-- a comment\nselect 1;")
    project.write("10.t", "-- a comment\nselect 1;")
    assert project.migrate().commented == ["1.t", "10.t"]


@pytest.mark.parametrize(
    "files", [["0001.a.sql", "post-apply.sql"], ["0001.a.sql", "zz.rollback.sql"]]
)
def test_new_depends_on_the_last_migration_and_on_nothing_else(
    tmp_path: Path, files: list[str]
) -> None:
    for file in files:
        (tmp_path / file).write_text("select 1;")
    script, _ = scaffold(tmp_path, "b")
    assert script.read_text().splitlines()[1] == "-- depends: 0001.a"


def test_new_counts_numbers_of_any_form(tmp_path: Path) -> None:
    for name in ("1.a", "10.b", "9.c"):
        (tmp_path / f"{name}.sql").write_text("select 1;")
    script, _ = scaffold(tmp_path, "d")
    assert (script.name, script.read_text().splitlines()[1]) == ("0011.d.sql", "-- depends: 10.b")


def test_a_name_with_a_space_is_refused_and_new_does_not_name_it(project: Project) -> None:
    project.write("0001.my file", "select 1;")
    refusal(project, r"0001\.my file\.sql: its name holds a space")
    script, _ = scaffold(project.folder, "next")
    assert "depends" not in script.read_text()


def test_new_in_a_folder_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises((RefusedError, InputError), match="cannot be read"):
        scaffold(tmp_path / "file", "next")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x7fELF\x02\x01\xff",
        b"select '\0';",
        b"\xff\xfes\0",
        b"select " + b"a" * 2_000_000 + b" from from;",
        b"(" * 100_000,
        b"-- depends: \xe9\nselect 1;",
    ],
)
def test_no_content_leads_to_a_traceback(project: Project, raw: bytes) -> None:
    (project.folder / "0001.t.sql").write_bytes(raw)
    (project.folder / "0001.t.rollback.sql").write_bytes(raw)
    for command in ("migrate", "plan", "status"):
        done = project.run(command)
        assert done.returncode in (Exit.REFUSED, Exit.PENDING), done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr) < 4000


def test_names_that_the_locale_cannot_read_lead_to_no_traceback(project: Project) -> None:
    project.write("0001.größe", "select 1;")
    found = {**os.environ, "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run(project.command("status"), env=found, capture_output=True, check=False)
    assert done.returncode == Exit.REFUSED
    assert b"its name is not text of this locale" in done.stderr
    assert b"Traceback" not in done.stderr
