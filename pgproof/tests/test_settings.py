"""Settings: a file's, overridden by variables, overridden by options; nothing unknown passes."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from pgproof.cli import COMMANDS, command
from pgproof.cli.host import Host
from pgproof.errors import InputError, PgproofError
from pgproof.settings import Settings, load
from tests.project import Project

KEYS = set(Settings.__dataclass_fields__) - {"root"}


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(root=tmp_path, migrations=tmp_path / "migrations")


@pytest.mark.parametrize(
    ("file", "head"), [("pgproof.toml", ""), ("pyproject.toml", "[tool.pgproof]\n")]
)
def test_paths_are_those_of_the_folder_that_has_the_file(
    tmp_path: Path, file: str, head: str
) -> None:
    (tmp_path / file).write_text(
        f'{head}migrations = "m"\nbefore = ["a.sql"]\nserver = "s"\nsession = {{ "a.b" = "1" }}\n'
    )
    (tmp_path / "m/deep").mkdir(parents=True)
    found = load(tmp_path / "m/deep")
    assert (found.root, found.migrations) == (tmp_path, tmp_path / "m")
    assert (found.before, found.server) == ((tmp_path / "a.sql",), tmp_path / "s")
    assert found.session == {"a.b": "1"}


def test_a_variable_overrides_the_file_and_an_option_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pgproof.toml").write_text('owner = "of_file"\nlock_timeout = "1s"\n')
    monkeypatch.setenv("PGPROOF_OWNER", "of_variable")
    monkeypatch.setenv("PGPROOF_AFTER", os.pathsep.join(("/a.sql", "/b.sql")))
    monkeypatch.setenv("PGPROOF_SESSION", "a.b=1; c = x=y")
    monkeypatch.setenv("PGPROOF_LOCK_ATTEMPTS", "7")
    found = load(tmp_path)
    assert (found.owner, found.lock_timeout, found.lock_attempts) == ("of_variable", "1s", 7)
    assert found.after == (Path("/a.sql"), Path("/b.sql"))
    assert found.session == {"a.b": "1", "c": "x=y"}
    assert load(tmp_path, owner="of_option", lock_timeout=None).owner == "of_option"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('ownr = "x"', "unknown key 'ownr'"),
        ("owner = 1", "owner must be a string"),
        ('before = "a.sql"', "before must be a list of strings"),
        ('tool = { pgproof = { owner = "x" } }', "unknown key 'tool'"),
        ('owner = ""', r"pgproof\.toml: owner is empty"),
        ('owner = "a\\u0000b"', r"pgproof\.toml: owner is 'a\\x00b'"),
        (f'ledger_schema = "{"x" * 64}"', r"pgproof\.toml: ledger_schema is 'xxx"),
        ('migrations = " "', r"pgproof\.toml: migrations is empty"),
        ('after = [""]', r"pgproof\.toml: after is empty"),
        ("migrations = 7", "migrations must be a string"),
        ("lock_timeout = 500", "lock_timeout must be a string"),
        ('lock_timeout = "soon"', r"pgproof\.toml: lock_timeout is 'soon'"),
        ("lock_attempts = -1", "lock_attempts must be a whole number above 0"),
        ("lock_attempts = 1.5", "lock_attempts must be a whole number above 0"),
        ("lock_attempts = true", "lock_attempts must be a whole number above 0"),
        ("lock_attempts = 0", "lock_attempts must be a whole number above 0"),
        ('require_empty = "yes"', "require_empty must be a truth value"),
        ("require_reviewed = 1", "require_reviewed must be a truth value"),
        ("budgets = { a = 1 }", "budgets must be a table of strings"),
        ("session = { a = 1 }", "session must be a table of strings"),
        ("= x", "not valid TOML"),
    ],
)
def test_what_is_not_a_setting_is_refused(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "pgproof.toml").write_text(text)
    with pytest.raises(InputError, match=what) as caught:
        load(tmp_path)
    assert caught.value.message.startswith(f"{tmp_path}/pgproof.toml: ")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("tool.pgproof = 1", "tool.pgproof must be a table"),
        ('[[tool.pgproof]]\nowner = "x"', "tool.pgproof must be a table"),
        ("a = " + "[" * 9999, "not valid TOML"),
    ],
)
def test_settings_that_are_no_table_are_refused(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(InputError, match=rf"pyproject\.toml: {what}"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["tool = 1", "[project]\nname = 'x'"])
def test_another_programs_file_is_none_of_ours(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert load(tmp_path).root == tmp_path


def test_a_settings_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pgproof.toml").mkdir()
    with pytest.raises(InputError, match=r"pgproof\.toml: cannot be read"):
        load(tmp_path)


def test_two_files_in_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pgproof.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.pgproof]\n")
    with pytest.raises(InputError, match=r"settings in pgproof\.toml and in pyproject\.toml"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOCK_ATTEMPTS", "many"),
        ("LOCK_ATTEMPTS", "0"),
        ("LOCK_TIMEOUT", "soon"),
        ("LOCK_TIMEOUT", "5 parsecs"),
        ("REQUIRE_EMPTY", "perhaps"),
        ("REQUIRE_EMPTY", ""),
        ("OWNER", "\udce9"),
        ("SESSION", "work_mem"),
    ],
)
def test_a_variable_that_says_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PGPROOF_{name}", value)
    with pytest.raises(InputError, match=re.escape(f"PGPROOF_{name} is {value!r}")):
        load(tmp_path)


_OTHERWISE_READ = {
    "session",
    "budgets",
    "before",
    "after",
    "after_mutant",
    "lock_attempts",
    "require_empty",
    "require_reviewed",
}


_COMMANDS = {
    "present": ["new", "more"],
    "tests": ["mutate"],
    "excuses": ["mutate"],
    "journal": ["mutate"],
}
"""The commands of settings that `migrate` does not read."""


@pytest.mark.parametrize("key", sorted(KEYS - _OTHERWISE_READ))
def test_an_empty_variable_or_option_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """What it was to name is not known, and its default would be something else."""
    if key != "program":
        option = f"--{key.replace('_', '-')}"
        command = _COMMANDS.get(key, ["migrate"])
        done = project.run(*command, option, "")
        assert (done.returncode, done.stderr.splitlines()[0]) == (3, f"error: {option} is empty")
    monkeypatch.setenv(f"PGPROOF_{key.upper()}", "")
    with pytest.raises(InputError, match=f"PGPROOF_{key.upper()} is empty"):
        load(project.folder)


@pytest.mark.parametrize(("name", "meant"), [("OWNR", "OWNER"), ("MIGRATION", "MIGRATIONS")])
def test_a_variable_whose_name_is_misspelt_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv("PGPROOF_UNRELATED", "1")
    assert load(tmp_path).owner is None
    monkeypatch.setenv(f"PGPROOF_{name}", "x")
    with pytest.raises(InputError, match=f"PGPROOF_{name} is no setting") as caught:
        load(tmp_path)
    assert f"PGPROOF_{meant}" in str(caught.value.hint)


def test_every_setting_of_a_run_is_an_option_of_migrate() -> None:
    options = {option.name for option in command("migrate").params}
    assert KEYS - options == {*_COMMANDS, "program", "budgets", "after_mutant"}


def test_parameters_of_the_session_are_pinned_for_each_file(project: Project) -> None:
    text = "create table {0} as select current_setting('work_mem') a, current_setting('my.own') b;"
    project.write("0001.t", text.format("t"))
    project.write("0002.u", "set work_mem = '1MB'; set my.own = 'else';" + text.format("v"))
    project.write("0003.u", text.format("u"))
    pinned = ("--session", "work_mem=77kB", "--session", "my.own=it's so")
    done = project.run("migrate", *pinned)
    assert done.returncode == 0, done.stderr
    assert project.query("table t") == project.query("table u") == [("77kB", "it's so")]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("public", "public"),
        (' Public , "Two ""words""", "$user" ', 'public, "Two ""words""", "$user"'),
    ],
)
def test_a_search_path_is_a_list_of_schemas(project: Project, given: str, shown: str) -> None:
    project.write("0001.t", "create table public.t as select current_setting('search_path') as a;")
    project.with_settings(search_path=given).migrate()
    assert project.value("select a from t") == shown


