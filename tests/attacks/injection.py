"""Text that is SQL in every parameter that is text: it stays text."""

from tests.attacks.attacker import Attacker
from tests.attacks.case import APPLICATION, OPERATOR, BreachError, case
from tests.attacks.world import ANA, ANA_PROJECT

HOSTILE = (
    "'; drop table app.projects cascade; --",
    "$$; drop table app.projects cascade; --",
    "\\'; truncate app.project_events; --",
    "%' or true --",
    "x') or account_id <> app.current_account_id() --",
    '"; drop schema app cascade; --',
    "app.projects; drop table app.project_payloads",
    "{%s}{0}%I%L\\n\n\t",
    "' union select account_id::text from app.projects --",
)
_PROJECT = f"'{ANA}', '{ANA_PROJECT}'"
_CALLS = (
    f"select app.create_project('{ANA}', left(%s, 200), %s, %s, %s, %s, %s)",
    f"select * from app.search_projects('{ANA}', %s)",
    f"select app.append_event({_PROJECT}, 'file.attached', %s, jsonb_build_object('x', %s::text))",
    f"select app.save_payload({_PROJECT}, 'signage.single_pole.base_plate', "
    "jsonb_build_object('x', %s::text), '[]', '{}', %s)",
    f"select * from app.find_payloads('{ANA}', jsonb_build_object(%s::text, %s::text))",
    f"select app.update_project({_PROJECT}, gen_random_uuid(), %s, "
    "jsonb_build_object(%s::text, 'x'))",
    "select app.update_project(account_id, project_id, etag, %s, "
    "jsonb_build_object('customer', %s::text)) from app.projects limit 1",
    "select %s::app.project_status",
    "select set_config('app.actor', %s, true), app.current_actor()",
    "select set_config('app.account_id', %s, true), (select count(*) from app.projects)",
    "select catalog.find_shape(%s, %s, %s)",
    "select * from catalog.shape_properties(%s, %s, %s, %s)",
    "select * from catalog.shape_sources(%s, %s, %s)",
    "select * from catalog.diff(%s, %s, %s, %s)",
    "select * from catalog.constant_on(%s)",
    "select * from catalog.price_on(%s)",
    "select catalog.newest_edition(%s)",
    "select * from catalog.lightest_sections(array[%s, %s], edition => %s, grade => %s)",
    "select catalog.shape_key(%s), catalog.code_key(%s)",
    "select * from catalog.shapes_named(%s, %s, %s)",
    "select catalog.nearest_shapes(%s, %s, %s)",
    "select * from catalog.search_sections(array[%s], form => %s, edition => %s, grade => %s)",
    "select catalog.why_no_section(array[%s], units => %s, edition => %s, grade => %s)",
)
_OPERATOR_CALLS = (
    f"select app.erase_events('{ANA}', gen_random_uuid(), %s, %s)",
    "select ops.create_time_partitions(%s, current_date)",
    "select catalog.publish_constant(%s, %s, 1, %s, %s, %s, current_date, is_new => true)",
    "select catalog.publish_price(%s, %s, 1, %s, 'base', current_date, is_new => true)",
    "select catalog.withdraw_constant(%s, %s, %s), catalog.withdraw_price(%s, %s, %s)",
    "select catalog.correct_constant(%s, %s, jsonb_build_object(%s::text, %s::text), %s)",
    "select catalog.undo_import(gen_random_uuid(), %s)",
    "select catalog.keep_rows(gen_random_uuid(), %s, array[%s])",
)


def _inject(attacker: Attacker, text: str) -> None:
    for hostile in HOSTILE:
        attacker.connection.execute(f"begin; set local app.account_id = '{ANA}'")
        attacker.does(text, [hostile] * text.count("%s"))
        attacker.connection.execute("rollback")


for role, calls in ((APPLICATION, _CALLS), (OPERATOR, _OPERATOR_CALLS)):
    for text in calls:
        case(f"SQL as text in: {text}", role)(lambda attacker, text=text: _inject(attacker, text))


@case("a wildcard in a search")
def _(attacker: Attacker) -> None:
    """`%` and `_` stand for themselves, so that a search finds what was typed."""
    for words in ("%", "_", "\\", "%%%", "____"):
        if attacker.tries(f"select * from app.search_projects('{ANA}', '{words}')").rows:
            raise BreachError(f"{words!r} found projects")


_POLICIES = (
    "app.projects",
    "app.project_events; drop table app.projects",
    'app."project_events"',
    "pg_catalog.pg_class",
    "app.project_events_y2026m11",
    "pg_temp.mine",
)


@case("hostile identifiers in partition policies", OPERATOR)
def _(attacker: Attacker) -> None:
    """Write policies, as an operator may, and have the owner make partitions of them."""
    attacker.does(
        "create temporary table mine (at date check (at < now())) partition by range (at)"
    )
    for relation in _POLICIES:
        attacker.connection.execute("begin")
        attacker.does(
            "insert into ops.partition_policies (relation, months_ahead) values (%s, 1)", [relation]
        )
        if attacker.connection.info.transaction_status.name == "INTRANS":
            attacker.does("select ops.create_time_partitions(%s, '2031-01-01')", [relation])
        attacker.connection.execute("rollback")
    for month in ("infinity", "0044-03-15 BC", "5874897-12-31", "-infinity", "0001-01-01"):
        attacker.connection.execute("begin")
        attacker.does("select ops.create_time_partitions('app.project_events', %s)", [month])
        attacker.connection.execute("rollback")


@case("hostile settings in the transaction of an account", APPLICATION)
def _(attacker: Attacker) -> None:
    for hostile in HOSTILE:
        attacker.connection.execute("begin")
        for name in (
            "app.account_id",
            "app.actor",
            "app.erasing",
            "search_path",
            "application_name",
            "timezone",
        ):
            attacker.does("select set_config(%s, %s, true)", [name, hostile])
            attacker.does("select count(*) from app.projects")
            if attacker.connection.info.transaction_status.name == "INERROR":
                attacker.connection.execute("rollback")
                attacker.connection.execute("begin")
        attacker.connection.execute("rollback")
