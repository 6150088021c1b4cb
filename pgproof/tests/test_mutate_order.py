"""Which test files are run against a mutant, in what order, and what the journal keeps of it."""

import json
from pathlib import Path

import pytest

from pgproof.mutate.journal import Journal
from pgproof.mutate.records import Mutant, State
from pgproof.mutate.suite import TestFile
from pgproof.mutate.touches import Ranking

OID = 16500


def file(name: str, text: str) -> TestFile:
    return TestFile(Path(name), name, text, text)


OWN = file("tests/sell.sql", "select is(shop.sell(1, 2), 2)")
NAMING = file("tests/orders.sql", "select shop.sell(1, 2)")
CALLING = file("tests/carts.sql", "insert into shop.carts values (1)")
ASKING = file("tests/comments.sql", "select proname from pg_proc")
OTHER = file("tests/other.sql", "select 1")
FILES = (OTHER, ASKING, CALLING, NAMING, OWN)


def mutant(operator: str, what: str = "x") -> Mutant:
    return Mutant(operator, "shop.sell(integer,integer)", what, what, OID, ("sell",))


@pytest.fixture
def ranking() -> Ranking:
    return Ranking(touched={CALLING.name: frozenset((OID,))}, seconds={OWN.name: 60.0})


def test_the_file_of_the_object_itself_is_first_though_it_takes_long(ranking: Ranking) -> None:
    touching, others = ranking.order(mutant("guard"), FILES)
    assert touching[0] == OWN
    assert others == [OTHER]


def test_what_a_catalog_says_is_asked_for_by_the_quick_files_first(ranking: Ranking) -> None:
    touching, _ = ranking.order(mutant("search_path"), FILES)
    assert touching[0] == ASKING


@pytest.mark.parametrize(
    ("operator", "concerned"),
    [("guard", {OWN, NAMING}), ("security", {OWN, NAMING, CALLING, ASKING})],
)
def test_a_file_that_does_not_name_an_object_is_not_concerned_by_what_it_does(
    ranking: Ranking, operator: str, concerned: set[TestFile]
) -> None:
    assert {one for one in FILES if ranking.concerns(mutant(operator), one)} == concerned


def test_a_journal_keeps_which_file_killed_whatever_is_run_next(tmp_path: Path) -> None:
    path = tmp_path / "mutants.jsonl"
    first = Journal.open(path, "all", afresh=False)
    first.add("one", State.KILLED, OWN.name, "not ok 1", 1)
    first.end()
    Journal.open(path, "a part", afresh=False).add("two", State.SURVIVED, None, None, 5)
    again = Journal.open(path, "all", afresh=False)
    assert again.hints == {"one": OWN.name}
    assert not again.done
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [{"fingerprint": "all"}, {"key": "one", "killer": OWN.name}]
