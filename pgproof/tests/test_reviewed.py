"""With `require_reviewed` a run needs a review of just these bytes, on just this schema."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pgproof.errors import Exit, InputError, PgproofError
from pgproof.files.folder import read
from pgproof.ledger.reader import reading
from pgproof.review.looked import looked, record_of
from pgproof.review.records import Level, Remark
from pgproof.reviewed import record as records
from pgproof.reviewed.check import covered_bytes
from pgproof.reviewed.record import KEY, Record
from pgproof.settings import load
from tests.project import Project


@pytest.fixture
def people(project: Project) -> Project:
    """Return a project with one applied and two pending files, where reviews are required."""
    project.write("0001.people", "create table people (id int);", "drop table people;")
    project.migrate()
    project.write("0002.name", "alter table people add name text;")
    project.write("0003.half", "select 1 / count(*) from people;")
    return project.with_settings(require_reviewed=True)


def recorded(project: Project, *remarks: Remark, **changed: Any) -> Path:
    """Record a review of what is pending, without measuring anything."""
    return records.write(
        replace(record(project, *remarks), **changed), project.settings.root / "reviews"
    )


def record(project: Project, *remarks: Remark) -> Record:
    folder = read(project.folder)
    with reading(project.url, project.settings, folder) as reader:
        return record_of(project.settings, looked(reader, folder, project.settings), list(remarks))


def refusal(project: Project) -> str:
    """Return what a run says that no review covers, and that has touched nothing."""
    before = project.query("select count(*) from pg_class"), project.states()
    with pytest.raises(PgproofError, match="no review covers") as caught:
        project.migrate()
    assert caught.value.exit_code is Exit.UNREVIEWED
    assert "review --record" in str(caught.value.hint)
    assert before == (project.query("select count(*) from pg_class"), project.states())
    return caught.value.message


def comments(project: Project) -> dict[str, str]:
    return dict(
        project.query("select migration_id, comment from pgproof._yoyo_log where comment > ''")
    )


def fill(project: Project) -> None:
    project.query("insert into people values (1)")


def test_a_run_that_a_review_covers_is_applied_and_says_by_which(people: Project) -> None:
    assert refusal(people).endswith("reviews: there is no review")
    fill(people)
    digest = records.read(recorded(people)).digest
    assert people.migrate().applied == ["0002.name", "0003.half"]
    assert comments(people) == dict.fromkeys(("0002.name", "0003.half"), f"reviewed: {digest}")
    people.query("alter table people add other int")
    assert people.migrate().applied == []


_BYTES = {
    "0002.name.sql": "alter table people add name text; ",
    "0002.name.rollback.sql": "select 2;",
    "post-apply.sql": "-- a comment\nselect 1;",
}
_FORGED = {
    '"verdict": "yes"': ('"verdict": "no"', "it was edited after the review"),
    '"sha256": "': ('"sha256": "0', "it was edited after the review"),
    '"table public.people": "': ('"table public.people": "0', "it was edited after the review"),
    '"format": 1': ('"format": 2', "its format is 2, not 1"),
    '"review": {': ('"review": [', "it is no record of a review"),
    '"format": 1,': ("", "it is no record of a review"),
    "{": ("[" * 9999, "it is no record of a review"),
}


def test_bytes_that_differ_from_the_review_are_refused_and_named(people: Project) -> None:
    (people.folder / "post-apply.sql").write_text("select 1;")
    path = recorded(people)
    for name, text in _BYTES.items():
        file = people.folder / name
        before = file.read_text()
        file.write_text(text)
        said = refusal(people)
        assert str(path) in said and f"{name}: other bytes than those that were reviewed" in said
        file.write_text(before)
    people.write("0004.more", "select 1;")
    assert "0004.more.sql was not reviewed" in refusal(people)


def test_a_record_that_was_edited_covers_nothing(people: Project) -> None:
    path = recorded(people)
    written = path.read_text()
    for before, (after, words) in _FORGED.items():
        assert before in written
        path.write_text(written.replace(before, after))
        assert f"{path}: {words}" in refusal(people)


_SCHEMA = {
    "alter table people add x int": ("alter table people drop x", "table public.people"),
    "grant all on people to public": ("revoke all on people from public", "table public.people"),
    "create function f() returns int return 1": ("drop function f", "function public.f()"),
    "create index i on people (id)": ("drop index i", "table public.people"),
}


def test_a_schema_that_is_not_the_one_reviewed_is_refused(people: Project) -> None:
    people.query("grant select on people to pg_monitor")
    recorded(people)
    for change, (back, name) in _SCHEMA.items():
        people.query(change)
        assert f"the schema is not the one that was reviewed: {name}" in refusal(people)
        people.query(back)
    people.query("grant select on people to pg_monitor")
    fill(people)
    assert people.migrate().applied


def test_a_verdict_of_no_covers_nothing_and_says_why(people: Project) -> None:
    recorded(people, Remark("rewrite", Level.NO, "a table of 9 TB is rewritten", "0002.name"))
    assert "its verdict is no: 0002.name: a table of 9 TB is rewritten" in refusal(people)


def test_other_settings_give_the_bytes_another_meaning(people: Project) -> None:
    recorded(people)
    other = people.with_settings(search_path="pg_temp, public")
    assert "the setting search_path is 'pg_temp, public', and was 'public'" in refusal(other)
    assert "the setting session is" in refusal(people.with_settings(session={"work_mem": "1MB"}))


def test_with_a_key_a_record_needs_its_seal(
    people: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever edits a record can hash it anew, but not seal it."""
    path = recorded(people)
    monkeypatch.setenv(KEY, "the secret of CI alone")
    assert f"it is not sealed with the key of {KEY}" in refusal(people)
    recorded(people)
    assert json.loads(path.read_text())["seal"]
    fill(people)
    assert people.migrate().applied
    monkeypatch.setenv(KEY, "short")
    with pytest.raises(InputError, match="has fewer than 16 bytes"):
        recorded(people)


