"""`pgproof import`: what other tools wrote becomes pairs of files that run and undo."""

import json
import re
from pathlib import Path

import pytest

from pgproof.errors import Exit, PgproofError, RefusedError
from pgproof.foreign.formats import FORMATS
from pgproof.foreign.importing import Source, adopt
from tests.foreign_samples import SAMPLES, contents, lay, taken
from tests.project import Project

TABLES = "select relname::text from pg_class where relname ~ '^(users|posts)' order by 1"


@pytest.fixture(params=sorted(SAMPLES))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def foreign(form: str, tmp_path: Path) -> Path:
    return lay(tmp_path / "foreign", SAMPLES[form].files)


def test_every_format_has_a_sample() -> None:
    assert sorted(SAMPLES) == list(FORMATS)


def test_what_is_imported_is_applied_undone_and_applied_again(
    project: Project, form: str, foreign: Path
) -> None:
    sample, before = SAMPLES[form], contents(foreign)
    assert taken(project, form, foreign).problems == ()
    assert contents(foreign) == before
    assert project.migrate().applied == sample.names
    assert {("users",), ("posts",), ("users_name",)} <= set(project.query(TABLES))
    if sample.undone == [1, 2, 3]:
        assert [project.rollback().rolled_back for _ in sample.names] == [
            [name] for name in reversed(sample.names)
        ]
        assert project.query(TABLES) == []
        assert project.migrate().applied == sample.names


def test_files_without_a_way_back_say_so(project: Project, form: str, foreign: Path) -> None:
    taken(project, form, foreign)
    for number, name in enumerate(SAMPLES[form].names, 1):
        text = (project.folder / f"{name}.sql").read_text()
        assert ("-- irreversible: " in text) == (number not in SAMPLES[form].undone)
        assert (project.folder / f"{name}.rollback.sql").exists() == (
            number in SAMPLES[form].undone
        )
        depends = f"-- depends: {SAMPLES[form].names[number - 2]}\n" if number > 1 else ""
        assert re.match(rf"-- {re.escape(name)}\n{re.escape(depends)}--", text)


def test_a_dry_run_writes_neither_files_nor_rows(
    project: Project, form: str, foreign: Path
) -> None:
    project.query(SAMPLES[form].ledger)
    found = adopt(Source(form, foreign), project.url, project.settings, dry_run=True)
    assert list(found.adopted) == SAMPLES[form].names[:2]
    assert len(found.files) >= len(SAMPLES[form].names)
    assert list(project.folder.iterdir()) == []
    assert project.value("select to_regnamespace('pgproof') is null")


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("0001.users.sql", "select 'mine';", "0001.users.sql: is there already"),
        ("0002.mine.sql", "select 1;", "0002.mine.sql: has a number that the import needs"),
        ("0003.index.rollback.sql", "select 1;", "0003.index.rollback.sql: undoes a migration"),
    ],
)
def test_nothing_that_is_there_is_replaced(
    project: Project, tmp_path: Path, name: str, text: str, what: str
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["sqlx"].files)
    (project.folder / name).write_text(text)
    with pytest.raises(RefusedError, match=what):
        taken(project, "sqlx", foreign)
    assert {path.name: path.read_text() for path in project.folder.iterdir()} == {name: text}


