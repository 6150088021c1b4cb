"""The feed of project search: the index is as the database is, and no change is passed over."""

import json
import threading

import psycopg
import pytest

from tests.tooling.search.conftest import ANA, BOB, World
from tests.tooling.search.endpoint import alias_is
from tooling.errors import Exit, ToolingError
from tooling.search import feed as feeds
from tooling.search.template import ALIAS, TEMPLATE


def test_the_first_pass_makes_an_index_of_every_project(world: World) -> None:
    ana, bob = world.project("Harbour sign"), world.project("Bakery sign", BOB)
    done = world.feed().step()
    assert done.rebuilt
    assert done.sent.written == 2
    assert alias_is(world.state, done.index)
    assert set(world.state.projects()) == {f"{ANA}:{ana}", f"{BOB}:{bob}"}
    assert world.state.templates == {ALIAS: TEMPLATE}


def test_more_projects_than_fit_a_page_are_all_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "_BATCH", 3)
    for number in range(10):
        world.project(f"Sign {number}", (ANA, BOB)[number % 2])
    assert world.feed().step().sent.written == 10
    assert world.names() == world.stored()


def test_what_is_changed_moved_and_deleted_follows(world: World) -> None:
    kept, gone = world.project("Kept"), world.project("Gone")
    feed = world.feed()
    feed.step()
    new = world.project("New")
    world.rename(kept, "Renamed")
    world.admin.execute(
        "update app.projects set status = 'estimating', updated_by = 'ana' where project_id = %s",
        [kept],
    )
    world.admin.execute("delete from app.projects where project_id = %s", [gone])
    sent = feed.step().sent
    assert (sent.written, sent.removed, sent.known) == (2, 1, 0)
    assert world.names() == {"Renamed", "New"}
    assert world.state.projects()[f"{ANA}:{kept}"]["status"] == "estimating"
    assert f"{ANA}:{new}" in world.state.projects()


def test_a_saved_design_sends_nothing(world: World) -> None:
    project = world.project("Sign")
    feed = world.feed()
    feed.step()
    world.admin.execute(
        "insert into app.project_payloads (account_id, project_id, module, config)"
        " values (%s, %s, 'signage.single_pole.base_plate', '{}')",
        [ANA, project],
    )
    feed.step()
    before = list(world.state.calls)
    feed.step()
    assert world.state.calls == before


def test_what_was_sent_is_not_sent_again(world: World) -> None:
    world.project("Sign")
    feed = world.feed()
    feed.step()
    world.project("Another")
    assert feed.step().sent.written == 1
    bulks = world.state.calls.count("POST /_bulk")
    for _ in range(3):
        feed.step()
    assert world.state.calls.count("POST /_bulk") == bulks


@pytest.mark.parametrize("savepoint", [False, True])
def test_a_transaction_that_commits_late_is_not_passed_over(world: World, savepoint: bool) -> None:
    late = world.project("Late")
    feed = world.feed()
    feed.step()
    with psycopg.connect(world.url) as slow:
        if savepoint:
            slow.execute("savepoint inner_one")
        slow.execute(
            "update app.projects set name = 'Came late', updated_by = 'ana' where project_id = %s",
            [late],
        )
        for number in range(5):
            world.project(f"Meanwhile {number}")
            feed.step()
        assert "Came late" not in world.names()
        slow.commit()
    assert feed.step().sent.written == 1
    assert world.names() == world.stored()


def test_a_transaction_open_while_the_index_is_made_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "_PATIENCE", 0)
    late = world.project("Late")
    feed = world.feed()
    with psycopg.connect(world.url) as slow:
        slow.execute(
            "update app.projects set name = 'Came late', updated_by = 'ana' where project_id = %s",
            [late],
        )
        making = threading.Thread(target=feed.step)
        making.start()
        while making.is_alive() and not any("waiting" in one for one in world.said):
            making.join(0.01)
        assert not world.state.aliases
        slow.commit()
    making.join(60)
    feed.step()
    assert world.names() == {"Came late"}


