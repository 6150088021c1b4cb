"""`tooling backup prune`: what stays is what the retention promises, and it restores."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tooling.backup.world import World, world
from tooling.backup import barman
from tooling.backup.catalog import Backup
from tooling.backup.prune import prune
from tooling.backup.retention import Pruning, plan
from tooling.backup.settings import BackupSettings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTINGS = BackupSettings(Path("nowhere"))


def backup(hours: float, parent: str | None = None, *, problem: str | None = None) -> Backup:
    """Return a backup that ended so many hours before NOW."""
    at = NOW - timedelta(hours=hours)
    name = f"{at:%Y%m%dT%H%M%S}"
    return Backup(
        name, "DONE", parent, at, at, "0" * 24, "0" * 24, "0/0", "0/0", 1, 1, 18, 1 << 24, True,
        at, problem,
    )  # fmt: skip


def daily(days: int) -> list[Backup]:
    """Return a full backup each seventh day and an increment on the others, oldest first."""
    made: list[Backup] = []
    for day in reversed(range(days)):
        full = day % 7 == 6 or not made
        made.append(backup(24 * day, None if full else made[-1].backup_id))
    return made


@st.composite
def histories(draw: st.DrawFn) -> list[Backup]:
    """Draw backups of up to two years, some damaged, each an increment to an older one or full."""
    hours = sorted(draw(st.sets(st.integers(0, 24 * 730), max_size=40)), reverse=True)
    made: list[Backup] = []
    for ago in hours:
        parents: list[str | None] = [None, *(one.backup_id for one in made)]
        problem = draw(st.sampled_from([None, None, None, "damaged"]))
        made.append(backup(ago, draw(st.sampled_from(parents)), problem=problem))
    return made


def decided(made: list[Backup]) -> tuple[Pruning, set[str]]:
    found = plan(made, NOW, SETTINGS)
    return found, {one.backup_id for one in found.keep}


@given(histories())
def test_what_stays_and_what_goes_are_all(made: list[Backup]) -> None:
    found, kept = decided(made)
    assert kept | {one.backup_id for one in found.delete} == {one.backup_id for one in made}
    assert len(found.keep) + len(found.delete) == len(made)


@given(histories())
def test_every_staying_increment_has_all_it_adds_to(made: list[Backup]) -> None:
    _, kept = decided(made)
    assert {one.parent for one in made if one.backup_id in kept and one.parent} <= kept


@given(histories())
def test_the_newest_sound_backup_stays(made: list[Backup]) -> None:
    _, kept = decided(made)
    sound = [one for one in made if one.problem is None] or made
    assert not made or sound[-1].backup_id in kept


@given(histories())
def test_every_day_of_thirty_and_week_of_twelve_with_a_sound_backup_keeps_one(
    made: list[Backup],
) -> None:
    _, kept = decided(made)
    sound = [one for one in made if one.problem is None]
    for days, period in ((30, "%F"), (84, "%G-%V")):
        young = [
            one for one in sound if one.end_time and one.end_time >= NOW - timedelta(days=days)
        ]
        periods = {f"{one.end_time:{period}}" for one in young}
        assert periods <= {f"{one.end_time:{period}}" for one in sound if one.backup_id in kept}


@given(histories())
def test_pruning_again_changes_nothing(made: list[Backup]) -> None:
    found, kept = decided(made)
    again, still = decided(list(found.keep))
    assert (again.delete, still) == ((), kept)


@given(histories())
def test_the_log_is_whole_for_seven_days(made: list[Backup]) -> None:
    found, kept = decided(made)
    if found.log_from and any(
        one.problem is None and one.end_time and one.end_time <= NOW - timedelta(days=7)
        for one in made
    ):
        assert found.log_from.end_time and found.log_from.end_time <= NOW - timedelta(days=7)
        assert found.log_from.backup_id in kept


@given(histories(), st.integers(-3650, 3650))
def test_the_newest_three_stay_whatever_the_clock_says(made: list[Backup], days: int) -> None:
    found = plan(made, NOW + timedelta(days=days), SETTINGS)
    sound = [one for one in made if one.problem is None] or made
    newest = {one.backup_id for one in sound[-3:]}
    assert newest <= {one.backup_id for one in found.keep}
    if made:
        assert found.log_from
        assert found.log_from.backup_id <= min(newest)


def test_the_newest_is_what_ends_last_in_wal_and_not_by_a_clock() -> None:
    made = [
        replace(one, parent=None, end_lsn=f"0/{place}000000", timeline=1 + (place == 1))
        for place, one in zip((5, 6, 7, 8, 1), daily(5), strict=True)
    ]
    found = plan(made[::-1], NOW + timedelta(days=3650), SETTINGS)
    assert {one.backup_id for one in found.keep} == {one.backup_id for one in made[2:]}
    ahead = [replace(made[0], end_time=NOW + timedelta(days=900)), *made[1:]]
    found = plan(ahead, NOW + timedelta(days=3650), SETTINGS)
    assert {one.backup_id for one in found.keep} >= {one.backup_id for one in made[2:]}


def test_a_year_of_daily_backups_leaves_no_more_than_promised() -> None:
    found, _ = decided(daily(400))
    why = list(found.why.values())
    assert why.count("daily") + why.count("newest") + why.count("WAL") in (30, 31)
    assert 7 <= why.count("weekly") <= 12
    assert 9 <= why.count("monthly") <= 12
    assert len(found.keep) < 70


@pytest.fixture(scope="module")
def source() -> Iterator[World]:
    """Yield a world with backups of 800 and of 10 days ago, as far as they know."""
    with world() as made:
        made.insert(1)
        made.json("backup", "run", "--full")
        made.insert(2)
        made.json("backup", "run", "--full")
        made.insert(3)
        made.received()
        for one, days in zip(made.backups(), (800, 10), strict=True):
            file = made.home / "main/meta" / f"{one.backup_id}-backup.info"
            then = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}"
            text = file.read_text()
            file.write_text(text.replace(f"_time={datetime.now(UTC):%Y-%m-%d}", f"_time={then}"))
        yield made


def test_what_is_pruned_is_gone_and_the_rest_restores(source: World) -> None:
    first, second = source.backups()
    shown = source.json("backup", "prune")
    assert (shown["deleted"], shown["kept"][first.backup_id]) == ([], "newest")
    driver = barman.configured(replace(source.settings, at_least=1))
    done, _ = prune(driver, datetime.now(UTC), dry_run=True)
    assert ([one.backup_id for one in done.delete], len(source.backups())) == (
        [first.backup_id],
        2,
    )
    prune(driver, datetime.now(UTC))
    assert [one.backup_id for one in source.backups()] == [second.backup_id]
    folder = source.place / "copy"
    assert source.kept(source.json("restore", "--to", folder)["url"]) == [1, 2, 3]
    source.stop_copy(folder)
    assert source.json("backup", "prune")["deleted"] == []
