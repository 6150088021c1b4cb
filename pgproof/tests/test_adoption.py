"""A project that yoyo made and applied goes on under this runner, if that is asked for."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.errors import PgproofError, RefusedError
from tests.project import Project


@pytest.fixture
def yoyo_project(project: Project) -> Project:
    """Return a project of two migrations made by `yoyo new` and applied by `yoyo apply`."""
    first = _new(project, "people")
    first.write_text(first.read_text() + "create table people (id int);\n")
    second = _new(project, "pets")
    second.write_text(second.read_text() + "create table pets (id int);\ncreate table toys ();\n")
    _yoyo(project, "apply")
    assert project.value("select count(*) from public._yoyo_migration") == 2
    return project.with_settings(adopt="public")


def test_its_ledger_is_adopted_with_hashes_filled_in(yoyo_project: Project) -> None:
    people = next(yoyo_project.folder.glob("*-people.sql"))
    assert set(yoyo_project.states().values()) == {"applied"}
    result = yoyo_project.migrate()
    assert (result.adopted, result.applied) == (sorted(yoyo_project.states()), [])
    hashed = "select count(*) from pgproof.migration_files where how = 'adopted'"
    assert yoyo_project.value(f"{hashed} and raw_sha256 ~ '^.{{64}}$'") == 2
    people.write_text(people.read_text() + "drop table people;")
    with pytest.raises(RefusedError, match="edited after it was applied"):
        yoyo_project.migrate()


def test_its_next_migration_is_applied(yoyo_project: Project) -> None:
    third = _new(yoyo_project, "houses")
    third.write_text(third.read_text() + "create table houses (id int);\n")
    assert yoyo_project.migrate().applied == [third.stem]
    assert (
        yoyo_project.value("select count(*) from pgproof._yoyo_log where operation = 'apply'") == 3
    )


def test_a_ledger_shared_with_yoyo_stays_readable_to_it(yoyo_project: Project) -> None:
    """With yoyo's own schema as the ledger's, both see the same rows."""
    shared = yoyo_project.with_settings(ledger_schema="public")
    third = _new(shared, "houses")
    third.write_text(third.read_text() + "create table houses (id int);\n")
    result = shared.migrate()
    assert (len(result.adopted), result.applied) == (2, [third.stem])
    assert re.findall(r"^([AU]) ", _yoyo(shared, "list"), re.MULTILINE) == ["A"] * 3


def test_a_deleted_file_stops_the_adoption(yoyo_project: Project) -> None:
    for path in yoyo_project.folder.glob("*pets*"):
        path.unlink()
    with pytest.raises(RefusedError, match=r"-pets\.sql: applied, then deleted"):
        yoyo_project.migrate()


def test_a_yoyo_ledger_of_another_project_is_left_alone(
    yoyo_project: Project, tmp_path: Path
) -> None:
    """Without a name in common nothing is asked; with one, --adopt none is the answer."""
    (tmp_path / "other").mkdir()
    other = Project.make(tmp_path / "other", yoyo_project.url)
    other.write("0001.t", "create table t ();")
    result = other.migrate()
    assert (result.adopted, result.applied) == ([], ["0001.t"])


def refusals(project: Project) -> set[str]:
    """Return what each command says that must refuse, and write nothing."""
    first = min(path.stem for path in project.folder.glob("*[!k].sql"))
    said = set()
    for attempt in (
        project.migrate,
        project.plan,
        project.states,
        project.rollback,
        lambda: project.migrate(dry_run=True),
        lambda: project.baseline(first),
    ):
        with pytest.raises(RefusedError) as caught:
            attempt()
        said.add(f"{caught.value.message} | {caught.value.hint}")
    assert project.query("select nspname from pg_namespace where nspname = 'pgproof'") == []
    return said


def test_a_yoyo_ledger_is_not_adopted_by_the_names_of_files(
    yoyo_project: Project, tmp_path: Path
) -> None:
    """Another application's table in `public`, and a file of ours that it has by chance."""
    (tmp_path / "other").mkdir()
    other = Project.make(tmp_path / "other", yoyo_project.url)
    name = min(path.stem for path in yoyo_project.folder.glob("*people.sql"))
    other.write(name, "create table ours ();")
    (said,) = refusals(other)
    assert said.startswith(
        f"there is no ledger in the schema pgproof, and the one in public names {name}, as"
    )
    assert "--adopt public; if it is another project's, say so: --adopt none." in said
    assert other.run("migrate", "--adopt", "none").returncode == 0
    assert other.query("select to_regclass('ours') is not null") == [(True,)]
    assert other.states() == {name: "applied"}


