"""A dry run refuses the settings that a run refuses, and says so when it has found nothing."""

from typing import Any

import pytest

from pgproof.errors import Exit, InputError
from tests.project import Project


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"lock_timeout": "99999999999d"}, "the server does not take the settings"),
        ({"search_path": "a b"}, "search_path is 'a b'"),
        ({"session": {"work_mem": "banana"}}, "the server does not take the settings"),
        ({"session": {"b ad.x": "1"}}, "the server does not take the settings"),
        ({"owner": "nobody_there"}, "there is no role 'nobody_there'"),
    ],
)
@pytest.mark.parametrize("is_dry", [True, False])
def test_settings_that_no_run_can_begin_with_are_refused(
    project: Project, settings: dict[str, Any], what: str, is_dry: bool
) -> None:
    project.write("0001.t", "create table t ();")
    with pytest.raises(InputError, match=what):
        project.with_settings(**settings).migrate(dry_run=is_dry)
    assert project.migrate().applied == ["0001.t"]
    with pytest.raises(InputError, match=what):
        project.with_settings(**settings).rollback(dry_run=is_dry)


@pytest.mark.parametrize("is_dry", [True, False])
def test_a_baseline_without_its_owner_leaves_nothing(project: Project, is_dry: bool) -> None:
    """No file that would make the role is run by it."""
    project.write("0001.t", "create table t ();")
    before = project.folder.parent / "roles.sql"
    before.write_text("select 1;")
    settings = project.with_settings(owner="nobody_there", before=(before,))
    schemas = project.query("select nspname from pg_namespace order by 1")
    with pytest.raises(InputError, match="there is no role 'nobody_there'"):
        settings.baseline("0001.t", dry_run=is_dry)
    assert project.query("select nspname from pg_namespace order by 1") == schemas


def test_a_time_that_is_none_is_refused_before_connecting(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    done = project.run("migrate", "--lock-timeout", "banana", "--dry-run")
    assert done.returncode == Exit.INPUT
    assert done.stderr.startswith("error: --lock-timeout is 'banana'\nhint: Write a time")


def test_nothing_pending_is_said(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    assert project.run("migrate", "--dry-run").stdout == "0001.t\n"
    project.migrate()
    done = project.run("migrate", "--dry-run")
    assert (done.stdout, done.stderr.splitlines()[1]) == ("", "nothing is pending")
