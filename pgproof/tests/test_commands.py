"""The commands: exit codes, output for people and for programs, and the files `new` makes."""

import json
from typing import Any

import pytest

from pgproof.ahead.status import status
from pgproof.errors import Exit, InputError, PgproofError, RefusedError
from pgproof.files.scaffold import scaffold
from pgproof.run.watch import Watch
from tests.project import Project, in_background


def status_code(project: Project) -> Exit:
    return status(project.url, project.settings).exit_code


def test_status_tells_a_script_what_there_is(project: Project) -> None:
    path = project.write("0001.t", "select 1;")
    assert status_code(project) == Exit.PENDING
    project.migrate()
    assert status_code(project) == Exit.OK
    project.write("0002.f", "-- transactional: false\nselect 1;\nselect 1 / 0;\nvacuum;")
    with pytest.raises(PgproofError):
        project.migrate()
    assert status_code(project) == Exit.PARTIAL
    path.write_text("select 2;")
    assert status_code(project) == Exit.CHANGED
    assert project.states() == {"0001.t": "edited", "0002.f": "partial"}
    done = project.run("status", "--json")
    assert done.returncode == Exit.CHANGED
    rows = json.loads(done.stdout)["migrations"]
    assert [row["state"] for row in rows] == ["edited", "partial"]
    assert "division by zero" in rows[1]["detail"]
    assert project.run("status").stdout.splitlines()[0].split()[:2] == ["edited", "0001.t"]


def test_migrate_prints_events_and_the_result_as_json_lines(project: Project) -> None:
    project.write("0001.t", "create table t ();\nselect 'secret';")
    done = project.run("migrate", "--json")
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == Exit.OK
    assert [line["event"] for line in lines] == [
        "file", "statement", "statement_done", "statement", "statement_done", "file_done", "result",
    ]  # fmt: skip
    assert lines[3] | {"words": ""} == {
        "event": "statement", "number": 2, "total": 2, "line": 2, "words": "",
    }  # fmt: skip
    assert lines[-1]["applied"] == ["0001.t"]
    assert done.stderr == project.announced()


def test_migrate_tells_people_file_statement_and_line(project: Project) -> None:
    project.write("0001.t", "-- why\ncreate table t ();\n\nselect 1;")
    done = project.run("migrate")
    assert done.stdout == ""
    assert done.stderr.splitlines()[:4] == [
        project.announced().rstrip(),
        "0001.t.sql",
        "  1/2 line 2: create table t ()",
        "  2/2 line 4: select 1",
    ]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("select 1 / 0;", Exit.MIGRATION, "0001.t.sql:1: statement 1: division by zero"),
        ("begin;", Exit.REFUSED, "0001.t.sql:1: BEGIN in a migration"),
    ],
)
def test_a_failure_is_an_error_line_and_an_exit_code(
    project: Project, text: str, code: Exit, words: str
) -> None:
    project.write("0001.t", text)
    done = project.run("migrate")
    assert (done.returncode, done.stdout) == (code, "")
    assert words in next(line for line in done.stderr.splitlines() if line.startswith("error: "))


def test_a_long_statement_shows_how_far_it_is(project: Project) -> None:
    """The phase comes from pg_stat_progress_create_index."""
    with project.connect() as builder, project.connect() as watching:
        pid = builder.info.backend_pid
        builder.execute("create table u (a int); insert into u select generate_series(1, 300000)")
        watch = Watch(watching, pid, project.report)
        with in_background(lambda: builder.execute("create index on u (a)")) as outcome:
            seconds = 5.0
            while not outcome:
                watch.tick(seconds)
                seconds += 5
    assert any(
        ": building index" in str(fields["detail"]) and " of " in str(fields["detail"])
        for fields in project.said("progress")
    )


def test_new_makes_the_pair_that_the_runner_accepts(project: Project) -> None:
    first, undo = scaffold(project.folder, "core-schema")
    assert (first.name, undo.name) == ("0001.core-schema.sql", "0001.core-schema.rollback.sql")
    second, _ = scaffold(project.folder, "status")
    assert second.read_text().startswith(
        "-- 0002.status\n-- depends: 0001.core-schema\n--\n-- why "
    )
    with pytest.raises(RefusedError, match="4 problems") as caught:
        project.migrate()
    assert caught.value.message.count("holds no statement") == 4
    for file in project.folder.iterdir():
        file.write_text(file.read_text() + "select 1;\n")
    assert project.migrate().applied == ["0001.core-schema", "0002.status"]
    done = project.run("new", "third", "--dry-run", "--json")
    assert json.loads(done.stdout)["migration"].endswith("0003.third.sql")
    assert not list(project.folder.glob("0003*"))


@pytest.mark.parametrize("name", ["Status", "a b", "../x", "a--b", ""])
def test_new_refuses_a_name_that_is_no_name(project: Project, name: str) -> None:
    with pytest.raises(InputError, match="is not a migration's name"):
        scaffold(project.folder, name)


def test_a_baseline_records_without_running(project: Project) -> None:
    project.query("create table t1 (); create table t2 ()")
    for number in (1, 2, 3):
        project.write(f"000{number}.t", f"create table t{number} ();")
    assert project.baseline("0002.t", dry_run=True).adopted == ["0001.t", "0002.t"]
    assert project.states() == dict.fromkeys(("0001.t", "0002.t", "0003.t"), "pending")
    assert project.baseline("0002.t").adopted == ["0001.t", "0002.t"]
    assert project.migrate().applied == ["0003.t"]
    with pytest.raises(RefusedError, match="the ledger already has migrations"):
        project.baseline("0003.t")


def test_a_baseline_takes_files_that_do_not_parse_and_hashes_their_bytes(project: Project) -> None:
    texts = ("copy t from stdin;\n1\n\\.\n", "\\i other.sql", "selec 1;", "select 'open")
    for number, text in enumerate(texts, 1):
        project.write(f"000{number}.t", text)
    project.baseline("0004.t")
    assert project.migrate().applied == []
    project.write("0003.t", "selec 2;")
    assert project.states()["0003.t"] == "edited"


def test_a_baseline_at_an_unknown_migration_is_refused(project: Project) -> None:
    project.write("0001.t", "select 1;")
    with pytest.raises(RefusedError, match=r"no migration '0009\.x'"):
        project.baseline("0009.x")


def test_settings_come_from_the_folder_not_from_here(project: Project) -> None:
    """Another project's migrations are not run with this repository's roles and grants."""
    project.write("0001.t", "create table t ();")
    (project.folder.parent / "pyproject.toml").write_text(
        "[tool.pgproof]\nledger_schema = 'history'\nsearch_path = 'pg_temp'\n"
    )
    assert project.run("migrate").returncode == 0
    assert project.query(
        "select nspname from pg_namespace where nspname in ('history', 'pgproof')"
    ) == [("history",)]
    assert project.query("select to_regclass('public.t')") == [(None,)]
