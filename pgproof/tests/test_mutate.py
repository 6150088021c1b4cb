"""`pgproof mutate`: a suite of known weakness, and the mutants that survive it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pgproof.errors import Exit, InputError, RefusedError
from pgproof.mutate.mutate import Choice, mutate
from pgproof.mutate.records import Mutation, State
from tests.project import Project

SUITE = Path(__file__).parent / "weak_tests"
SCHEMA = """
create schema shop;
create table shop.parts (
    part_id integer primary key,
    name    text    not null,
    price   numeric not null default 1 check (price >= 0),
    stock   integer check (stock between 0 and 9)
);
grant select on shop.parts to pg_monitor;
create index parts_name_idx on shop.parts (name, price) where price > 0;
create function shop.sell(part integer, count integer) returns integer
    language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if sell.count < 1 then
        raise exception 'nothing is sold';
    end if;
    return sell.count;
end
$$;
"""
SURVIVORS = """
check shop.parts parts_stock_check: 0 to 1 in ( stock >= 0 ) AND
check shop.parts parts_stock_check: 9 to 10 in ( stock <= 9 ) )
check shop.parts parts_stock_check: <= to < in AND ( stock <= 9 )
check shop.parts parts_stock_check: >= to > in ( ( stock >= 0 )
check shop.parts parts_stock_check: AND to or in >= 0 ) AND ( stock
constant shop.sell(integer,integer): 1 to 2 in . count < 1 then raise
constraint shop.parts parts_stock_check: dropped
grant schema shop: create to pg_monitor
grant schema shop: usage to pg_monitor
grant schema shop: usage to public
grant table shop.parts: delete to pg_monitor
grant table shop.parts: insert to pg_monitor
grant table shop.parts: select to public
grant table shop.parts: update to pg_monitor
index shop.parts parts_name_idx: dropped
index shop.parts parts_name_idx: first two columns swapped
index shop.parts parts_name_idx: without WHERE
index shop.parts parts_name_idx: without price
not null shop.parts.name: dropped
not null shop.parts.price: dropped
search_path shop.sell(integer,integer): reset
security shop.sell(integer,integer): security definer
volatility shop.sell(integer,integer): stable
"""
CONSTANT = "constant shop.sell(integer,integer): 1 to 2 in . count < 1 then raise"
GUARD = "guard shop.sell(integer,integer): if sell.count < 1"


@pytest.fixture
def weak(project: Project) -> Project:
    """Return a project whose database is the schema, and whose tests are the suite."""
    project.query((SUITE / "tap.psql").read_text())
    project.query(SCHEMA)
    database = project.value("select quote_ident(current_database())")
    project.query(f"alter database {database} set search_path = public, tap")
    root = project.settings.root
    shutil.copytree(SUITE, root / "tests")
    return project.with_settings(tests=root / "tests")


def run(project: Project, *only: str, **choice: object) -> Mutation:
    return mutate(project.url, project.settings, Choice(only=only, **choice))  # type: ignore[arg-type]


def names(found: Mutation, state: State = State.SURVIVED) -> list[str]:
    return sorted(one.mutant.id for one in found.of(state))


def test_what_a_weak_suite_does_not_notice_survives(weak: Project) -> None:
    found = run(weak, "shop")
    assert names(found) == sorted(SURVIVORS.strip().splitlines())
    assert found.exit_code == Exit.SURVIVED
    assert "raise shop.sell(integer,integer): raise exception 'nothing is sold';" in names(
        found, State.KILLED
    )
    killers = {one.mutant.id: one.killer for one in found.of(State.KILLED)}
    assert killers["revoke table shop.parts: select from pg_monitor"] == "tests/not_enclosed.sql"
    document = found.as_dict()
    assert document["mutants"] == document["killed"] + len(document["survivors"])
    assert weak.value("select count(*) from pg_database where datname like 'pgproof_scratch%'") == 0


def test_a_mutant_is_excused_with_a_reason_and_only_while_it_survives(weak: Project) -> None:
    file = weak.settings.root / "excuses.toml"
    reasons = {CONSTANT: "Two are sold at least.", GUARD: "Wrong.", "guard shop.f(): x": "Gone."}
    file.write_text(
        "".join(
            f"[[excuse]]\nmutant = {json.dumps(name)}\nreason = {json.dumps(reason)}\n"
            for name, reason in reasons.items()
        )
    )
    excusing = weak.with_settings(excuses=file)
    found = run(excusing, "constant", "guard")
    assert names(found, State.EXCUSED) == [CONSTANT]
    assert found.stale == ("guard shop.f(): x", GUARD)
    assert found.exit_code == Exit.SURVIVED
    assert found.as_dict()["excuses"][0]["reason"] == "Two are sold at least."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[excuse]]\nmutant = 'x'\n", "excuse 1 has not a mutant and a reason alone"),
        ("[[excuse]]\nmutant = 'x'\nreason = ' '\n", "excuse 1 gives no reason"),
        ("[[excuse]]\nmutant='x'\nreason='y'\n" * 2, "excuse 2 excuses 'x' again"),
        ("reason = 1\n", "not a list of excuses"),
        ("[[excuse", "not valid TOML"),
    ],
)
def test_a_file_of_excuses_that_says_nothing_is_refused(
    weak: Project, text: str, said: str
) -> None:
    file = weak.settings.root / "excuses.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=said):
        run(weak.with_settings(excuses=file))


def test_a_run_that_was_stopped_goes_on_and_one_that_ended_begins_anew(weak: Project) -> None:
    first = run(weak, "guard", "constant", "raise")
    journal = weak.settings.root / "build/mutants.jsonl"
    lines = journal.read_text().splitlines()
    assert "ended" in json.loads(lines[-1])
    journal.write_text("\n".join(lines[:-2]) + '\n{"key": "half of a li')
    again = run(weak, "guard", "constant", "raise")
    assert again.resumed == len(first.outcomes) - 1
    assert names(again) == names(first) == [CONSTANT]
    assert run(weak, "guard", "constant", "raise").resumed == 0
    (weak.settings.root / "tests/parts.sql").open("a").write("-- Another test.\n")
    journal.write_text("\n".join(lines[:-2]))
    assert run(weak, "guard", "constant", "raise").resumed == 0


def test_a_test_that_fails_without_a_mutant_is_refused(weak: Project) -> None:
    file = weak.settings.root / "tests/parts.sql"
    file.write_text(file.read_text().replace("plan(5)", "plan(6)"))
    with pytest.raises(RefusedError, match=r"tests/parts.sql fails without .* planned 6 .* ran 5"):
        run(weak, "guard")


def test_the_comment_of_the_server_on_the_schema_public_is_left_out(weak: Project) -> None:
    (weak.settings.root / "tests/comments.sql").write_text(
        "select obj_description('shop'::regnamespace);"
    )
    weak.query("comment on schema shop is 'What is sold.'")
    assert names(run(weak, "comment", dry_run=True)) == ["comment schema shop: dropped"]
    weak.query("comment on schema public is 'Nothing of ours.'")
    assert "comment schema public: dropped" in names(run(weak, "comment", dry_run=True))


def counting(weak: Project, limit: int) -> None:
    """Add a test that fails from its so-many-th run in one copy on."""
    weak.query("create sequence shop.runs")
    (weak.settings.root / "tests/counting.sql").write_text(
        "begin;\nselect plan(1);\n"
        f"select ok(nextval('shop.runs') <= {limit}, 'it is early');\n"
        "select * from finish();\nrollback;\n"
    )


def test_what_a_test_kills_that_fails_by_then_is_run_again(weak: Project) -> None:
    counting(weak, 3)
    found = run(weak, "shop.parts.name", "shop.parts.price", "volatility", jobs=1)
    assert names(found) == [
        "not null shop.parts.name: dropped",
        "not null shop.parts.price: dropped",
        "volatility shop.sell(integer,integer): stable",
    ]


def test_a_test_that_fails_whenever_others_were_run_is_refused(weak: Project) -> None:
    counting(weak, 1)
    with pytest.raises(RefusedError, match="fails without any mutant after other"):
        run(weak, "shop.parts_stock_check", "check", jobs=1)


def test_only_what_changed_since_a_revision_is_broken(weak: Project) -> None:
    root = weak.settings.root
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        subprocess.run([*git, *words], check=True)
    weak.write("0001.sell", "create function shop.sell(part integer) returns void\nlanguage sql;")
    found = run(weak, changed="HEAD", dry_run=True)
    assert {one.mutant.object for one in found.outcomes} == {"shop.sell(integer,integer)"}
    with pytest.raises(InputError, match=r"git: .*nowhere"):
        run(weak, changed="nowhere")


def test_the_command_lists_survivors_with_their_sql(weak: Project) -> None:
    tests = ("--tests", str(weak.settings.tests))
    done = weak.run("mutate", *tests, "--only", "guard", "--only", "constant")
    assert done.returncode == Exit.SURVIVED, done.stderr
    assert f"{CONSTANT}  SURVIVED 2 test files" in done.stdout
    assert "line 7: if sell.count < 2 then" in done.stdout
    assert "1 of 2 mutants killed, 0 excused, 1 survived" in done.stderr
    listed = weak.run("mutate", *tests, "--dry-run", "--json", "--only", "guard")
    (document,) = (json.loads(line) for line in listed.stdout.splitlines())
    assert [one["mutant"] for one in document["mutants"]] == [GUARD]
    nothing = weak.run("mutate", *tests, "--only", "shop.absent")
    assert nothing.returncode == Exit.INPUT
    assert "no mutant is of shop.absent" in nothing.stderr