@pytest.mark.parametrize(
    ("adopt", "what"),
    [
        ("nowhere", "the schema nowhere has no ledger of yoyo | There is one in public."),
        ("theirs", "the ledger in the schema theirs is not yoyo's, but one of this runner"
         " | Set ledger_schema to theirs, or rename the schema to pgproof."),
        ("public", "the ledger of yoyo in the schema public names none of the migrations"
         " | Name another schema, or none of them: --adopt none."),
    ],
)  # fmt: skip
def test_what_cannot_be_adopted_is_refused(
    yoyo_project: Project, tmp_path: Path, adopt: str, what: str
) -> None:
    (tmp_path / "other").mkdir()
    other = Project.make(tmp_path / "other", yoyo_project.url, adopt=adopt)
    other.write("0001.t", "create table t ();")
    other.with_settings(ledger_schema="theirs", adopt=None).migrate()
    assert refusals(other) == {what}


def test_a_yoyo_ledger_that_may_not_be_read_is_refused(yoyo_project: Project) -> None:
    yoyo_project.query("create role test_guest login")
    try:
        url = yoyo_project.url.replace("postgres@", "test_guest@")
        for adopt in ("public", None):
            guest = replace(yoyo_project, url=url).with_settings(adopt=adopt)
            (said,) = refusals(guest)
            assert said.startswith("the schema public has a ledger, which this user may not read")
    finally:
        yoyo_project.query("drop role test_guest")


def test_what_yoyo_applies_later_to_our_ledger_is_adopted_only_if_asked(
    yoyo_project: Project,
) -> None:
    shared = yoyo_project.with_settings(ledger_schema="public")
    shared.migrate()
    third = _new(shared, "houses")
    third.write_text(third.read_text() + "create table houses (id int);\n")
    _yoyo(shared, "apply")
    unasked = shared.with_settings(adopt=None)
    (said,) = refusals(unasked)
    assert said.startswith(f"{third.stem} was applied by yoyo, which does not record the content")
    assert "adopt it: --adopt public" in said
    assert shared.migrate().adopted == [third.stem]
    assert unasked.migrate().adopted == []


def test_a_ledger_is_not_there_before_it_has_what_is_adopted(yoyo_project: Project) -> None:
    """An empty one would be taken for that of a new database, and all files would run."""
    yoyo_project.query("alter table public._yoyo_log add column more int")
    with pytest.raises(PgproofError, match="more expressions than target columns"):
        yoyo_project.migrate()
    assert yoyo_project.query("select to_regnamespace('pgproof')") == [(None,)]
    yoyo_project.query("alter table public._yoyo_log drop column more")
    assert len(yoyo_project.migrate().adopted) == 2


def test_rolling_back_needs_the_adoption_first(yoyo_project: Project) -> None:
    with pytest.raises(RefusedError, match="migrated by yoyo and is not adopted"):
        yoyo_project.rollback()


def test_our_tables_are_those_that_yoyo_makes(yoyo_project: Project) -> None:
    yoyo_project.migrate()
    columns = """
        select relname, attname, format_type(atttypid, atttypmod), attnotnull
          from pg_attribute join pg_class as c on c.oid = attrelid
         where relnamespace = %s::regnamespace and relname ~ '^_yoyo' and attnum > 0
         order by 1, attnum"""
    assert yoyo_project.query(columns, "pgproof") == yoyo_project.query(columns, "public")


def _new(project: Project, name: str) -> Path:
    before = set(project.folder.glob("*.sql"))
    _yoyo(project, "new", "--sql", "--message", name)
    (made,) = set(project.folder.glob("*.sql")) - before
    made.with_suffix(".rollback.sql").write_text("select 1;")
    return made


def _yoyo(project: Project, command: str, *arguments: str) -> str:
    url = project.url.replace("postgresql://", "postgresql+psycopg://")
    run = [str(Path(sys.executable).with_name("yoyo")), command, "--batch", "--no-config-file"]
    run += ["--database", url, *arguments, str(project.folder)]
    environment = {**os.environ, "EDITOR": "true", "VISUAL": "true"}
    done = subprocess.run(run, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
