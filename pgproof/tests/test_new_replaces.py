"""`new --replaces` copies an object from the schema as it is, and restores the one before."""

import json
from pathlib import Path

import pytest

from pgproof.errors import Exit, InputError, RefusedError
from pgproof.files.copies import Copy, copies
from pgproof.files.folder import read
from pgproof.files.scaffold import scaffold
from tests.project import Project

F = "create function shop.f(n int) returns int language sql as $$ select {}; $$"
COMMENT = "comment on function shop.f(int) is '{}'"
V = "create view shop.v as select {} as a"


def keep(project: Project, name: str, text: str) -> Path:
    """Write a file of the schema as it is."""
    path = project.folder.parent / "sql" / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def copied(project: Project, *names: str) -> Copy:
    ordered = read(project.folder).ordered()
    return copies(project.folder.parent / "sql", ordered, names)


def replace(project: Project, *names: str) -> tuple[str, str]:
    """Make the pair; return their texts, of the first without its header."""
    made = copied(project, *names)
    script, undo = scaffold(project.folder, "next", text=made.script, back=made.undo)
    return script.read_text().partition("; \n\n")[2], undo.read_text()


@pytest.fixture
def shop(project: Project) -> Project:
    """Return a project with a function and a view, each in its file, and both applied."""
    project.write(
        "0001.shop",
        f"create schema shop;\n{F.format(1)};\n{COMMENT.format('One.')};\n{V.format(1)};",
        "drop schema shop cascade;",
    )
    project.migrate()
    keep(project, "f", f"-- What is sold.\n--\n{F.format(1)};\n{COMMENT.format('One.')};\n")
    keep(project, "v", f"{V.format(1)};\n")
    return project


def described(project: Project) -> list[tuple[object, ...]]:
    return project.query(
        "select shop.f(0), obj_description('shop.f(int)'::regprocedure), (select a from shop.v)"
    )


def test_the_pair_replaces_and_restores(shop: Project) -> None:
    keep(shop, "f", f"-- What is sold.\n--\n{F.format(2)};\n{COMMENT.format('Two.')};\n")
    keep(shop, "v", f"{V.format(2)};\n")
    replaced = F.format(2).replace("create", "create or replace")
    viewed = V.format(2).replace("create", "create or replace")
    assert replace(shop, "shop.f", "shop.v") == (
        f"-- What is sold.\n--\n{replaced};\n{COMMENT.format('Two.')};\n\n{viewed};\n",
        f"-- restores: shop.v @0001\n-- restores: shop.f @0001\n\n{COMMENT.format('One.')};\n",
    )
    before = described(shop)
    assert shop.migrate().applied == ["0002.next"]
    assert described(shop) == [(2, "Two.", 2)]
    shop.rollback()
    assert described(shop) == before == [(1, "One.", 1)]


def test_only_what_changed_is_copied(shop: Project) -> None:
    keep(shop, "f", f"{F.format(2)};\n{COMMENT.format('One.')};\n")
    script, undo = replace(shop, "shop.f")
    assert ("comment" in script, undo) == (False, "-- restores: shop.f @0001\n")
    (shop.folder / "0002.next.sql").unlink()
    (shop.folder / "0002.next.rollback.sql").unlink()
    keep(shop, "f", f"{F.format(1)};\n{COMMENT.format('Two.')};\n")
    assert replace(shop, "shop.f") == (
        f"{COMMENT.format('Two.')};\n",
        f"{COMMENT.format('One.')};\n",
    )


def test_a_first_comment_is_taken_away_again(shop: Project) -> None:
    keep(shop, "v", f"{V.format(1)};\ncomment on column shop.v.a is 'What it is.';\n")
    script, undo = replace(shop, "shop.v")
    assert script == "comment on column shop.v.a is 'What it is.';\n"
    assert undo == "comment on column shop.v.a is null;\n"
    shop.migrate()
    shop.rollback()


def test_a_pending_migration_counts_and_the_last_one_is_restored(shop: Project) -> None:
    shop.write("0002.f", F.format(2).replace("create", "create or replace") + ";")
    keep(shop, "f", f"{F.format(3)};\n{COMMENT.format('One.')};\n")
    assert replace(shop, "shop.f")[1] == "-- restores: shop.f @0002\n"


def test_a_text_that_a_file_has_twice_is_written_out(shop: Project) -> None:
    again = F.replace("create", "create or replace")
    shop.write("0002.f", f"{again.format(2)};\n{again.format(3)};")
    keep(shop, "f", f"{F.format(4)};\n{COMMENT.format('One.')};\n")
    assert replace(shop, "shop.f")[1] == f"{again.format(3)};\n"
    shop.migrate()
    shop.rollback()
    assert shop.value("select shop.f(0)") == 3