@pytest.mark.parametrize("given", ["", "a,", "a b", "a; drop table t", '"a', "a, b -- c", "'a'; b"])
def test_what_is_no_list_of_schemas_is_refused(project: Project, given: str) -> None:
    project.write("0001.t", "create table t ();")
    with pytest.raises(InputError, match="search_path is"):
        project.with_settings(search_path=given).migrate()
    assert project.query("select 1 from pg_class where relname = 't'") == []


@pytest.mark.parametrize(
    "settings",
    [
        {"session": {"nonsense": "x"}},
        {"session": {"work_mem": "much"}},
        {"session": {'a"; drop table t; --': "x"}},
        {"search_path": "a;"},
        {"lock_timeout": "soon"},
    ],
)
def test_settings_that_the_server_does_not_take_are_refused_before_anything(
    project: Project, settings: Any
) -> None:
    project.write("0001.t", "create table t ();")
    with pytest.raises(InputError):
        project.with_settings(**settings).migrate()
    assert project.query("select to_regnamespace('pgproof'), to_regclass('t')") == [(None, None)]


def test_a_role_of_the_session_is_the_files_alone(project: Project) -> None:
    project.write(
        "0001.t", "create temp table t (); select 1 / (current_user = 'pg_monitor')::int;"
    )
    assert project.with_settings(session={"role": "pg_monitor"}).migrate().applied == ["0001.t"]
    assert project.value("select applied_by from pgproof.migration_files") == "postgres"