def test_writers_that_overlap_leave_nothing_behind(world: World) -> None:
    """Four writers commit in another order than they wrote in; the feed passes all the while."""
    projects = [world.project(f"Sign {number}") for number in range(8)]
    feed = world.feed()
    feed.step()
    done = threading.Event()

    def write(which: int) -> None:
        with psycopg.connect(world.url) as connection:
            turn = 0
            while not done.is_set():
                turn += 1
                connection.execute(
                    "update app.projects set name = %s, updated_by = 'ana' where project_id = %s",
                    [f"Writer {which} turn {turn}", projects[2 * which + turn % 2]],
                )
                connection.execute("select pg_sleep(%s)", [0.005 * ((turn * 7 + which) % 5)])
                connection.commit()

    writers = [threading.Thread(target=write, args=[which]) for which in range(4)]
    for writer in writers:
        writer.start()
    for _ in range(40):
        feed.step()
    done.set()
    for writer in writers:
        writer.join()
    feed.step()
    assert world.names() == world.stored()


def test_an_older_version_never_replaces_a_newer_one(world: World) -> None:
    project = world.project("Old")
    feed = world.feed()
    done = feed.step()
    (stale,) = feeds.documents(world.feeds[-1], [(str(ANA), str(project))])
    world.rename(project, "New")
    feed.step()
    assert world.client().send(done.index, [stale]).known == 1
    assert world.names() == {"New"}


def test_a_feed_that_is_killed_between_sending_and_noting_it_sends_again(world: World) -> None:
    world.project("Sign")
    world.feed().step()
    world.project("Another")
    killed = world.feed()
    killed._keep = lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        killed.step()
    sent = world.feed().step().sent
    assert (sent.written, sent.known) == (0, 1)
    assert world.names() == world.stored()


def test_what_the_service_has_no_room_for_is_sent_again(world: World) -> None:
    for number in range(5):
        world.project(f"Sign {number}")
    world.state.busy_calls, world.state.busy_items = 2, 3
    assert world.feed().step().sent.written == 5


def test_a_refused_document_stops_the_cursor_and_is_named(world: World) -> None:
    world.project("Sign")
    feed = world.feed()
    feed.step()
    bad = world.project("Bad")
    world.state.refused.add(f"{ANA}:{bad}")
    with pytest.raises(ToolingError, match=str(bad)):
        feed.step()
    world.state.refused.clear()
    assert feed.step().sent.written == 1


@pytest.mark.parametrize(
    "was", [{"timeline": "0000002A"}, {"server": "1"}, {"number": 2**40}], ids=lambda was: min(was)
)
def test_another_server_or_log_is_not_followed(world: World, was: dict[str, object]) -> None:
    world.project("Sign")
    first = world.feed().step()
    client = world.client()
    client.keep_cursor(first.index, {**(client.cursor(first.index) or {}), **was})
    done = world.feed().step()
    assert done.rebuilt
    assert done.index != first.index
    assert list(world.state.indexes) == ["project-feed", done.index]


def test_the_old_index_serves_until_the_new_one_does(world: World) -> None:
    world.project("Sign")
    feed = world.feed()
    first = feed.step()
    world.state.indexes[f"{ALIAS}-interrupted"] = {}
    second = feed.step(rebuild=True)
    assert world.state.served == [(first.index,), (second.index,)]
    assert f"{ALIAS}-interrupted" not in world.state.indexes
    assert first.index not in world.state.indexes["project-feed"]
    world.project("After")
    assert feed.step().sent.written == 1


def test_an_index_that_is_lost_under_the_feed_is_made_anew(world: World) -> None:
    world.project("Sign")
    feed = world.feed()
    feed.step()
    world.state.indexes.clear()
    world.state.aliases.clear()
    world.project("Another")
    done = feed.step()
    assert done.rebuilt
    assert world.names() == world.stored()
    assert list(world.state.indexes) == [done.index, "project-feed"]


def test_a_second_feed_is_refused(world: World) -> None:
    world.feed()
    with (
        psycopg.connect(world.indexer, autocommit=True) as second,
        pytest.raises(ToolingError, match="another feed") as refused,
    ):
        feeds.Feed(second, world.client(), world.said.append)
    assert refused.value.exit_code == Exit.LOCKED


def test_a_wrong_password_is_not_repeated_in_the_error(world: World) -> None:
    with pytest.raises(ToolingError, match="401") as refused:
        world.client("not-the-password").index()
    assert "not-the-password" not in f"{refused.value.message}{refused.value.hint}"


def test_the_cursor_is_plain_json(world: World) -> None:
    index = world.feed().step().index
    values = world.client().cursor(index)
    assert values
    assert set(json.loads(json.dumps(values))) == {"server", "timeline", "since", "at", "number"}
