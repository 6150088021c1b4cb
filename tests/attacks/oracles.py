"""Asking, by what a query does on its way, about rows that it does not return.

PostgreSQL evaluates the conditions of a query that cannot leak and are cheap before dearer ones,
those of a policy among them, and runs a sub-select when a row first needs its value. An attacker
whose account has no rows at all must therefore never see one run.
"""

from collections.abc import Iterator

from tests.attacks.attacker import Attacker
from tests.attacks.case import APPLICATION, READER, BreachError, case
from tests.attacks.world import BOB, BOB_ETAG, BOB_PAYLOAD, BOB_PROJECT, MARK, NOBODY

_ASKED = "(select set_config('attack.seen', 'yes', false))"
_PLANS = (
    (),
    ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan"),
    ("enable_seqscan", "enable_indexscan"),
    ("enable_seqscan", "enable_bitmapscan"),
)
"""Kinds of scan that are switched off in turn, so that every way to a row is taken."""

_TEXT = f"{MARK}@b.example"
_COLUMNS: dict[str, dict[str, str]] = {
    "app.projects": {
        "account_id": BOB,
        "project_id": BOB_PROJECT,
        "etag": BOB_ETAG,
        "name": f"{MARK} sign",
        "customer": f"{MARK} & Co",
        "description": MARK,
        "site_name": f"{MARK} mill",
        "street": f"3 {MARK} Rd",
        "created_by": _TEXT,
        "updated_by": _TEXT,
    },
    "app.project_payloads": {
        "account_id": BOB,
        "project_id": BOB_PROJECT,
        "payload_id": BOB_PAYLOAD,
    },
    "app.project_events": {"account_id": BOB, "project_id": BOB_PROJECT, "actor": _TEXT},
    "app.project_totals": {"account_id": BOB},
    "app.account_stats": {"account_id": BOB},
    "app.account_dashboard": {"account_id": BOB},
}
_IS_TEXT = {"name", "customer", "description", "site_name", "street", "created_by", "updated_by"}
_IS_TEXT |= {"actor"}
_NULLS: dict[str, tuple[str, ...]] = {
    "app.projects": (
        "description is not null",
        "constants_version is null",
        "(constants_version)[1] is null",
        "content_sha256 is not null",
        "t is not null",
        "not (t is null)",
    ),
    "app.project_payloads": ("config['note'] is not null", "(files)[0] is null", "t is not null"),
    "app.project_events": ("erased_at is null", "data['status'] is not null", "t is not null"),
    "app.project_totals": ("confidence_count is not null",),
    "app.account_stats": ("avg_duration_hours is not null",),
    "app.account_dashboard": ("project_count is not null",),
}


def _conditions(table: str) -> Iterator[str]:
    """Yield conditions that hold for Bob's rows and that the planner may evaluate early."""
    yield from _NULLS[table]
    if table.startswith("app.project"):
        yield "ctid >= '(0,0)'"
    for column, value in _COLUMNS[table].items():
        low = value[:1]
        yield f"{column} is not null"
        yield f"{column} = '{value}'"
        yield f"{column} = any ('{{{value}}}')" if "&" not in value else f"{column} >= '{value}'"
        yield f"({column} = '{value}' or {column} is null)"
        if column in _IS_TEXT:
            yield f"{column} > '{low}'"
            yield f"starts_with({column}, '{low}')"
            yield f"""('{{"{value}": 1}}'::jsonb)[{column}] is not null"""
        else:
            yield f"{column} > '{low}0000000-0000-0000-0000-000000000000'"
            yield f"({column}, {column}) >= ('{value}', '{value}')"


def _queries(table: str, condition: str) -> Iterator[str]:
    """Yield statements that run the sub-select as soon as a row passes the condition."""
    told = f"case when {condition} then {_ASKED} = 'no' end"
    yield f"select from {table} as t where {told}"
    for column in _IS_TEXT & set(_COLUMNS[table]):
        # Equal to a constant as well, the two would be compared before any row is read.
        if column not in condition:
            yield f"select from {table} as t where {condition} and {column} = {_ASKED}"
    if table.startswith("app.project"):
        yield f"select from {table} as t tablesample system (100) where {told}"
        yield f'select from {table} as t where ctid = any (\'{{"(0,1)","(0,2)"}}\') and {told}'
    yield f"select from (values (1)) as v left join {table} as t on {told}"
    yield (
        f"select from {table} as t join (values ('{BOB}'::uuid)) as v (a)"
        f" on v.a = account_id and {told}"
    )
    yield f"select from generate_series(1, 2) where exists (select from {table} as t where {told})"


_WRITES = (
    "update app.projects as t set name = name where {told}",
    "delete from app.projects as t where {told}",
    "select from app.projects as t where {told} for update",
    "update app.project_payloads as t set created_at = now() where {told}",
    "merge into app.projects as t using (values (1)) as v on {told} when matched then do nothing",
)


def _ask(attacker: Attacker, statements: Iterator[str]) -> None:
    """Send the statements under every kind of plan; fail if one ran its sub-select."""
    texts = list(statements)
    attacker.does(f"set app.account_id = '{NOBODY}'")
    for plans in _PLANS:
        for one in plans:
            attacker.does(f"set {one} = off")
        attacker.does("set attack.seen = 'no'")
        for text in texts:
            attacker.does(text)
        if attacker.does("show attack.seen").rows != ["('no',)"]:
            raise BreachError(f"a sub-select ran, with {plans} off: {texts[0]}, or one like it")
        for one in plans:
            attacker.does(f"reset {one}")


for role in (APPLICATION, READER):
    for table in _COLUMNS:
        for number, condition in enumerate(dict.fromkeys(_conditions(table))):

            @case(f"ask {table} ({number}) whether {condition}", role)
            def _(attacker: Attacker, table: str = table, condition: str = condition) -> None:
                _ask(attacker, _queries(table, condition))


@case("ask by a statement that writes")
def _(attacker: Attacker) -> None:
    for condition in ("created_at is not null", f"account_id >= '{BOB}'"):
        told = f"case when {condition} then {_ASKED} = 'no' end"
        _ask(attacker, (text.format(told=told) for text in _WRITES))


@case("list the accounts by bisection")
def _(attacker: Attacker) -> None:
    """Do what names every account: 129 questions for each, of which none may be answered."""
    _ask(
        attacker,
        (
            f"select from {table} where account_id > '{prefix}0000000-0000-0000-0000-000000000000'"
            f" and {column} = {_ASKED}"
            for table, columns in _COLUMNS.items()
            for column in _IS_TEXT & set(columns)
            for prefix in "0b"
        ),
    )
