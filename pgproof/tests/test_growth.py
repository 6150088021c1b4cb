"""How statements grow: curves fitted to given times, tables filled, the command at small sizes."""

import json
from collections.abc import Callable
from math import log
from random import Random

import pytest

from pgproof.errors import Exit, InputError
from pgproof.growth import page, statistics
from pgproof.growth.bulk import Bulk
from pgproof.growth.fit import Estimate, Growth, Point, fit
from pgproof.growth.grow import Sizes, grow
from pgproof.verify import data
from tests.project import Project

SIZES = (10_000, 100_000, 1_000_000)
CURVES: dict[str, Callable[[float], float]] = {
    "constant": lambda _: 0.002,
    "linear": lambda n: 0.001 + n * 3e-7,
    "n log n": lambda n: 0.001 + n * log(n) * 2e-8,
    "quadratic": lambda n: 0.001 + n * n * 1e-10,
}
_TABLES = """
create type hue as enum ('red', 'green');
create domain positive as int check (value > 0);
create table people (
    id bigint generated always as identity primary key, name text not null unique,
    kind text not null check (kind in ('buyer', 'seller')), age positive, hue hue not null,
    code varchar(6) not null, price numeric(5, 2), at timestamptz not null, tags text[] not null,
    boss bigint references people
);
create table orders (
    id uuid primary key, person_id bigint not null references people, note jsonb, n smallint,
    check (n between 3 and 9)
);
create table passports (person_id bigint primary key references people, number char(9) not null);
create table friends (
    one bigint references people, other bigint references people, primary key (one, other)
);
create table readings (at date not null, n int) partition by range (at);
create table readings_1 partition of readings for values from ('2025-01-01') to ('2025-02-01');
create table flags (is_on boolean primary key);
create table "Odd Names" ("Key" int primary key, "a b" text);
"""


def points(curve: Callable[[float], float], noise: float) -> list[Point]:
    random = Random(3)
    return [
        Point(n, curve(n) * (1 + random.uniform(-noise, noise))) for n in SIZES for _ in range(3)
    ]


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.1])
@pytest.mark.parametrize("name", CURVES)
def test_a_curve_is_found_and_its_interval_has_what_comes(name: str, noise: float) -> None:
    found = fit(points(CURVES[name], noise))
    assert found.curve == name
    expected = found.at(10_000_000)
    assert expected is not None
    assert expected.low <= CURVES[name](10_000_000) <= expected.high
    assert expected.low > 0


def test_more_noise_makes_a_wider_interval() -> None:
    def width(noise: float) -> float:
        found = fit(points(CURVES["linear"], noise)).at(10_000_000)
        assert found is not None
        return found.high / found.low

    assert width(0.2) > width(0.05)


def test_a_place_far_away_has_a_wider_interval_than_one_that_was_measured() -> None:
    found = fit([Point(n, 0.01 + n * 1e-6 * (1 + n % 7 / 50)) for n in (101, 1003, 10_005)])
    near, far = found.at(1000), found.at(10_000_000)
    assert near and far
    assert far.high / far.seconds >= near.high / near.seconds


def test_of_one_size_nothing_is_known() -> None:
    found = fit([Point(100, 0.1), Point(100, 0.2)])
    assert found == Growth("unknown", points=(Point(100, 0.1), Point(100, 0.2)))
    assert found.at(1000) is None


def test_two_points_give_no_interval() -> None:
    found = fit([Point(100, 0.1), Point(1000, 1.0)]).at(10_000)
    assert found is not None
    assert page.interval(found) == "about 10.0 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0012, "1.2 ms"), (0.25, "250 ms"), (3.21, "3.2 s"), (90, "2 min"), (9000, "2.5 h")],
)
def test_a_time_is_written_in_the_unit_that_reads_best(seconds: float, words: str) -> None:
    assert page.duration(seconds) == words
    assert page.interval(Estimate(1, seconds, seconds, seconds)) == f"{words} ({words} to {words})"


def test_tables_are_filled_with_what_their_constraints_allow(project: Project) -> None:
    project.query(_TABLES)
    with project.connect() as connection:
        bulk = Bulk(connection)
        counts = bulk.fill(data.names(connection, "pgproof"), 500)
    assert counts.pop("public.flags") == 2
    assert set(counts) == {
        'public."Odd Names"',
        *(f"public.{one}" for one in ("friends", "orders", "passports", "people", "readings")),
    }
    assert all(450 <= count <= 500 for count in counts.values()), counts
    assert set(bulk.refused) == {"public.flags"}
    # What a foreign key refers to is there: each can be made anew.
    for table, column in (("orders", "person_id"), ("passports", "person_id"), ("friends", "one")):
        project.query(f"alter table {table} add foreign key ({column}) references people")


_SHAPED = """
create table events (
    id bigint primary key, kind text, note text, at timestamptz, n int, must int not null
);
"""
_ANALYZED = """
insert into events
select i, 'kind ' || i % 4, repeat('x', 300),
       case when i % 5 = 0 then '2025-01-01Z'::timestamptz end,
       i / 2, i
  from generate_series(1, 2000) as i;
analyze events;
"""


