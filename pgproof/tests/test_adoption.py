"""A project that yoyo made and applied goes on under this runner."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pgproof.errors import RefusedError
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
    return project


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
    (tmp_path / "other").mkdir()
    other = Project.make(tmp_path / "other", yoyo_project.url)
    other.write("0001.t", "create table t ();")
    result = other.migrate()
    assert (result.adopted, result.applied) == ([], ["0001.t"])


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
