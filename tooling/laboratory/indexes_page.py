"""The page docs/reference/benchmarks/indexes.md."""

from typing import Any

from tooling.laboratory import pages

_INTRODUCTION = (
    "What an index serves was counted by the server while each query class of the"
    " [results](results.md) and each request of the write mix was sent as the application,"
    " prepared, with row security. What it costs is the difference that it makes to the insert"
    " of 2,000 new rows into the largest partition, without triggers and full-page images; for"
    " a GIN index with the merging of its pending list. A difference near nothing can come out"
    " negative."
)
_TESTS = (
    "A [test](../../../tests/tooling/laboratory/test_indexes.py) fails on an index of `app`"
    " that keeps no rule and that no query of the benchmark scans. The indexes of `catalog` and"
    " `ops`, on tables that do not grow with projects, are held to a query each by"
    " [pgTAP](../../../tests/pgtap/catalog/indexes.sql)."
)
_HEADS = ("index", "keeps a rule", "serves", ">MB", ">µs a row", ">bytes of WAL a row")


def of(document: dict[str, Any]) -> dict[str, str]:
    """Return the page, by the name of its file."""
    indexes, projects = document["indexes"], document["projects"]
    rows = [
        (
            index["name"],
            "yes" if index["is_constraint"] else "",
            ", ".join(index["serves"]),
            f"{index['bytes'] / 2**20:.1f}",
            "" if index["microseconds"] is None else f"{index['microseconds']:.1f}",
            "" if index["wal_bytes"] is None else f"{index['wal_bytes']:,}",
        )
        for index in indexes
    ]
    needless = ", ".join(index["name"] for index in indexes if index["needless"]) or "none"
    total = sum(index["bytes"] for index in indexes) / 2**20
    lines = [
        "# What each index costs and serves",
        pages.sentence(document, f"tooling bench indexes --projects {projects} --docs"),
        _INTRODUCTION,
        pages.table(_HEADS, rows),
        f"{len(indexes)} indexes of {total:,.0f} MB at {projects:,} projects. Neither a rule nor a"
        f" query needs: {needless}.",
        _TESTS,
    ]
    return {"indexes.md": "\n\n".join(lines) + "\n"}