def test_rows_are_shaped_by_the_statistics_of_the_database(project: Project) -> None:
    project.query(_SHAPED)
    project.query(_ANALYZED)
    with project.connect() as connection:
        shapes = statistics.shapes(connection)
        assert statistics.counts(connection)["public.events"] == 2000
        connection.execute("truncate events")
        Bulk(connection, shapes).fill(["public.events"], 1000)
        found = connection.execute(
            "select count(*), count(distinct kind), avg(length(note))::int, count(at),"
            " count(distinct n), count(must) from public.events"
        ).fetchone()
    assert found is not None
    rows, kinds, length, at, numbers, must = found
    assert (rows, kinds, must) == (1000, 4, 1000)
    assert 295 <= length <= 305 and 195 <= at <= 205 and 450 <= numbers <= 550


def test_shapes_leave_keys_and_columns_that_may_not_be_null_as_they_are(project: Project) -> None:
    project.query(_SHAPED)
    wrong = statistics.Shape(nulls=0.5, distinct=2, width=40)
    names = ("id", "kind", "note", "at", "n", "must")
    with project.connect() as connection:
        Bulk(connection, {("public.events", one): wrong for one in names}).fill(
            ["public.events"], 100
        )
        found = connection.execute(
            "select count(distinct id), count(must), count(distinct must), count(n)"
            " from public.events"
        ).fetchone()
    assert found is not None
    assert found[:3] == (100, 100, 2) and 45 <= found[3] <= 55


def test_a_table_that_takes_no_row_is_named(project: Project) -> None:
    project.query("create table never (n int check (n > 3 and n < 2), m int not null)")
    project.query("alter table never add check (n is not null)")
    with project.connect() as connection:
        bulk = Bulk(connection)
        assert bulk.fill(["public.never"], 100) == {"public.never": 0}
    assert "violates check constraint" in bulk.refused["public.never"]


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("0001.tables", _TABLES, "select 1;")
    project.migrate()
    project.write(
        "0002.changes",
        "alter table orders alter column note type json;\n"
        "alter table orders add column paid boolean;\n"
        "create index on people (age);\n",
    )
    return project


def test_the_command_says_how_each_statement_grows(shop: Project) -> None:
    done = shop.run(
        "trace", "--sizes", "1e2,1e3", "--repeats", "1", "--rows", "public.orders=42e6", "--json"
    )
    assert done.returncode == Exit.OK, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    first = found["files"][0]["statements"][0]
    assert first["rewrites"][0] == "public.orders"
    growth = found["growth"]
    filled = [growth["rows"][size]["public.orders"] for size in ("100", "1000")]
    assert filled[0] == pytest.approx(100, rel=0.1)
    assert filled[1] == pytest.approx(1000, rel=0.1)
    assert growth["production"] == {"public.orders": 42_000_000}
    rewrite, constant, index = growth["files"][0]["statements"]
    assert [one["table"] for one in (rewrite, constant, index)] == [
        "public.orders",
        "public.orders",
        "public.people",
    ]
    assert [one["rows"] for one in rewrite["points"]] == filled
    assert rewrite["expected"]["rows"] == 42_000_000
    assert rewrite["is_far"]
    assert index["expected"] is None
    assert set(growth["not_filled"]) == {"public.flags"}
    assert shop.value("select count(*) from orders") == 0


def test_a_pending_file_that_comes_before_is_applied_first(shop: Project) -> None:
    shop.write("0003.more", "alter table carts add column n int default 1;")
    shop.write("0002.changes", "create table carts (id int primary key);")
    found = grow(shop.url, shop.settings, Sizes((50, 100), {}, 1), only=("0003.more",))
    assert [file.id for file in found.files] == ["0003.more"]
    assert found.rows[100]["public.carts"] == 100
    assert found.files[0].statements[0].table == "public.carts"
    assert "public.carts" in "\n".join(page.lines(found))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sizes", "1e3"), "one size tells nothing"),
        (("--sizes", "many"), "is no number of rows"),
        (("--sizes", "1e3,0"), "is no number of rows"),
        (("--sizes", "1e3,inf"), "is no number of rows"),
        (("--sizes", "10,20", "--rows", "orders"), "give a table and its rows"),
    ],
)
def test_a_wrong_size_is_refused(shop: Project, arguments: tuple[str, ...], said: str) -> None:
    done = shop.run("trace", *arguments)
    assert done.returncode in (Exit.USAGE, Exit.INPUT)
    assert said in done.stderr
    assert "hint:" in done.stderr


def test_a_table_that_is_not_there_is_refused(shop: Project) -> None:
    with pytest.raises(InputError, match=r"no table public\.carts"):
        grow(shop.url, shop.settings, Sizes((10, 20), {"public.carts": 5}, 1))
