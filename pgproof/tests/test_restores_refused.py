"""A directive that does not lead to one text, or whose text means something else, is refused."""

import pytest

from pgproof.errors import Exit, RefusedError
from tests.project import Project
from tests.restoring import ONE, TWO, undo


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("set search_path = other, public", True),
        ("set local search_path to other", True),
        ("select set_config('search_path', 'other', true)", True),
        ("select pg_catalog.set_config('search_path', '', false)", False),
        ("set search_path = ''", False),
    ],
)
def test_a_text_that_means_other_names_is_refused(
    two: Project, text: str, is_refused: bool
) -> None:
    two.write(
        "0004.f",
        f"create schema other; {text};\n{ONE.format(4).replace(' f(', ' other.f(')}",
        "drop schema other cascade;",
    )
    two.write("0005.f", TWO.format(5).replace(" f(", " other.f("), "-- restores: other.f @0004")
    if is_refused:
        with pytest.raises(RefusedError, match=r"0004\.f\.sql sets search_path, by which names"):
            two.migrate()
        return
    two.migrate()
    two.rollback()
    assert two.value("select other.f(0)") == 4


@pytest.mark.parametrize(
    ("directive", "what"),
    [
        ("f @0009", r":1: restores f @0009: there is no such migration"),
        ("f @0003", r"0003\.u\.sql does not create it"),
        ("f @0004", r"0004\.x is not applied before this migration"),
        ("f @0005", r"0005\.z is not applied before this migration"),
        ("h @0001", r"restores h @0001: 0001\.f\.sql does not create it"),
        ("f(text) @0001", r"0001\.f\.sql does not create it"),
        ("twice @0000", r"0000\.a\.sql creates it more than once: lines 1, 2"),
        ("many @0000", r"0000\.a\.sql creates it more than once: lines 3, 4"),
        ("a b @0001", r"restores a b @0001: is not a name"),
        ("f(int) @0001; drop table t", r"restores is 'f\(int\) @0001; drop table t'"),
        ("f", r"restores is 'f'"),
        (
            "f @0001\n-- restores: f(int) @0002",
            r":2: restores f\(int\) @0002: it is restored already",
        ),
        ("other @0000", "CREATE OR REPLACE cannot make it .*: its return type is another one"),
        ("named @0000", "cannot make it .*: a parameter has another name"),
        ("given @0000", "cannot make it .*: a parameter has no default any more"),
        ("v @0000", "cannot make it .*: its columns are other ones"),
    ],
)
def test_a_directive_that_does_not_resolve_is_refused(
    two: Project, directive: str, what: str
) -> None:
    two.write(
        "0000.a",
        f"{ONE.format(1).replace(' f(', ' twice(')}\n{TWO.format(2).replace(' f(', ' twice(')}\n"
        "create function many() returns int language sql return 1;\n"
        "create function many(int) returns int language sql return 1;\n"
        "create function other() returns int language sql return 1;\n"
        "create function named(a int) returns int language sql return 1;\n"
        "create function given(a int) returns int language sql return 1;\n"
        "create view v as select 1 as a;\n",
    )
    two.write(
        "0004.x",
        f"{TWO.format(4)} drop function other(); drop function named(int);\n"
        "create function other() returns bigint language sql return 1;\n"
        "create function named(b int) returns int language sql return 1;\n"
        "create or replace function given(a int default 1) returns int language sql return 1;\n"
        "create or replace view v as select 1 as a, 2 as b;\n",
        f"-- restores: {directive}",
    )
    two.write("0005.z", TWO.format(5))
    with pytest.raises(RefusedError, match=what) as caught:
        two.migrate()
    assert caught.value.exit_code == Exit.REFUSED
    assert "0004.x.rollback.sql:" in caught.value.message
    assert caught.value.hint
    assert two.query("select to_regclass('t')") == [(None,)]
    undo(two, "0004.x", "select 1;")
    two.migrate()
    undo(two, "0004.x", f"-- restores: {directive}")
    with pytest.raises(RefusedError, match=what):
        two.rollback(to="0003.u")
    assert two.value("select f(0)") == 5


def test_a_file_edited_since_it_was_applied_is_not_restored_from(two: Project) -> None:
    two.migrate()
    path = two.folder / "0001.f.sql"
    text = path.read_text()
    path.write_text(text.replace("select 1", "select 9"))
    what = (
        r"0002\.f\.rollback\.sql:1: restores f @0001: 0001\.f\.sql was edited after it was applied"
    )
    with pytest.raises(RefusedError, match=what):
        two.rollback(to="0001.f")
    assert two.states()["0003.u"] == "applied"
    path.write_text(f"-- a comment\n{text}")
    assert two.rollback(to="0001.f").restores == ["restores f as in 0001.f.sql, line 4"]


def test_a_migration_that_is_not_applied_is_not_restored_from(two: Project) -> None:
    """The file 0001.f is applied late: what was there before 0002.f was another function."""
    files = [two.folder / "0001.f.sql", two.folder / "0001.f.rollback.sql"]
    elsewhere = [file.rename(two.folder.parent / file.name) for file in files]
    undo(two, "0002.f", "select 1;")
    two.migrate()
    for file in elsewhere:
        file.rename(two.folder / file.name)
    undo(two, "0002.f", "-- restores: f @0001")
    two.rollback()
    with pytest.raises(RefusedError, match=r"0001\.f is not applied before this migration"):
        two.rollback()
    assert two.value("select f(0)") == 2


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-- restore: f @0001\nselect 1;", "unknown directive 'restore'"),
        ("select 1;\n-- restores: f @0001", ":2: directive 'restores' stands after the header"),
    ],
)
def test_a_directive_without_effect_is_refused(two: Project, text: str, what: str) -> None:
    undo(two, "0002.f", text)
    with pytest.raises(RefusedError, match=what):
        two.migrate()


def test_in_a_migration_it_is_refused_and_prose_is_not(project: Project) -> None:
    project.write("0001.f", "-- Restores: the order of before\n-- stores: nothing\nselect 1;")
    project.migrate()
    project.write("0002.f", "-- restores: f @0001\nselect 1;")
    with pytest.raises(RefusedError, match=r"0002\.f\.sql:1: restores is a directive of rollback"):
        project.migrate()