def test_if_one_file_cannot_be_written_none_is(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["goose"].files)
    links = 0
    from pgproof.foreign import write

    real = write.os.link

    def link(source: Path, target: Path) -> None:
        nonlocal links
        links += 1
        if links == 4:
            raise OSError(28, "No space left on device", str(source), None, str(target))
        real(source, target)

    monkeypatch.setattr(write.os, "link", link)
    with pytest.raises(PgproofError, match=r"cannot be written: No space left") as caught:
        taken(project, "goose", foreign)
    assert caught.value.hint
    assert list(project.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("form", "files", "what"),
    [
        ("dbmate", {"1_a.sql": "select 1;"}, "1_a.sql:1: marks no half"),
        ("dbmate", {"a.sql": "-- migrate:up"}, "a.sql: is not named as the tool names"),
        ("goose", {"1_a.go": "", "2_b.sql": "-- +goose Up"}, "1_a.go: a migration that is code"),
        ("goose", {"1_a.sql": "-- +goose Up\n-- +goose ENVSUB ON"}, "1_a.sql:2: .*not converted"),
        ("goose", {"1_a.sql": "-- +goose Up", "01_b.sql": "-- +goose Up"}, "has the version 1 of"),
        ("node-pg-migrate", {"1_a.js": ""}, "1_a.js: a migration that is code"),
        (
            "golang-migrate",
            {"1_a.down.sql": "select 1;"},
            "undoes a version that is not in the folder",
        ),
        ("golang-migrate", {"1_a.up.sql": "", "1_b.up.sql": ""}, "has the version 1 of"),
        ("golang-migrate", {"1_a.sql": ""}, "is not named as the tool names"),
        ("diesel", {"a/up.sql": "select 1;"}, "no folder named as Diesel names"),
        ("diesel", {"1_a/b/up.sql": "select 1;"}, "no folder named as Diesel names"),
        ("flyway", {"V1__a.sql": "x\n${b};"}, r"V1__a.sql:2: \$\{b\} is a placeholder"),
        ("flyway", {"V1__a.sql": "", "V1.0__b.sql": ""}, "has the version 1 of"),
        ("flyway", {"U1__a.sql": ""}, "undoes a version that is not in the folder"),
        ("flyway", {"B1__a.sql": ""}, "a baseline migration"),
        ("flyway", {"afterMigrate.sql": ""}, "is not named as the tool names"),
        ("graphile", {"current.sql": "select 1;"}, "current.sql:1: is not committed"),
        (
            "graphile",
            {"committed/000001.sql": "--! Previous: -\n\ngrant x to :DATABASE_OWNER;"},
            "000001.sql:3: :DATABASE_OWNER is a placeholder",
        ),
        ("sqitch", {"sqitch.plan": "a 2024 # x"}, "deploy/a.sql: cannot be read"),
        ("sqitch", {"sqitch.plan": "-a 2024 # x"}, "sqitch.plan:1: a line that reverts"),
        ("sqitch", {"sqitch.plan": "a [b:c] 2024"}, "sqitch.plan:1: needs b:c of another project"),
        ("sqitch", {"deploy/a.sql": ""}, "sqitch.plan: cannot be read"),
        ("alembic", {"up.sql": "select 1;"}, "up.sql:1: holds statements before"),
        ("alembic", {"up.sql": "selec 1;"}, "up.sql: syntax error"),
        ("sqlx", {}, "no migrations of sqlx"),
        ("sqlx", {"1_a.sql": "\0"}, "1_a.sql:1: the file holds a NUL byte"),
    ],
)
def test_what_cannot_be_converted_is_refused_and_nothing_written(
    project: Project, tmp_path: Path, form: str, files: dict[str, str], what: str
) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    if form == "graphile":
        (folder / "committed").mkdir()
    lay(folder, files)
    with pytest.raises(RefusedError, match=what) as caught:
        taken(project, form, folder)
    assert caught.value.hint
    assert list(project.folder.iterdir()) == []


def test_what_a_run_would_refuse_is_told(project: Project, tmp_path: Path) -> None:
    """The files are written all the same: of what is applied nothing runs any more."""
    foreign = lay(
        tmp_path / "foreign",
        {
            "1_a.up.sql": "copy t from stdin;\n1\n\\.\n",
            "2_b.up.sql": "begin; select 1; commit; begin; select 2; commit;",
            "3_c.up.sql": "",
        },
    )
    said = "\n".join(map(str, taken(project, "golang-migrate", foreign).problems))
    assert "0001.a.sql:6: COPY FROM STDIN" in said
    assert "0002.b.sql:7: BEGIN in a migration" in said
    assert "0003" not in said


def test_folder_and_target_must_differ(project: Project) -> None:
    lay(project.folder, SAMPLES["sqlx"].files)
    with pytest.raises(RefusedError, match="both the folder to import and the folder to write"):
        taken(project, "sqlx", project.folder)


def test_a_change_that_sqitch_reworked_never_takes_the_later_scripts(
    project: Project, tmp_path: Path
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["sqitch"].files)
    (foreign / "revert/users@v1.sql").unlink()
    taken(project, "sqitch", foreign)
    assert not (project.folder / "0001.users.rollback.sql").exists()
    (foreign / "deploy/users@v1.sql").unlink()
    with pytest.raises(RefusedError, match=r"deploy/users@v1\.sql: cannot be read"):
        taken(project, "sqitch", foreign)


def test_the_command_prints_files_and_what_a_run_would_refuse(
    project: Project, tmp_path: Path
) -> None:
    foreign = lay(tmp_path / "foreign", {"1_a.up.sql": "select 1;", "2_b.up.sql": "selec 1;"})
    done = project.run("import", "golang-migrate", str(foreign), "--dry-run", "--json")
    assert [Path(name).name for name in json.loads(done.stdout)["files"]] == [
        "0001.a.sql",
        "0002.b.sql",
    ]
    done = project.run("import", "golang-migrate", str(foreign))
    assert (done.returncode, len(done.stdout.splitlines())) == (Exit.OK, 2)
    assert re.match(r"warning: .*0002\.b\.sql:\d+: syntax error", done.stderr)
    project.query("create table schema_migrations (version bigint, dirty bool)")
    project.query("insert into schema_migrations values (2, false)")
    done = project.run("import", "golang-migrate", str(foreign), "--adopt")
    assert (done.returncode, done.stdout) == (Exit.OK, "")
    said = f"{project.announced()}2 recorded as applied\n"
    assert done.stderr == said, "of what is applied nothing is refused"
    assert project.states() == {"0001.a": "applied", "0002.b": "applied"}