def test_the_runners_own_parameters_cannot_be_unpinned(project: Project) -> None:
    odd = project.with_settings(session={"timezone": "Asia/Tokyo", "statement_timeout": "1ms"})
    odd.write(
        "0001.t", "select pg_sleep(0.1); create table t as select current_setting('timezone') a;"
    )
    odd.migrate()
    assert odd.value("select a from t") == "UTC"


def test_another_program_registers_the_commands_under_its_name(project: Project) -> None:
    host = Host("other", lambda _dsn, _settings: project.url)
    for name in COMMANDS:
        made = command(name, host)
        assert "pgproof" not in made.get_help(made.make_context(name, [], resilient_parsing=True))
        assert "server" not in {option.name for option in made.params}
    with pytest.raises(Exception, match="no migrations") as caught:
        command("status", host).main(["--migrations", str(project.folder)], standalone_mode=False)
    assert getattr(caught.value, "hint", None) == "Make one with `other new NAME`."


def test_another_program_may_prepare_before_migrations_are_applied(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    calls: list[str] = []

    def resolve(_dsn: str | None, settings: Settings) -> str:
        calls.append("resolve")
        return project.url

    def prepare(_dsn: str | None, settings: Settings) -> str:
        assert settings.migrations == project.folder
        calls.append("prepare")
        return project.url

    host = Host("other", resolve, prepare=prepare)
    dry = ["migrate", "--dry-run", "--no-rehearse"]
    for words in (["plan"], ["status"], dry, ["migrate"], ["rollback"]):
        name, *others = words
        others += ["--migrations", str(project.folder)]
        command(name, host).main(others, standalone_mode=False)
    named = "resolve"  # What writes, or would, names the database first.
    assert calls == [
        *("resolve", "resolve"),
        *(named, "resolve", named, "prepare", named, "resolve"),
    ]
    project.write("0002.u", "create table u ();")
    with pytest.raises(PgproofError, match=r"prepares test_\w+, and not the scratch database"):
        command("migrate", host).main(
            ["--dry-run", "--migrations", str(project.folder)], standalone_mode=False
        )
    assert set(project.states().values()) == {"pending"}
