"""A review of what is pending: what it says, for people and for programs, and its verdict."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgproof.errors import Exit, InputError
from pgproof.order.records import Clash, Order
from pgproof.review import formats
from pgproof.review.budgets import budgets
from pgproof.review.collect import review
from pgproof.review.general import of_order
from pgproof.review.judge import Judge
from pgproof.review.markdown import markdown
from pgproof.review.page import html
from pgproof.review.records import Level, Remark, Review
from tests.project import Project
from tests.servers import Server

_BEFORE = """
create table people (id integer primary key, name text not null, kind text);
create table big (id integer primary key);
insert into people select i, 'x' from generate_series(1, 2000) i;
create view names as select name from people;
create function f() returns integer language sql as 'select 1';
"""
_FILES = {
    "0002.mail": (
        "-- why\nalter table people add mail text;\n-- squawk-ignore prefer-text-field\n"
        "create index people_mail on people (mail);\n"
        "create or replace function f() returns integer language sql as 'select 2';\n"
        "create policy p on people using (true);\ngrant select (name) on people to public;\n"
        "create or replace view names as select name, mail from people;\n"
        "create table orders (id bigint primary key, person integer references people);\n",
        "drop table orders; drop view names; create view names as select name from people;"
        "revoke select (name) on people from public; drop policy p on people;"
        "create or replace function f() returns integer language sql as 'select 1';"
        "drop index people_mail; alter table people drop mail;",
    ),
    "0003.wide": (
        "alter table people alter id type bigint;\n",
        "alter table people alter id type integer;",
    ),
    "0004.drop": ("alter table people drop kind;\ndrop table big;\n", "create table big ();"),
    "0005.hostile": (
        "comment on table people is '</script><img src=x onerror=alert(1)>';\n"
        "-- \u202e reversed <b>bold</b> `code` | cell\n"
        "create table \"a <b> | `c`\" (\"d\"\"</td>\" text default '\u202e');\n",
        "drop table \"a <b> | `c`\"; comment on table people is null;",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def project(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return one project for all tests of this file, which change nothing in it."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create database reviewed")
        made = Project.make(tmp_path_factory.mktemp("review"), server.url("reviewed"))
        made.write("0001.people", _BEFORE, "drop view names; drop table big, people;")
        made.migrate()
        made.query("update people set kind = 'k'; analyze people")
        for name, (text, undo) in _FILES.items():
            made.write(name, text, undo)
        yield made
        connection.execute("drop database reviewed with (force)")


@pytest.fixture(scope="module")
def found(project: Project) -> Review:
    return review(project.url, project.settings)


def rules(found: Review, name: str | None) -> dict[str, Remark]:
    return {one.rule: one for one in found.all_remarks if one.migration == name}


def judged(found: Review, name: str, **given: str) -> list[str]:
    """Return the rules by which a file gets a no with those budgets."""
    one = next(file for file in found.files if file.id == name)
    judge = Judge(
        budgets(given), found.sizes, one.planned, one.traced, one.verified, None, frozenset()
    )
    return [remark.rule for remark in judge.remarks() if remark.level is Level.NO]


def test_the_verdict_has_its_reasons(found: Review) -> None:
    assert found.record.verdict == "no" and not found.passes
    reasons = found.record.reasons
    assert reasons[-1] == "0005.hostile not verified: a file before fails"
    assert all(one.startswith("0004.drop: ") for one in reasons[:-1])
    assert any("2,000 values of public.people.kind" in one for one in reasons)
    assert any("after its rollback, the database is not as before" in one for one in reasons)


def test_remarks_stand_on_the_lines_of_files(found: Review) -> None:
    rewrite = rules(found, "0003.wide")["rewrite"]
    assert (rewrite.line, rewrite.level) == (1, Level.CAUTION)
    assert re.fullmatch(
        r"public.people \(\d+ kB, 2,000 rows\) is rewritten, measured", rewrite.message
    )
    index = rules(found, "0002.mail")["require-concurrent-index-creation"]
    assert (index.line, index.source) == (4, "squawk") and index.message.endswith("(confirmed)")


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("0003.wide", {"largest_rewrite": "1kB"}, ["rewrite"]),
        ("0003.wide", {"largest_rewrite": "unlimited"}, []),
        ("0003.wide", {"longest_lock": "0ms"}, ["lock-held"]),
        ("0002.mail", {"largest_read": "8kB"}, ["full-read"]),
        ("0002.mail", {"rollback_loses": "none"}, ["rollback-deletes"]),
        ("0002.mail", {"longest_lock": "1h"}, []),
        ("0003.wide", {"findings": "unconfirmed"}, ["changing-column-type"]),
        (
            "0002.mail",
            {"findings": "refused"},
            ["ignored", "prefer-bigint-over-int", "require-concurrent-index-creation"],
        ),
        ("0004.drop", {"rollback_loses": "any"}, ["unproven"]),
    ],
)
def test_a_budget_decides(
    found: Review, name: str, given: dict[str, str], expected: list[str]
) -> None:
    assert sorted(set(judged(found, name, **given))) == expected


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("longest_lock", "1 parsec", "budgets: longest_lock is '1 parsec'"),
        ("largest_rewrite", "-1MB", "budgets: largest_rewrite is"),
        ("largest_read", "100", "budgets: largest_read is"),
        ("rollback_loses", "all", "budgets: rollback_loses is 'all'"),
        ("longest_locks", "1s", "unknown budget 'longest_locks'"),
    ],
)
def test_what_is_no_budget_is_refused(key: str, value: str, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        budgets({key: value})
    assert caught.value.hint


def test_every_object_that_changes_is_shown_with_its_definition(found: Review) -> None:
    lines = {one.name: one.lines for one in found.changes}
    assert "-    AS $function$select 1$function$" in lines["public.f()"]
    assert "+    AS $function$select 2$function$" in lines["public.f()"]
    people = lines["public.people"]
    for line in (
        "-    column id integer not null",
        "+    column id bigint not null",
        "-    column kind text",
        "+    column mail text",
        "+            select to public",
        "+    policy p",
        "+    index public.people_mail",
    ):
        assert line in people, line
    assert lines["public.big"][0] == "-table public.big"
    files = {one.id: {change.name for change in one.changes} for one in found.files}
    assert files["0003.wide"] == {"public.people"}
    assert found.diagram.lines[0].target == "public.people"
    marks = {box.name: box.mark for box in found.diagram.boxes}
    assert (marks["public.orders"], marks["public.people"], marks["public.big"]) == ("+", "~", "-")


def test_the_page_is_one_file_that_runs_nothing(found: Review) -> None:
    page = html(found)
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert not re.search(r"<(script|img|link|iframe|b)\b", page)
    assert "url(" not in page and "@import" not in page and "\u202e" not in page
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;" in page
    assert page.index("✗ No: 4 migrations") < page.index("Migrations</h2>")
    for file in found.files:
        assert file.sha256 in page and str(file.rollback_sha256) in page


def test_markdown_shows_marks_as_text_and_fits(found: Review) -> None:
    page = markdown(found)
    outside = re.sub(r"^(`{3,}).*?^\1$", "", page, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"<(?!/?details>|/?summary>)", outside)
    assert "\u202e" not in page
    short = markdown(found, largest=3000)
    assert "parts of this page are left out" in short and len(short) < len(page)
    for needed in (*(one.sha256 for one in found.files), found.record.digest, "0004.drop"):
        assert needed in short


def test_sarif_has_what_the_format_asks_for(found: Review, project: Project) -> None:
    """Validated against the schema of OASIS by hand; no package has it."""
    log = formats.sarif(found, project.settings.root)
    [run] = log["runs"]
    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "pgproof")
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(names)) == len(names) and "squawk/changing-column-type" in names
    for one in run["results"]:
        assert one["level"] in ("error", "warning", "note") and one["message"]["text"]
        assert names[one["ruleIndex"]] == one["ruleId"]
        [place] = one["locations"]
        where = place["physicalLocation"]
        file = project.settings.root / where["artifactLocation"]["uri"]
        line = where["region"]["startLine"]
        assert 1 <= line <= len(file.read_text().splitlines())
    [wide] = [one for one in run["results"] if one["ruleId"] == "rewrite"]
    assert wide["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "migrations/0003.wide.sql"
    )
    hashes = {one["location"]["uri"]: one["hashes"]["sha-256"] for one in run["artifacts"]}
    assert hashes["migrations/0003.wide.sql"] == found.files[1].sha256


def test_every_rule_of_ours_is_described(found: Review) -> None:
    said = {one.rule for one in found.all_remarks if one.source == "pgproof"}
    assert said <= set(formats.RULES)


def test_code_quality_has_what_gitlab_asks_for(found: Review, project: Project) -> None:
    report = formats.quality(found, project.settings.root)
    assert len({one["fingerprint"] for one in report}) == len(report) > 5
    for one in report:
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert one["description"] and one["check_name"]
        assert (project.settings.root / one["location"]["path"]).is_file()
        assert one["location"]["lines"]["begin"] >= 1


def test_an_order_of_merges_has_its_place(found: Review) -> None:
    files = ("0005.hostile", "0004.theirs")
    clash = Clash("table", "public.people", "comment: <b>", "comment: none", files)
    apart = Order("main", "9ee3", ("0005.hostile",), ("0004.theirs",), (clash,))
    [remark] = of_order(apart)
    assert remark.level is Level.NO and "table public.people depends on the order" in remark.message
    assert list(of_order(Order("main", "9ee3", (), ()))) == []
    shown = replace(found, order=apart)
    assert "comment: &lt;b&gt;" in html(shown) and "table public.people" in markdown(shown)
    assert formats.document(shown)["order"]["clashes"][0]["files"] == files


def test_the_command_writes_every_form_and_makes_folders(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "new/folder"
    names = ("html", "markdown", "sarif", "gitlab", "json")
    words = [word for name in names for word in (f"--{name}", str(out / name))]
    done = project.run("review", *words, "--record", "--reviews", str(tmp_path / "reviews"))
    assert done.returncode == Exit.DISAPPROVED, done.stderr
    assert done.stdout.startswith("No: 4 migrations, ")
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    document = json.loads((out / "json").read_text())
    assert (document["verdict"], len(document["files"])) == ("no", 4)
    wide = document["files"][1]
    assert wide["trace"]["statements"][0]["rewrites"][0] == "public.people"
    assert wide["plan"]["statements"][0]["rewrites"] == ["public.people"]
    assert wide["sql"] == _FILES["0003.wide"][0]
    [path] = (tmp_path / "reviews").iterdir()
    assert json.loads(path.read_text())["sha256"] == document["record"]["sha256"]


def test_outputs_that_exclude_each_other_are_refused_before_anything(project: Project) -> None:
    for words in (["--html", "x", "--sarif", "x"], ["--record", "--only", "0002.mail"]):
        assert project.run("review", *words).returncode == Exit.USAGE
    done = project.run("review", "--only", "0099.none", "--json")
    last = json.loads(done.stdout)
    assert (done.returncode, last["exit_code"], last["event"]) == (3, 3, "error")
    done = project.run("review", "--html", "/proc/none/x.html")
    assert done.returncode == Exit.INPUT and "Traceback" not in done.stderr
    done = project.run("plan", "--offline", "--markdown", str(project.folder.parent / "a/b.md"))
    assert done.returncode == Exit.OK and (project.folder.parent / "a/b.md").read_text()
