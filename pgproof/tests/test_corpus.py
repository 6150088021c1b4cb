"""The corpus is whole, and trace says of some of its cases what the debugger saw.

`make corpus` asks all of them.
"""

import psycopg
import pytest

from tests.corpus.cases import cases, labels
from tests.corpus.score import Score, score
from tests.servers import Server

KINDS = ("deadlock", "lock", "rewrite", "scan")
SOME = (
    "type by an expression",
    "truncate and fill",
    "foreign key on rows",
    "drop a table that refers",
    "unique index concurrently",
    "detach concurrently",
    "rename a table and go on",
    "block that asks twice",
    "cascade of a delete",
    "two files in opposite orders",
)


@pytest.mark.parametrize("version", [16, 18])
def test_every_case_has_a_label_and_every_label_a_case(version: int) -> None:
    names = [one.name for one in cases(version)]
    assert len(names) == len(set(names)) >= 60
    known = labels(version)
    assert set(names) == {name for name in known if name in set(names)}
    for one in cases(version):
        assert len(known[one.name]["files"]) == len(one.changes), one.name


def test_trace_says_what_the_debugger_saw(server: Server) -> None:
    with psycopg.connect(server.url()) as connection:
        version = connection.info.server_version // 10000
    if version not in (16, 18):
        pytest.skip("the corpus has labels of 16 and 18")
    found = score(server, version, SOME)["trace"]
    assert sorted(found) == sorted(KINDS)
    for kind, scored in found.items():
        assert scored.wrong == [], kind
        assert scored.found > 0, kind


def test_a_score_tells_what_is_missed_false_and_not_known() -> None:
    scored = Score()
    scored.add("here", {("a",), ("b",)}, {("b",), ("c",)}, unknown=False)
    scored.add("there", {("a",)}, set(), unknown=True)
    assert scored.as_dict() == {
        "found": 1,
        "missed": 1,
        "unknown": 1,
        "false": 1,
        "wrong": ["here: missed a", "here: false c"],
    }
