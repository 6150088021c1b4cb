"""Learning of other accounts from what is said about rows that are not shown."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.attacks.attacker import Attacker, Outcome
from tests.attacks.case import APPLICATION, EXPORTER, READER, BreachError, case, statement
from tests.attacks.world import (
    ANA,
    ANA_PROJECT,
    BOB,
    BOB_ETAG,
    BOB_PAYLOAD,
    BOB_PROJECT,
    MARK,
    NO_PROJECT,
    NOBODY,
)

_TELL = """
create schema traps;
create function traps.tell(value text) returns boolean
    language plpgsql cost 0.0000001
    as $$ begin raise notice 'told: %', value; return true; end $$;
create function traps.same(one text, other text) returns boolean
    language plpgsql cost 0.0000001
    as $$ begin raise notice 'told: %', one; return one = other; end $$;
create operator traps.=== (leftarg = text, rightarg = text, function = traps.same);
grant usage on schema traps to public;
grant execute on all functions in schema traps to public;
"""
_COLUMNS = (
    ("projects", "name"),
    ("projects", "customer"),
    ("projects", "created_by"),
    ("project_payloads", "config::text"),
    ("project_events", "actor"),
    ("project_events", "data::text"),
)


@contextmanager
def _traps(admin: "psycopg.Connection[tuple[str]]") -> Iterator[None]:
    """Give the attacker the functions that it could not make itself."""
    admin.execute(_TELL)
    try:
        yield
    finally:
        admin.execute("drop schema traps cascade")


for role in (APPLICATION, READER):

    @case("a function in a condition that tells what it is shown", role)
    def _(attacker: Attacker) -> None:
        with _traps(attacker.world.admin):
            for table, value in _COLUMNS:
                attacker.tries(
                    f"select 1 from app.{table} where traps.tell({value})",
                    f"select 1 from app.{table} where account_id = '{BOB}' and traps.tell({value})",
                    f"select 1 from app.{table} where traps.tell({value}) or true order "
                    f"by traps.tell({value})",
                    f"select 1 from app.{table} where {value} operator(traps.===) 'x'",
                    f"select 1 from app.{table} group by {value} having traps.tell({value})",
                    f"select 1 from app.{table} join (values (1)) as v (n) on traps.tell({value})",
                )
            attacker.tries("select 1 from app.account_stats where traps.tell(account_id::text)")


@case("an operator in a condition that fails on what it is shown")
def _(attacker: Attacker) -> None:
    for table, value in _COLUMNS:
        attacker.tries(
            f"select 1 from app.{table} where 1 / (case when {value} like '%{MARK[:4]}%' "
            "then 0 else 1 end) = 1",
            f"select 1 from app.{table} where {value}::integer > 0",
            f"select 1 from app.{table} where ({value})::uuid is null",
            f"select 1 from app.{table} where ('{{' || {value})::jsonb is null",
            f"select 1 from app.{table} where {value}::date > now()",
        )
        if any(o.error and o.error.sqlstate == "22012" for o in attacker.outcomes):
            raise BreachError(f"divided by zero at another account's {value}")
    attacker.tries(
        "select 1 from app.projects where 1 / (confidence - 0.87654) > 0",
        "select 1 / (project_count - 304) from app.account_stats",
    )
    if any(o.error and o.error.sqlstate == "22012" for o in attacker.outcomes):
        raise BreachError("divided by zero at another account's number")


def _differ(
    attacker: Attacker, text: str, real: str, unreal: str, account: str | None = ANA
) -> None:
    """Ask about what another account has and about what nobody has: the answers must be equal."""
    answers = [
        _plain(attacker.tries(text.replace("?", value), account=account), value)
        for value in (real, unreal)
    ]
    if answers[0] != answers[1]:
        raise BreachError(f"{text[:60]}…: {answers[0][:80]!r} but {answers[1][:80]!r}")


def _plain(outcome: Outcome, value: str) -> str:
    said = outcome.text().replace(value, "?")
    return re.sub(r"\d+(\.\d+)? ms|Buffers: .*|Time: .*|time=\S+|Memory: .*", "", said)


_EVENT = "insert into app.project_events (account_id, project_id, event_type, actor) values"
_PAYLOAD = "insert into app.project_payloads (account_id, project_id, module, config) values"
_MODULE = "signage.single_pole.base_plate"
_PROBES = (
    ("record an event of it", f"{_EVENT} ('{BOB}', '?', 'file.attached', 'ana')"),
    ("record an event across accounts", f"{_EVENT} ('{ANA}', '?', 'file.attached', 'ana')"),
    ("save a payload of it", f"{_PAYLOAD} ('{BOB}', '?', '{_MODULE}', '{{}}')"),
    ("save a payload across accounts", f"{_PAYLOAD} ('{ANA}', '?', '{_MODULE}', '{{}}')"),
    ("update it", "update app.projects set name = 'x' where project_id = '?'"),
    ("delete it", "delete from app.projects where project_id = '?'"),
    (
        "change it by its function",
        f"select app.update_project('{BOB}', '?', '{BOB_ETAG}', 'ana', '{{}}')",
    ),
    (
        "move it by its function",
        f"select app.set_project_status('{BOB}', '?', '{BOB_ETAG}', 'ana', 'submitted')",
    ),
    ("page its events", f"select app.page_events('{BOB}', '?')"),
    ("explain it", "explain select * from app.projects where project_id = '?'"),
)
for name, probe in _PROBES:
    case(f"whether another account has a project: {name}")(
        lambda attacker, probe=probe: _differ(attacker, probe, BOB_PROJECT, NO_PROJECT)
    )


@case("whether an account exists")
def _(attacker: Attacker) -> None:
    _differ(
        attacker,
        "insert into app.projects (account_id, name, created_by, updated_by) values "
        "('?', 'x', 'x', 'x')",
        BOB,
        NOBODY,
    )
    _differ(attacker, "select * from app.list_projects('?', 'draft')", BOB, NOBODY)
    _differ(attacker, "select app.require_account('?')", BOB, NOBODY)
    _differ(attacker, "select * from app.account_stats where account_id = '?'", BOB, NOBODY)


@case("whether another account has an etag, a payload, a snapshot: unique keys")
def _(attacker: Attacker) -> None:
    upsert = f"{_PAYLOAD} ('{BOB}', '?', '{_MODULE}', '{{\"height_ft\": 30}}') on conflict "
    constraint = "on constraint project_payloads_account_id_project_id_module_sha256_key"
    for action in (
        f"{constraint} do nothing",
        f"{constraint} do update set created_at = now()",
        "do nothing",
    ):
        _differ(
            attacker,
            upsert + action,
            BOB_PROJECT,
            NO_PROJECT,
        )
    _differ(
        attacker,
        f"update app.projects set etag = '?' where project_id = '{ANA_PROJECT}'",
        BOB_ETAG,
        NO_PROJECT,
    )
    _differ(
        attacker,
        "update app.project_payloads set created_at = now() where payload_id = '?'",
        BOB_PAYLOAD,
        NO_PROJECT,
    )


_GUESSES = (
    ("app.projects", "account_id", BOB, NOBODY),
    ("app.projects", "customer", f"{MARK} & Co", "nobody & Co"),
    ("app.projects", "name", f"Sign {MARK} 3", "Sign nothing 3"),
    ("app.projects", "created_by", f"{MARK}@b.example", "nobody@b.example"),
    ("app.project_events", "actor", f"{MARK}@b.example", "nobody@b.example"),
    ("app.project_events", "account_id", BOB, NOBODY),
    ("app.project_payloads", "account_id", BOB, NOBODY),
    ("app.account_stats", "account_id", BOB, NOBODY),
)
_RANGE = ("00000000-0000-7000-8000-000000000000", "b0000000-0000-7000-8000-000000000001")
_TEXTS = ("aaaaaaaa", f"{MARK}~~~~")

for table, column, real, unreal in _GUESSES:

    @case(f"EXPLAIN whether {column} of {table} holds a value")
    def _(
        attacker: Attacker,
        table: str = table,
        column: str = column,
        real: str = real,
        unreal: str = unreal,
    ) -> None:
        for scan in ("on", "off"):
            attacker.does(f"set enable_indexscan = {scan}")
            attacker.does(f"set enable_bitmapscan = {scan}")
            for how in ("explain", "explain (analyze, timing off, summary off)"):
                _differ(attacker, f"{how} select from {table} where {column} = '?'", real, unreal)

    @case(f"EXPLAIN where {column} of {table} has its values")
    def _(attacker: Attacker, table: str = table, column: str = column) -> None:
        """Do what a bisection would: 400 estimates name a most common value to the last bit."""
        kind, (low, high) = ("uuid", _RANGE) if column == "account_id" else ("text", _TEXTS)
        for operator in ("<", ">="):
            _differ(
                attacker, f"explain select from {table} where {column} {operator} '?'", low, high
            )
        _differ(
            attacker,
            f"explain select from {table} join (values ('?'::{kind})) as v (x) on v.x = {column}",
            low,
            high,
        )


@case("EXPLAIN how many values there are")
def _(attacker: Attacker) -> None:
    plans = set()
    for column in ("customer", "created_by", "name", "site_name"):
        outcome = attacker.tries(f"explain select {column} from app.projects group by {column}")
        plans.add(re.sub(r"width=\d+|cost=\S+", "", outcome.text()).replace(column, "?"))
    if len(plans) > 1:
        raise BreachError(f"the plans tell columns with few values from those with many: {plans}")


for view in (
    "pg_stats",
    "pg_stats_ext",
    "pg_stats_ext_exprs",
    "pg_statistic",
    "pg_statistic_ext_data",
):
    schema = " where schemaname = 'app'" if view.startswith("pg_stats") else ""
    statement(f"read {view}", f"select * from {view}{schema}")
    if view == "pg_stats":
        statement(f"read {view}", f"select * from {view}{schema}", role=READER)


@case("the exporter looks for rows in what it may read", EXPORTER)
def _(attacker: Attacker) -> None:
    for query in (
        "table app.account_stats",
        "table pg_statistic",
        "select * from pg_stats where schemaname = 'app'",
        "table app.projects",
    ):
        attacker.does(query)


@case("sequences count what others make")
def _(attacker: Attacker) -> None:
    rows = attacker.tries(
        "select sequencename from pg_sequences",
        "select relname from pg_class where relkind = 'S' and relnamespace = 'app'::regnamespace",
    ).rows
    if rows:
        raise BreachError(f"sequences: {rows}")
