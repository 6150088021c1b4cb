"""What the documentation shows is what happens: its `sql` and `console` blocks run."""

from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.conftest import close, durable
from tests.repo.documentation import pages, statements
from tests.repo.documentation.expected import matches
from tests.repo.documentation.machine import Machine, commands, machine
from tooling.server import embedded
from tooling.server.server import Server

FROM_NOTHING = "make migrate"
LANGUAGES = ("sql", "console", "diff")
RUN = [page for page in pages.all_pages() if pages.blocks(page, *LANGUAGES)]


@pytest.mark.parametrize("page", RUN, ids=pages.name)
def test_a_page_does_what_it_shows(
    page: Path, server: Server, request: pytest.FixtureRequest
) -> None:
    """A page that types `make migrate` starts with nothing, all others with a migrated database."""
    found = pages.blocks(page, *LANGUAGES)
    asked = [c for b in found if b.language == "console" for c, _ in commands(b.text)]
    url = None
    if FROM_NOTHING not in asked:
        url = close(request.getfixturevalue("migrated_database"))
    with ExitStack() as stack:
        if url:
            stack.enter_context(durable(server))
        reader = stack.enter_context(machine(server.bin_dir, url))
        connection = None
        for block in found:
            if block.language == "console":
                reader.type(block.text, block.place)
            elif block.language == "diff":
                reader.patch(block.text, block.place)
            elif block.file:
                reader.add(block.file, block.text, block.place)
            else:
                connection = connection or stack.enter_context(_connect(reader, url))
                statements.run(connection, block.text, block.place)


def _connect(reader: Machine, url: str | None) -> psycopg.Connection[tuple[object, ...]]:
    address = url or embedded.running_url(reader.clone)
    assert address, "the page has not started a server yet"
    return psycopg.connect(address, autocommit=True)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        (["a", "b"], ["a"], False),
        (["a  1"], ["a 1  "], True),
        (["took … s"], ["took 0.3 s"], True),
        (["took … s"], ["took 0.3 ms"], False),
        (["a", "…", "z"], ["a", "b", "c", "z"], True),
        (["a", "…", "z"], ["a", "z"], True),
        (["a", "…", "z"], ["a", "b"], False),
        (["1.5"], ["1x5"], False),
        (["…"], [], True),
    ],
)
def test_shown_and_printed_are_compared(shown: list[str], printed: list[str], same: bool) -> None:
    assert matches(shown, printed) == same


def test_a_console_block_is_commands_and_what_they_print() -> None:
    text = "$ one\n\n1\n\n$ two \\\n  three\n$ four\n"
    assert list(commands(text)) == [("one", ["", "1"]), ("two \\\n  three", []), ("four", [])]


def test_a_statement_carries_its_result() -> None:
    text = "-- why\nselect 1;  -- one\n-- 1\n\n-- not a result\nselect 2;\nselect 3\n;\n-- 3\n"
    read = [(statement.sql, statement.shown) for statement in statements.read(text)]
    assert read == [("select 1", ["1"]), ("select 2", None), ("select 3", ["3"])]


@pytest.mark.parametrize(
    "text",
    [
        "select 1;\n-- 2",
        "select 1;\n-- ERROR 22012: division by zero",
        "select 1/0;",
        "select 1/0;\n-- 1",
        "select generate_series(1, 2);\n-- 1",
        "select where false;\n-- 1",
    ],
)
def test_a_wrong_result_is_noticed(text: str, empty_database: str) -> None:
    with (
        psycopg.connect(empty_database, autocommit=True) as connection,
        pytest.raises(AssertionError, match=r"x\.md:7"),
    ):
        statements.run(connection, text, "x.md:7")


@pytest.mark.parametrize(
    "text",
    ["$ false", "$ echo b\na", "$ echo a; exit 3\na", "$ printf 'a\\nb\\n'\na"],
)
def test_a_wrong_output_is_noticed(text: str, server: Server) -> None:
    with (
        machine(server.bin_dir, None) as reader,
        pytest.raises(AssertionError, match=r"x\.md:7"),
    ):
        reader.type(text, "x.md:7")
