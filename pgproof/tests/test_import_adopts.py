"""`pgproof import --adopt`: what another tool's ledger says is applied is recorded in ours."""

from pathlib import Path

import pytest

from pgproof.errors import RefusedError
from pgproof.foreign.importing import Source, adopt
from tests.foreign_samples import POSTS, SAMPLES, USERS, VERSIONS, contents, lay, taken
from tests.project import Project


@pytest.mark.parametrize("form", sorted(SAMPLES))
def test_the_tools_ledger_is_adopted_and_the_rest_applied(
    project: Project, tmp_path: Path, form: str
) -> None:
    sample = SAMPLES[form]
    foreign = lay(tmp_path / "foreign", sample.files)
    project.query(USERS + POSTS + sample.ledger)
    found = adopt(Source(form, foreign), project.url, project.settings)
    assert list(found.adopted) == sample.names[:2]
    assert set(project.states().values()) <= {"applied", "pending", "due"}
    how = "select distinct how from pgproof.migration_files"
    assert project.query(how) == [("adopted",)]
    assert project.migrate().applied == sample.names[2:]


def test_a_second_import_writes_nothing_and_may_adopt(project: Project, tmp_path: Path) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["goose"].files)
    taken(project, "goose", foreign)
    written = contents(project.folder)
    assert taken(project, "goose", foreign).files == ()
    project.write("0004.new", "-- depends: 0003.index\nselect 1;")
    project.query(USERS + POSTS + SAMPLES["goose"].ledger)
    assert len(adopt(Source("goose", foreign), project.url, project.settings).adopted) == 2
    assert written.items() <= contents(project.folder).items()
    assert project.migrate().applied == ["0003.index", "0004.new"]


def goose(values: str) -> str:
    return f"{SAMPLES['goose'].ledger}; insert into goose_db_version values {values}"


@pytest.mark.parametrize(
    ("form", "ledger", "what"),
    [
        ("goose", "select 1", "no table goose_db_version"),
        ("goose", "create table goose_db_version (id int)", "no table with the columns of goose"),
        ("goose", goose("(9, 77, true, now())"), "says that 77 is applied, which has no file here"),
        ("goose", goose("(8, 66, true, now()), (9, 77, true, now())"), "2 problems"),
        (
            "goose",
            f"{SAMPLES['goose'].ledger}; create schema s;"
            " create table s.goose_db_version (like goose_db_version)",
            r"several tables goose_db_version: public\.goose_db_version, s\.goose_db_version",
        ),
        (
            "golang-migrate",
            f"{SAMPLES['golang-migrate'].ledger}; update schema_migrations set dirty = true",
            r"public\.schema_migrations says that 2 is dirty",
        ),
        ("golang-migrate", VERSIONS, "no table with the columns of golang-migrate"),
        (
            "dbmate",
            SAMPLES["golang-migrate"].ledger,
            "no table with the columns of dbmate",
        ),
        (
            "sqlx",
            f"{SAMPLES['sqlx'].ledger}; update _sqlx_migrations set success = version = 20240101",
            "says that 20240102 is failed",
        ),
        (
            "flyway",
            f"{SAMPLES['flyway'].ledger}; update flyway_schema_history set success = false"
            " where installed_rank = 2",
            "says that 1.2 is failed",
        ),
        (
            "flyway",
            f"{SAMPLES['flyway'].ledger}; update flyway_schema_history set success = false"
            " where installed_rank = 3",
            r"says that R__Views\.sql is failed",
        ),
        (
            "goose",
            f"{SAMPLES['goose'].ledger}; delete from goose_db_version where version_id > 0",
            "goose has applied nothing",
        ),
    ],
)
def test_a_ledger_that_cannot_be_trusted_is_refused_and_nothing_written(
    project: Project, tmp_path: Path, form: str, ledger: str, what: str
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES[form].files)
    project.query(ledger)
    with pytest.raises(RefusedError, match=what) as caught:
        adopt(Source(form, foreign), project.url, project.settings)
    assert caught.value.hint
    assert list(project.folder.iterdir()) == []
    assert project.value("select to_regnamespace('pgproof') is null")


@pytest.mark.parametrize(
    ("form", "file"),
    [("sqlx", "20240102_posts.up.sql"), ("flyway", "more/V1.2__Posts and more.sql")],
)
def test_a_file_edited_after_the_tool_applied_it_is_refused(
    project: Project, tmp_path: Path, form: str, file: str
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES[form].files)
    project.query(SAMPLES[form].ledger)
    text = (foreign / file).read_text()
    (foreign / file).write_text(text + "-- later\n")
    with pytest.raises(RefusedError, match=f"{file}: edited after .* applied it"):
        adopt(Source(form, foreign), project.url, project.settings)
    assert list(project.folder.iterdir()) == []
    (foreign / file).write_bytes(text.encode().replace(b"\n", b"\r\n"))
    assert len(adopt(Source(form, foreign), project.url, project.settings).adopted) == 2


def test_a_table_of_another_name_or_schema_can_be_named(project: Project, tmp_path: Path) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["dbmate"].files)
    project.query(f"{VERSIONS}; create schema s; alter table schema_migrations set schema s")
    project.query("create table schema_migrations (version text); alter table s.schema_migrations"
                  " rename to done")  # fmt: skip
    source = Source("dbmate", foreign, "s.done")
    assert len(adopt(source, project.url, project.settings).adopted) == 2


def test_a_baseline_of_flyway_covers_all_versions_up_to_it(
    project: Project, tmp_path: Path
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["flyway"].files)
    project.query(
        f"{SAMPLES['flyway'].ledger}; delete from flyway_schema_history; insert into"
        " flyway_schema_history values (1, '1.5', 'b', 'BASELINE', 'b', null, 'a', now(), 1, true)"
    )
    found = adopt(Source("flyway", foreign), project.url, project.settings)
    assert found.adopted == ("0001.users", "0002.posts-and-more")


def test_of_alembics_branches_only_what_leads_to_a_head_is_applied(
    project: Project, tmp_path: Path
) -> None:
    sections = ((" -> a", 1), ("a -> b", 2), ("a -> c", 3), ("b, c -> d", 4))
    text = "".join(f"-- Running upgrade {mark}\n\nselect {n};\n\n" for mark, n in sections)
    foreign = lay(tmp_path / "foreign", {"up.sql": text})
    project.query("create table alembic_version (version_num text)")
    project.query("insert into alembic_version values ('c')")
    found = adopt(Source("alembic", foreign), project.url, project.settings)
    assert found.adopted == ("0001.a", "0003.c")


def test_a_ledger_of_ours_with_migrations_is_not_adopted_again(
    project: Project, tmp_path: Path
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["dbmate"].files)
    project.query(VERSIONS)
    adopt(Source("dbmate", foreign), project.url, project.settings)
    with pytest.raises(RefusedError, match="the ledger already has migrations"):
        adopt(Source("dbmate", foreign), project.url, project.settings)