def test_a_run_that_failed_goes_on_under_the_same_review(people: Project) -> None:
    recorded(people)
    with pytest.raises(PgproofError, match="division by zero"):
        people.migrate()
    assert people.states()["0002.name"] == "applied"
    fill(people)
    assert people.migrate().applied == ["0003.half"]


def test_what_others_change_after_a_run_that_failed_is_seen(people: Project) -> None:
    recorded(people)
    with pytest.raises(PgproofError, match="division by zero"):
        people.migrate()
    fill(people)
    people.query("create table beside ()")
    assert "the schema is not the one that was reviewed: table public.beside" in refusal(people)


def test_a_file_that_is_partly_applied_goes_on(people: Project) -> None:
    people.write("0002.name", "-- transactional: false\nselect 1;\nselect 1 / count(*) from people;"
                 "\nvacuum people;")  # fmt: skip
    recorded(people)
    with pytest.raises(PgproofError, match="division by zero"):
        people.migrate()
    assert people.states()["0002.name"] == "partial"
    fill(people)
    assert people.migrate().applied == ["0002.name", "0003.half"]


def test_the_clock_and_the_name_of_the_owner_are_no_change(people: Project) -> None:
    people.query("create table days (day date) partition by range (day)")
    recorded(people)
    people.query("create table d1 partition of days for values from ('2026-01-01') to ('2027-1-1')")
    name = people.value("select 'owner_' || pg_backend_pid()")
    people.query(f"create role {name}")
    try:
        people.query(f"alter table people owner to {name}; alter table days owner to {name}")
        fill(people)
        assert people.migrate().applied
    finally:
        people.query(f"reassign owned by {name} to current_user; drop owned by {name}")
        people.query(f"drop role {name}")


def test_in_an_emergency_a_reason_is_enough_and_is_recorded(people: Project) -> None:
    (people.folder / "post-apply.sql").write_text("select 1;")
    fill(people)
    done = people.run("migrate", "--require-reviewed", "--unreviewed", " ")
    assert done.returncode == Exit.USAGE and "give a reason" in done.stderr
    assert people.run("migrate", "--require-reviewed").returncode == Exit.UNREVIEWED
    dry = people.run("migrate", "--require-reviewed", "--dry-run", "--json")
    assert json.loads(dry.stdout)["exit_code"] == dry.returncode == Exit.UNREVIEWED
    assert people.migrate(unreviewed="pager 7,\nno reviewer").applied
    said = "unreviewed: pager 7, no reviewer"
    assert comments(people) == dict.fromkeys(
        ("0002.name", "0003.half", "migrations/post-apply.sql"), said
    )


def test_scratch_databases_need_no_review(people: Project) -> None:
    for file in people.folder.glob("0003*"):
        file.unlink()
    (people.folder / "0002.name.rollback.sql").write_text("alter table people drop name;")
    (people.folder.parent / "pgproof.toml").write_text("require_reviewed = true\n")
    for words in (["trace", "--replay"], ["verify", "--only", "0001.people"]):
        assert people.run(*words).returncode == Exit.OK
    done = people.run("review", "--record")
    assert done.returncode == Exit.OK, done.stdout + done.stderr
    assert people.run("migrate").returncode == Exit.OK
    assert comments(people)["0002.name"].startswith("reviewed: ")


def test_no_variable_and_no_option_undoes_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pgproof.toml").write_text("require-reviewed = true\n")
    monkeypatch.setenv("PGPROOF_REQUIRE_REVIEWED", "false")
    assert load(tmp_path).require_reviewed
    assert load(tmp_path, require_reviewed=False).require_reviewed
    (tmp_path / "pgproof.toml").write_text("require-reviewed = true\nrequire_reviewed = false\n")
    with pytest.raises(InputError, match="each setting must be a key that stands there once"):
        load(tmp_path)


def test_a_program_that_runs_files_first_can_ask_for_their_bytes(people: Project) -> None:
    (people.folder / "post-apply.sql").write_text("select 1;")
    name = "migrations/post-apply.sql"
    path = recorded(people)
    seen = records.read(path).around
    covered_bytes(people.settings, seen)
    for around in ({name: "0" * 64}, {"other.sql": seen[name]}):
        with pytest.raises(PgproofError, match="no review covers") as caught:
            covered_bytes(people.settings, around)
        assert caught.value.exit_code is Exit.UNREVIEWED
    recorded(people, Remark("rewrite", Level.NO, "no", "0002.name"))
    with pytest.raises(PgproofError, match=f"no review covers {name}"):
        covered_bytes(people.settings, seen)