def test_an_overload_is_named_by_its_arguments(shop: Project) -> None:
    other = "create function shop.f(a text, b text) returns int language sql return {}"
    shop.write("0002.f", f"{other.format(1)};")
    shop.write("0003.f", f"{F.format(0).replace('create', 'create or replace')};"
                         f"{other.format(2).replace('create', 'create or replace')};")  # fmt: skip
    keep(shop, "f2", f"{other.format(3)};\n")
    with pytest.raises(RefusedError, match=r"created more than once: .*f\.sql:3, .*f2\.sql:1"):
        copied(shop, "shop.f")
    undo = replace(shop, "shop.f(text, text)")[1]
    assert undo == "-- restores: shop.f(text, text) @0003\n"
    shop.migrate()
    shop.rollback()
    assert shop.query("select shop.f('', ''), shop.f(0)") == [(2, 0)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            F.format(1),
            r"f\.sql:1: shop\.f\(int4\) is as .*0001\.shop\.sql:2 created it: nothing to",
        ),
        (
            F.format(1).replace("n int", "n bigint"),
            r"no migration creates shop\.f\(int8\); there is ",
        ),
        (F.format(2).replace("returns int", "returns bigint"), "its return type is another one"),
        (F.format(2).replace("n int", "m int"), "a parameter has another name"),
        (F.format(2).replace("n int", "n int default 1"), "a parameter has no default any more"),
        (F.format(2).replace("shop.f(", "shop.g("), r"no file under .*sql creates .* shop\.f$"),
        ("create table t (", r"f\.sql:1: syntax error"),
        (F.format(2) + ";" + F.format(3), r"created more than once"),
    ],
)
def test_what_cannot_be_replaced_is_refused(shop: Project, text: str, what: str) -> None:
    keep(shop, "f", f"{text};\n-- shop.f\n")
    with pytest.raises(RefusedError, match=what) as caught:
        copied(shop, "shop.f")
    assert caught.value.hint


def test_an_object_that_no_migration_creates_is_refused(shop: Project) -> None:
    keep(shop, "g", "create procedure shop.g() language sql as '';")
    with pytest.raises(RefusedError, match=r"g\.sql:1: no migration creates shop\.g\(\)$"):
        copied(shop, "shop.g")
    shop.write("0002.g", "create procedure shop.g() language sql as '';", "drop procedure shop.g;")
    shop.write("0003.g", "drop procedure shop.g;")
    with pytest.raises(RefusedError, match=r"no migration creates shop\.g\(\)$"):
        copied(shop, "shop.g")


def test_a_view_with_another_column_is_refused(shop: Project) -> None:
    keep(shop, "v", f"{V.format(1)}, 2 as b;")
    with pytest.raises(RefusedError, match="its columns are other ones"):
        copied(shop, "shop.v")


def test_a_function_that_was_altered_is_refused(shop: Project) -> None:
    shop.write("0002.f", "alter function shop.f(int) set work_mem = '1MB';")
    keep(shop, "f", f"{F.format(2)};")
    with pytest.raises(RefusedError, match=r"0002\.f\.sql:1 altered shop\.f\(int4\)"):
        copied(shop, "shop.f")


def test_a_function_made_under_another_search_path_is_refused(shop: Project) -> None:
    again = F.format(2).replace("create", "create or replace")
    shop.write("0002.f", f"set search_path = shop;\n{again};")
    keep(shop, "f", f"{F.format(3)};")
    with pytest.raises(RefusedError, match=r"0002\.f\.sql sets search_path, by which names may"):
        copied(shop, "shop.f")


@pytest.mark.parametrize("name", ["", "a b", "f; drop table t", "f()--", "f, g", "f cascade"])
def test_what_is_no_name_is_refused(shop: Project, name: str) -> None:
    with pytest.raises(InputError, match="is no name"):
        copied(shop, name)


def test_the_command_says_what_it_did_not_copy(shop: Project) -> None:
    (shop.folder.parent / "pgproof.toml").write_text('present = "sql"\n')
    shop.write("0002.g", "grant execute on function shop.f(int) to pg_monitor;")
    keep(
        shop,
        "f",
        f"{F.format(2)};\ngrant execute on function shop.f(int) to pg_monitor;\n"
        "revoke all on function shop.f(int) from public;\n",
    )
    dry = shop.run("new", "faster", "--replaces", "shop.f", "--dry-run", "--json")
    left = f"{shop.folder.parent}/sql/f.sql:3: revoke all on function shop.f(int) from public"
    assert json.loads(dry.stdout)["left"] == [left]
    assert not list(shop.folder.glob("0003*"))
    done = shop.run("new", "faster", "--replaces", "shop.f")
    assert (done.returncode, done.stderr) == (0, f"not copied: {left}\n")
    assert done.stdout.split() == [
        str(shop.folder / "0003.faster.sql"),
        str(shop.folder / "0003.faster.rollback.sql"),
    ]


def test_without_the_setting_the_command_says_so(shop: Project) -> None:
    done = shop.run("new", "faster", "--replaces", "shop.f")
    assert done.returncode == Exit.INPUT
    assert done.stderr.startswith("error: the setting `present` is not set\nhint: ")
    assert (
        shop.run("new", "x", "--replaces", "shop.f", "--present", "/nowhere").returncode
        == Exit.INPUT
    )
    assert not list(shop.folder.glob("0002*"))
