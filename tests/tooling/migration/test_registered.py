"""The runner's commands are those of `tooling`, under its name and with its settings."""

import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from pgproof import settings as runner
from pgproof.cli import COMMANDS
from tests.conftest import ROOT
from tooling.cli import HOST, group
from tooling.errors import Exit, InputError
from tooling.settings import extended, load


def test_every_command_of_the_runner_is_registered() -> None:
    names = group.list_commands(None)  # type: ignore[arg-type]
    assert set(COMMANDS) <= set(names)
    assert not {"init", "server"} & set(names)


def test_hints_name_the_program_that_was_typed(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "tooling", "migrate", "--migrations", str(tmp_path)]
    run += ["--dsn", "host=nowhere"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.REFUSED
    assert done.stderr.splitlines()[-1] == "hint: Make one with `tooling new NAME`."


@pytest.mark.parametrize("how", ["resolve", "prepare"])
def test_a_superuser_hands_over_to_the_migrator_of_the_settings(
    migrated_database: str, tmp_path: Path, how: str
) -> None:
    reach = {"resolve": HOST.resolve, "prepare": HOST.prepare}[how]
    assert reach is not None
    given = runner.load(ROOT, owner="eagle_owner")
    assert conninfo_to_dict(reach(migrated_database, given))["user"] == "eagle_migrator"
    (tmp_path / "pyproject.toml").write_text('[tool.pgproof]\nmigrations = "files"\n')
    assert reach(migrated_database, runner.load(tmp_path)) == migrated_database


def test_settings_of_the_runner_below_this_repository_keep_the_migrator(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.tooling]\nmigrator = "her"\n')
    inner = tmp_path / "other"
    inner.mkdir()
    (inner / "pgproof.toml").write_text('owner = "him"\n')
    found = extended(runner.load(inner))
    assert (found.root, found.owner, found.migrator) == (inner, "him", "her")


def test_the_ledger_of_this_repository_stays_where_it_is() -> None:
    found = load(ROOT)
    assert (found.ledger_schema, found.owner, found.program) == ("ledger", "eagle_owner", "tooling")
    assert found.migrator == "eagle_migrator"
    assert found.session.keys() == {
        "citus.enable_local_reference_table_foreign_keys",
        "citus.enable_unsafe_triggers",
    }


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('owner = "x"', r"owner in \[tool\.tooling\]"),
        ('sedes = "x"', "unknown key 'sedes'"),
        ("seeds = 1", "seeds must be a string"),
        ('migrator = ["x"]', "migrator must be a string"),
    ],
)
def test_settings_that_are_not_the_products_are_refused(
    tmp_path: Path, text: str, what: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.tooling]\n{text}\n")
    with pytest.raises(InputError, match=what):
        load(tmp_path)
