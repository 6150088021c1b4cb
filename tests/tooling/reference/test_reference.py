"""The reference pages say what the database and the commands say."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest

from tests import servers
from tooling import settings
from tooling.cli import group
from tooling.errors import Exit
from tooling.reference import architecture_page, cli_page, pages
from tooling.server.embedded import temporary_server
from tooling.server.server import Server

ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / pages.FOLDER


@pytest.fixture
def connection(server: Server, migrated_template: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect to the template itself; what a test changes is rolled back."""
    with psycopg.connect(server.url(migrated_template)) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project that has the settings, the SQL and the pages of this one."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "sql", tmp_path / "sql")
    shutil.copytree(PAGES, tmp_path / pages.FOLDER)
    return tmp_path


def schema(connection: psycopg.Connection[Any]) -> str:
    return pages.schema(connection, settings.load(ROOT))


def tooling(
    project: Path, *arguments: str, url: str | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run the command in a project, with no other connection than `url`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    kept.pop("DATABASE_URL", None)
    kept |= {"DATABASE_URL": url} if url else {}
    kept["TOOLING_PROJECT"] = str(project)
    run = [sys.executable, "-m", "tooling", "docs", "reference", *arguments]
    return subprocess.run(run, cwd=project, env=kept, capture_output=True, text=True, check=False)


def test_the_schema_page_is_up_to_date(connection: psycopg.Connection[Any]) -> None:
    assert pages.differs(PAGES / "schema.md", schema(connection)) is None


def test_the_schema_page_is_the_same_on_the_oldest_supported_server() -> None:
    oldest = min(servers.VERSIONS, key=int)
    with temporary_server(bin_dir=servers.bin_dir(oldest)) as server:
        run = [sys.executable, "-m", "tooling", "migrate", "--dsn", server.url()]
        subprocess.run(run, cwd=ROOT, capture_output=True, check=True)
        with psycopg.connect(server.url()) as connection:
            assert pages.differs(PAGES / "schema.md", schema(connection)) is None


def test_the_schema_page_does_not_name_months(connection: psycopg.Connection[Any]) -> None:
    before = schema(connection)
    made = "select ops.create_time_partitions('app.project_events', '2031-01-01')"
    assert connection.execute(made).fetchone() == ("app.project_events_y2031m01",)
    assert schema(connection) == before


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("comment on column app.projects.name is 'Another meaning.'", "Another meaning."),
        ("alter table app.projects add column sign_type text", "| `sign_type` | `text` | null |"),
        ("alter table app.projects alter column name drop not null", "| `name` | `text` | null |"),
        ("alter table app.projects alter column status set default 'submitted'", "`'submitted'::"),
        ("alter type app.project_status add value 'archived'", "`rejected`, `archived`."),
        ("create index projects_name_idx on app.projects (name)", "`projects_name_idx` | `btree"),
        ("alter table app.projects add constraint x_check check (name <> 'x')", "`x_check` |"),
        ("drop trigger projects_audit on app.projects", "-`projects_audit`"),
        ("drop policy projects_tenant on app.projects", "-`projects_tenant` |"),
        ("grant delete on app.project_payloads to eagle_reader", "`eagle_reader` | delete; select"),
        ("grant select (name) on app.projects to eagle_operator", "select (`name`)"),
        ("grant execute on function ops.place(text, text) to public", "Executable by `public`."),
        ("alter function ops.place(text, text) security definer", "the rights of its owner"),
        ("alter table app.event_chains disable row level security", "-Row security is on."),
    ],
    ids=lambda value: value.split(" on ")[0] if " " in value else value,
)
def test_what_changes_in_the_catalogue_changes_the_page(
    connection: psycopg.Connection[Any], change: str, line: str
) -> None:
    before = schema(connection)
    connection.execute(change)
    after = schema(connection)
    gone = line.startswith("-")
    wanted = line.removeprefix("-")
    assert after.count(wanted) == before.count(wanted) + (-1 if gone else 1)


def test_extensions_and_the_ledger_are_left_out(connection: psycopg.Connection[Any]) -> None:
    page = schema(connection)
    assert "ledger." not in page
    assert "## Schema public" not in page


def test_the_diagram_tells_foreign_keys_from_shared_keys(
    connection: psycopg.Connection[Any],
) -> None:
    page = schema(connection)
    joined = ': "account_id, project_id"'
    assert f'"app.projects" ||--o{{ "app.project_payloads" {joined}' in page
    assert f'"app.projects" ||..o{{ "app.project_events" {joined}' in page
    assert '"app.projects" ||..o{ "app.project_payloads"' not in page


def test_the_command_page_is_up_to_date() -> None:
    assert pages.differs(PAGES / "cli.md", cli_page.render(group)) is None


def test_the_architecture_page_is_up_to_date() -> None:
    assert pages.differs(ROOT / pages.PAGES["architecture"], architecture_page.render()) is None


def test_the_command_page_needs_no_database(project: Path) -> None:
    (project / pages.FOLDER / "cli.md").unlink()
    done = tooling(project, "cli")
    assert done.returncode == 0, done.stderr
    assert (project / pages.FOLDER / "cli.md").read_text() == cli_page.render(group)


def test_hidden_commands_are_left_out_and_groups_are_entered() -> None:
    inner = click.Group("db")
    inner.add_command(click.Command("start", help="Start it."))
    inner.add_command(click.Command("secret", hidden=True))
    outer = click.Group("tooling")
    outer.add_command(inner)
    page = cli_page.render(outer)
    assert "#### tooling db start" in page
    assert "Start it." in page
    assert "secret" not in page


def test_check_names_file_and_line_and_writes_nothing(
    project: Path, server: Server, migrated_template: str
) -> None:
    assert tooling(project, url=server.url(migrated_template)).returncode == 0
    file = project / pages.FOLDER / "schema.md"
    was = file.read_text()
    file.write_text(was.replace("## Roles", "## Rolls"))
    number = was.splitlines().index("## Roles") + 1
    done = tooling(project, "--check", url=server.url(migrated_template))
    assert done.returncode == Exit.CHANGED
    assert f"schema.md: line {number} should be: ## Roles" in done.stderr
    assert "hint: Run `tooling docs reference`" in done.stderr
    assert "## Rolls" in file.read_text()


def test_it_writes_once(project: Path, server: Server, migrated_template: str) -> None:
    file = project / pages.FOLDER / "schema.md"
    file.unlink()
    first = tooling(project, "schema", url=server.url(migrated_template))
    second = tooling(project, "schema", url=server.url(migrated_template))
    assert (first.stderr, second.stderr) == (
        "docs/reference/schema.md: written\n",
        "docs/reference/schema.md: unchanged\n",
    )
    assert tooling(project, "--check", "schema", url=server.url(migrated_template)).returncode == 0


def test_a_database_without_the_schema_is_refused(project: Path, empty_database: str) -> None:
    done = tooling(project, "schema", url=empty_database)
    assert done.returncode == Exit.FAILED
    assert "has no schema to describe\nhint: Apply the migrations first" in done.stderr


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("a\nb\n", "a\nb\n", None),
        ("a\nb\n", "a\nc\n", "line 2 should be: c"),
        ("a\n", "a\nb\n", "line 2 should be: b"),
        ("a\nb\n", "a\n", "line 2 should not be: b"),
        ("a\n\n", "a\n", "line 2 should not be: "),
        ("a", "a\n", "the line ends differ"),
    ],
)
def test_a_difference_is_named(tmp_path: Path, was: str, now: str, said: str | None) -> None:
    (tmp_path / "page.md").write_text(was)
    assert pages.differs(tmp_path / "page.md", now) == said
