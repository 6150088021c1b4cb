"""The command line as a whole: sections, help in 80 columns, one place that prints."""

import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import tooling.cli
from pgproof.cli import COMMANDS
from pgproof.cli import group as runner
from tests.conftest import ROOT
from tooling.cli import group
from tooling.cli.groups import Group

WIDTH = 80
SHARED = {"findings", "groups", "options", "results", "shown"}
SCRIPTED = {
    *("migrate", "rollback", "status", "plan", "new", "baseline", "seed", "import-aisc"),
    *("import-asce", "catalog", "backup", "restore", "dr-test", "integrity", "preflight"),
    *("postflight", "metrics", "db", "generate", "partition", "audit", "job", "top", "up"),
}


def commands(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield a command and those in it, with a context in which its help is shown."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield command, context
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield from commands(found, inner, context)


EVERY = [*commands(group, "tooling"), *commands(runner, "pgproof")]


def test_the_names_that_scripts_use_are_commands() -> None:
    assert set(group.list_commands(click.Context(group))) >= SCRIPTED


@pytest.mark.parametrize("package", ["", "backup", "bench"])
def test_every_module_is_a_command_in_one_section(package: str) -> None:
    folder = Path(tooling.cli.__path__[0]) / package
    modules = {one.name.replace("_", "-") for one in pkgutil.iter_modules([str(folder)])} - SHARED
    found = group.get_command(click.Context(group), package) if package else group
    assert isinstance(found, Group)
    others = {"": set(COMMANDS), "backup": {"restore", "dr-test"}}.get(package, set())
    listed = Counter(found.list_commands(click.Context(found)))
    assert dict(listed) == dict.fromkeys(modules | others, 1)


@pytest.mark.parametrize(
    ("command", "context"), EVERY, ids=[context.command_path for _, context in EVERY]
)
def test_help_fits_and_says_what_each_command_and_option_is(
    command: click.Command, context: click.Context
) -> None:
    text = command.get_help(context)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert command.help
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            lines = [line for line in text.splitlines() if re.match(rf"  {name} +[A-Z]", line)]
            assert len(lines) == 1 and lines[0].endswith("."), lines
    for one in command.params:
        if isinstance(one, click.Option):
            assert one.help, one.name
            assert one.help[0] == one.help[0].upper(), one.help


def test_no_command_lays_out_json_or_tables_by_itself() -> None:
    own = re.compile(r"json\.dump|:[<>^]\d|\.[lr]just\(|rich\.(table|progress)")
    folders = (ROOT / "tooling/cli", ROOT / "pgproof/src/pgproof/cli")
    files = [file for folder in folders for file in folder.rglob("*.py")]
    assert len(files) > 40
    found = {file.name for file in files if own.search(file.read_text(encoding="utf-8"))}
    # The names of commands in its help, which click prints.
    assert found == {"groups.py"}


def test_a_command_calls_no_other_command() -> None:
    calls = re.compile(r"\bcommand\.main\(|\.invoke\(|redirect_std")
    files = list((ROOT / "tooling").rglob("*.py"))
    assert [file for file in files if calls.search(file.read_text(encoding="utf-8"))] == []
