"""Plant errors in copies of AISC's workbook; print a table and write build/catalog.json.

`python -m tests.catalog [SEED]`, with AISC's workbook of v16.0 in AISC_DATA or shared/data; other
editions that stand beside it are imported to count false alarms. Exits 1 if an error of more than
5 % in a value that the catalog is searched by gets in undoubted more often than once in a hundred
in US units alone, if fewer than 95 % of all are caught, or for a false alarm.
"""

import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pgproof.run.migrate import migrate
from tests.catalog import spellings
from tests.catalog.listed import is_listed
from tests.catalog.planting import Planted, Row, plant
from tests.tooling.catalog import files
from tooling import catalog, seeds, settings
from tooling.catalog import layout, reading
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.dictionary import load as load_dictionary
from tooling.errors import ToolingError
from tooling.server.embedded import temporary_server

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build/catalog.json"
NAME = "aisc-shapes-database-v16.0.xlsx"
ROUNDS = 2
_LEAST, _LEAST_SEARCHED = 0.95, 0.99
Connection = psycopg.Connection[Any]


def main(seed: int) -> int:
    """Return 0 if the errors are caught and nothing else is."""
    folder = _data()
    if folder is None:
        print(f"no {NAME} on this machine: name its folder in AISC_DATA", file=sys.stderr)
        return 1
    with temporary_server() as server:
        url, chosen = server.create_database("planted"), settings.load()
        migrate(url, chosen)
        with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
            seeds.load(connection, chosen.seeds)
            tables = [_tally(connection, folder / NAME, kind, seed) for kind in ("csv", "xlsx")]
            alarms = dict(_false_alarms(connection, folder))
            catalog.import_file(connection, folder / NAME)
            typed = spellings.counts(connection, "v16.0")
    return _report(tables, alarms, typed, seed)


def _data() -> Path | None:
    for place in (os.environ.get("AISC_DATA"), ROOT / "../shared/data"):
        if place and (Path(place) / NAME).exists():
            return Path(place).resolve()
    return None


def _tally(connection: Connection, workbook: Path, kind: str, seed: int) -> Counter[str]:
    """Plant in a copy: csv with the columns in US units alone, xlsx with both systems."""
    rows, symbols = _table(workbook, load_dictionary(connection), us_only=kind == "csv")
    chance, tally = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / f"copy v16.0.{kind}"
        known = _findings(connection, _written(copy, rows))
        for _ in range(ROUNDS):
            changed, planted = plant(rows, symbols, chance)
            found = _findings(connection, _written(copy, changed)) - known
            hit = {row for row, _ in found}
            for one in planted:
                _count(tally, one, is_caught=one.row in hit)
    return tally


def _count(tally: Counter[str], one: Planted, *, is_caught: bool) -> None:
    names = ["all", f"size {one.size}", f"column {one.symbol}"]
    names += ["searched"] if one.is_large_and_searched else []
    for name in names:
        tally[f"{name}: planted"] += 1
        tally[f"{name}: caught"] += is_caught


def _table(
    workbook: Path, dictionary: Dictionary, *, us_only: bool
) -> tuple[list[Row], list[str | None]]:
    """Return header and rows of the workbook, and the symbol of each column."""
    for sheet in reading.read(workbook).sheets:
        for part, where in layout.find(sheet, dictionary, workbook.name):
            blocks = where.blocks[:1] if us_only else where.blocks
            columns = {column.index: column.symbol for block in blocks for column in block.columns}
            width = max(columns) + 1
            rows = [list(row[:width]) for row in part.rows]
            return rows, [columns.get(at) for at in range(width)]
    raise SystemExit(f"{workbook}: no table")


def _written(path: Path, rows: list[Row]) -> Path:
    if path.suffix == ".csv":
        return files.text_file(path, rows)
    return files.workbook(path, {"Database v16.0": rows})


def _findings(connection: Connection, path: Path) -> set[tuple[int, str]]:
    report = catalog.import_file(connection, path, dry_run=True)
    return {(finding.row, finding.message) for finding in report.findings}


def _false_alarms(connection: Connection, folder: Path) -> Iterator[tuple[str, int]]:
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".xlsx", ".xls", ".csv"):
            continue
        try:
            report = catalog.import_file(connection, path, dry_run=True)
        except ToolingError as error:
            print(f"{path.name}: {error.message}", file=sys.stderr)
            continue
        edition = " ".join(filter(None, (report.edition, report.grade)))
        unlisted = [
            finding for finding in report.findings
            if not is_listed(report.edition, finding.name, finding.message)
        ]  # fmt: skip
        for finding in unlisted:
            print(f"{path.name}: {finding}")
        yield edition, len(unlisted)


def _report(
    tables: list[Counter[str]], alarms: dict[str, int], typed: dict[str, int], seed: int
) -> int:
    total = sum(tables, Counter())
    us = tables[0]
    result = {
        "planted": total["all: planted"],
        "caught": total["all: caught"],
        "planted_over_5_percent_searched": total["searched: planted"],
        "caught_over_5_percent_searched": total["searched: caught"],
        "false_alarms": alarms,
        "spellings": typed,
        "seed": seed,
        "us_only_csv": dict(sorted(us.items())),
        "both_systems_xlsx": dict(sorted(tables[1].items())),
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for kind, table in zip(("csv, US units", "xlsx, both"), tables, strict=True):
        for name in ("all", "searched"):
            planted, caught = table[f"{name}: planted"], table[f"{name}: caught"]
            print(f"{kind:<14} {name:<9} {caught:>6} of {planted:>6} caught")
    print(f"false alarms: {alarms}; spellings: {typed['found']} of {typed['tried']}")
    is_good = total["all: caught"] >= _LEAST * total["all: planted"]
    is_good &= us["searched: caught"] >= _LEAST_SEARCHED * us["searched: planted"]
    return int(not is_good or any(alarms.values()))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
