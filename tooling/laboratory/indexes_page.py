"""The page docs/reference/benchmarks/indexes.md."""

from pathlib import Path
from typing import Any

from tooling.laboratory import machine
from tooling.laboratory.report import DOCS


def page(document: dict[str, Any]) -> str:
    """Return the page in Markdown."""
    lines = [
        "# What each index costs and serves",
        "",
        machine.sentence(
            document, f"tooling bench indexes --projects {document['projects']} --docs"
        ),
        "",
        "What an index serves was counted by the server while each query class of the"
        " [results](results.md) and each request of the write mix was sent as the application,"
        " prepared, with row security. What it costs is the difference that it makes to the insert"
        " of 2,000 new rows into the largest partition, without triggers and full-page images; for"
        " a GIN index with the merging of its pending list. A difference near nothing can come out"
        " negative.",
        "",
        "| index | keeps a rule | serves | MB | µs a row | bytes of WAL a row |",
        "|---|---|---|--:|--:|--:|",
    ]
    for index in document["indexes"]:
        cost = "" if index["microseconds"] is None else f"{index['microseconds']:.1f}"
        wal = "" if index["wal_bytes"] is None else f"{index['wal_bytes']:,}"
        lines.append(
            f"| {index['name']} | {'yes' if index['is_constraint'] else ''} |"
            f" {', '.join(index['serves'])} | {index['bytes'] / 2**20:.1f} | {cost} | {wal} |"
        )
    needless = [index["name"] for index in document["indexes"] if index["needless"]]
    total = sum(index["bytes"] for index in document["indexes"]) / 2**20
    lines += [
        "",
        f"{len(document['indexes'])} indexes of {total:,.0f} MB at"
        f" {document['projects']:,} projects. Neither a rule nor a query needs:"
        f" {', '.join(needless) or 'none'}.",
        "",
        "A [test](../../../tests/tooling/laboratory/test_indexes.py) fails on an index of `app`"
        " that keeps no rule and that no query of the benchmark scans. The indexes of `catalog` and"
        " `ops`, on tables that do not grow with projects, are held to a query each by"
        " [pgTAP](../../../tests/pgtap/catalog/indexes.sql).",
    ]
    return "\n".join(lines) + "\n"


def write(document: dict[str, Any], folder: Path = DOCS) -> None:
    """Write indexes.md into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "indexes.md").write_text(page(document), encoding="utf-8")
