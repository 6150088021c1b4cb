"""Constants and prices are published, withdrawn and corrected, and what they were stays known."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import tuple_row

from tests.tooling.catalog.common import tooling
from tooling.errors import Exit

SOON = (date.today() + timedelta(days=400)).isoformat()  # noqa: DTZ011
WHOLE = "select (select jsonb_agg(p order by p) from catalog.pricing_configs as p)::text"
WHOLE += ", (select jsonb_agg(p order by p) from catalog.past_versions as p)::text"
WHOLE += ", (select jsonb_agg(c order by c) from catalog.calibration_constants as c)::text"


@pytest.fixture
def database(migrated_database: str) -> str:
    return migrated_database


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database, autocommit=True, row_factory=tuple_row) as opened:
        yield opened


def said(database: str, *arguments: str) -> list[str]:
    done = tooling(database, "catalog", *arguments)
    assert done.returncode == Exit.OK, done.stderr
    return done.stdout.splitlines()


def publish(database: str, version: str, price: str, *more: str) -> list[str]:
    given = (f"price_usd={price}", f"effective_from={SOON}")
    return said(database, "publish", "price", "expedited", version, *given, *more)


def test_a_dry_run_shows_old_and_new_values_and_writes_nothing(
    database: str, connection: psycopg.Connection[Any]
) -> None:
    before = connection.execute(WHOLE).fetchone()
    lines = [
        f"  v1 effective_to: none -> {SOON}",
        "  v2 price_usd: 100.00 -> 1650.00",
        f"  v2 effective_from: none -> {SOON}",
    ]
    shown = publish(database, "v2", "1650.00", "--dry-run")
    assert shown == ["price expedited v2: would be published", *lines]
    assert connection.execute(WHOLE).fetchone() == before
    assert publish(database, "v2", "1650.00") == ["price expedited v2: published", *lines]

    before = connection.execute(WHOLE).fetchone()
    withdraw = ("withdraw", "price", "expedited", "v2", "--reason", "a typo")
    lines = [f"  v1 effective_to: {SOON} -> none", "  v2: withdrawn, price_usd 1650.00"]
    shown = said(database, *withdraw, "--dry-run")
    assert shown == ["price expedited v2: would be withdrawn", *lines]
    assert connection.execute(WHOLE).fetchone() == before
    assert said(database, *withdraw) == ["price expedited v2: withdrawn", *lines]

    before = connection.execute(WHOLE).fetchone()
    correct = ("correct", "constant", "K_FACTOR", "footing_v1", "value=0.16", "--reason", "misread")
    shown = said(database, *correct, "--dry-run")
    assert shown == [
        "constant K_FACTOR footing_v1: would be corrected",
        "  footing_v1 value: 0.15 -> 0.16",
    ]
    assert connection.execute(WHOLE).fetchone() == before
    assert said(database, *correct)[0] == "constant K_FACTOR footing_v1: corrected"
    assert said(database, *correct) == ["constant K_FACTOR footing_v1: unchanged"]


def test_what_was_believed_is_known_after_each_change(database: str) -> None:
    moments = []

    def rest() -> None:
        time.sleep(1.1)  # --as-of takes whole seconds.
        moments.append(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
        time.sleep(1.1)

    rest()
    publish(database, "v2", "1650.00")
    rest()
    publish(database, "v3", "165.00", "--replaces", "v2", "--reason", "a typo")
    rest()
    correct = ("correct", "price", "expedited", "v3", "price_usd=160.00", "--reason", "misread")
    said(database, *correct)
    rest()
    utc = psycopg.conninfo.make_conninfo(database, options="-c timezone=UTC")
    believed = [
        json.loads(
            "\n".join(said(utc, "price", "expedited", "--on", SOON, "--as-of", one, "--json"))
        )
        for one in moments
    ]
    assert [(row["version"], row["price_usd"]) for (row,) in believed] == [
        ("v1", 100),
        ("v2", 1650),
        ("v3", 165),
        ("v3", 160),
    ]
    (now,) = json.loads("\n".join(said(utc, "price", "expedited", "--on", SOON, "--json")))
    assert now == believed[-1][0]


def test_who_did_what_and_why_stays_on_record(
    database: str, connection: psycopg.Connection[Any]
) -> None:
    publish(database, "v2", "1650.00")
    publish(database, "v3", "165.00", "--replaces", "v2", "--reason", "a typo")
    rows = connection.execute(
        "select version, outcome, reason, ended_by, (was ->> 'price_usd')::numeric"
        "  from catalog.past_versions where object = 'expedited' order by ended_at, outcome"
    ).fetchall()
    assert rows == [
        ("v1", "superseded", None, "eagle_operator", Decimal(100)),
        ("v1", "reopened", "a typo", "eagle_operator", Decimal(100)),
        ("v1", "superseded", None, "eagle_operator", Decimal(100)),
        ("v2", "withdrawn", "a typo", "eagle_operator", Decimal(1650)),
    ]
    # What it is was recorded once, by another transaction: that permits no change now.
    edit = "update catalog.pricing_configs set price_usd = 1 where item_code = 'expedited'"
    with pytest.raises(psycopg.Error, match="price expedited v1 is published and cannot change"):
        connection.execute(f"{edit} and version = 'v1'")
    found = connection.execute("select check_name from ops.find_recorded_faults()").fetchall()
    assert ("catalog-rows",) not in found


NEW = ("publish", "price", "expedited", "v2", "price_usd=165.00")


@pytest.mark.parametrize(
    ("arguments", "code", "message", "hint"),
    [
        (
            (*NEW, "effective_from=03/04/2026"),
            Exit.INPUT,
            "effective_from: '03/04/2026' is not one certain day",
            "Write it as YYYY-MM-DD.",
        ),
        (
            (*NEW, "effective_from=20260403"),
            Exit.INPUT,
            "'20260403' is not one certain day",
            "YYYY-MM-DD",
        ),
        ((*NEW, "effective_from=2026-02-30"), Exit.INPUT, "is not one certain day", "YYYY-MM-DD"),
        (NEW, Exit.INPUT, "effective_from of price expedited v2 is not given", "effective_from="),
        ((*NEW, "price=1"), Exit.INPUT, "'price=1' is not a column of a price", "price_usd"),
        (
            ("publish", "price", "expedited", "v2", "price_usd=1,650"),
            Exit.INPUT,
            "price_usd: '1,650' is not a number",
            "decimal point",
        ),
        (
            ("publish", "price", "calc_packett", "v1", "price_usd=1", "effective_from=2026-01-01"),
            Exit.REFUSED,
            "no price calc_packett is published. Known: base_est, calc_packet,",
            "is_new",
        ),
        (
            (*NEW, f"effective_from={SOON}", "category=permit"),
            Exit.REFUSED,
            "price expedited is of the category addon, not permit",
            "changes_category",
        ),
        (
            (
                *("publish", "constant", "STEEL_MODULUS", "material_v2", "value=200"),
                *("unit=GPa", f"effective_from={SOON}"),
            ),
            Exit.REFUSED,
            "constant STEEL_MODULUS is of the unit ksi, not GPa",
            "changes_unit",
        ),
        (
            (*NEW, "effective_from=2024-01-01"),
            Exit.REFUSED,
            "price expedited v2 would overlap v1",
            "Start it after",
        ),
        (
            ("withdraw", "price", "expedited", "v1", "--reason", "a test"),
            Exit.REFUSED,
            "price expedited v1 is in effect since 2025-01-01",
            "correct_price",
        ),
        (
            ("correct", "price", "expedited", "v9", "price_usd=1", "--reason", "a test"),
            Exit.REFUSED,
            "price expedited v9 is not published",
            "tooling catalog price --all",
        ),
        (
            (*NEW, f"effective_from={SOON}", "--replaces", "v1"),
            Exit.USAGE,
            "--replaces and --reason are given together",
            "",
        ),
        ((*NEW, "--changes-unit"), Exit.USAGE, "a price has no unit", ""),
    ],
)
def test_a_slip_is_refused_and_changes_nothing(
    shared_database: str, arguments: tuple[str, ...], code: Exit, message: str, hint: str
) -> None:
    with psycopg.connect(shared_database, row_factory=tuple_row) as connection:
        before = connection.execute(WHOLE).fetchone()
        done = tooling(shared_database, "catalog", *arguments)
        assert done.returncode == code, done.stderr
        assert message in done.stderr
        assert hint in done.stderr
        assert connection.execute(WHOLE).fetchone() == before


def test_what_is_meant_is_said(database: str) -> None:
    assert publish(database, "v2", "165.00", "category=permit", "--changes-category")[-1] == (
        f"  v2 effective_from: none -> {SOON}"
    )
    given = ("value=200", "unit=GPa", f"effective_from={SOON}", "--changes-unit")
    assert "  material_v2 unit: ksi -> GPa" in said(
        database, "publish", "constant", "STEEL_MODULUS", "material_v2", *given
    )
    given = (
        "price_usd=80",
        "description=Work at night",
        "category=addon",
        f"effective_from={SOON}",
    )
    shown = said(database, "publish", "price", "night_work", "v1", *given, "--new")
    assert "  v1 price_usd: none -> 80.00" in shown
