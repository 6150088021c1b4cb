"""Values and requests that are too large: for a row, for a search, for one account."""

from tests.attacks.attacker import Attacker, Outcome
from tests.attacks.case import (
    APPLICATION,
    INDEXER,
    READER,
    BreachError,
    case,
    forbidden,
)
from tests.attacks.world import ANA, ANA_PROJECT, BOB

_PROJECT = "insert into app.projects (account_id, name, created_by, updated_by"
_LONG = "repeat('x', 1000000)"
for column in ("customer", "description", "site_name", "street"):
    forbidden(
        f"write a {column} without end",
        f"{_PROJECT}, {column}) values ('{ANA}', 'x', 'x', 'x', {_LONG})",
        f"update app.projects set {column} = {_LONG} where project_id = '{ANA_PROJECT}'",
        f"select app.update_project('{ANA}', '{ANA_PROJECT}', (select etag from app.projects where "
        f"project_id = '{ANA_PROJECT}'), 'x', jsonb_build_object('{column}', {_LONG}))",
    )
forbidden(
    "write a name without end",
    f"{_PROJECT}) values ('{ANA}', {_LONG}, 'x', 'x')",
    f"select app.create_project('{ANA}', {_LONG}, 'x')",
)
forbidden(
    "write an actor without end",
    f"{_PROJECT}) values ('{ANA}', 'x', {_LONG}, 'x')",
    f"{_PROJECT}) values ('{ANA}', 'x', 'x', {_LONG})",
    f"update app.projects set updated_by = {_LONG} where project_id = '{ANA_PROJECT}'",
    f"select app.create_project('{ANA}', 'x', {_LONG})",
    f"select app.append_event('{ANA}', '{ANA_PROJECT}', 'file.attached', {_LONG})",
    f"select app.save_payload('{ANA}', '{ANA_PROJECT}', 'signage.single_pole.base_plate', '{{}}', "
    f"'[]', '{{}}', {_LONG})",
    f"select app.delete_project('{ANA}', '{ANA_PROJECT}', null, {_LONG})",
)
forbidden(
    "write constants_version without end",
    *(
        f"update app.projects set constants_version = {value} where project_id = '{ANA_PROJECT}'"
        for value in (
            "array_fill('x'::text, array[100000])",
            f"array[{_LONG}]",
            f"array_fill({_LONG}, array[3, 3])",
        )
    ),
)

_JSON = {
    "long": f"jsonb_build_object('x', {_LONG})",
    "many": "(select jsonb_object_agg(n, n) from generate_series(1, 20000) as n)",
    "large numbers": "jsonb_build_object('n', array_fill(1e131071::numeric, array[300]))",
    "negative numbers": "jsonb_build_object('n', array_fill(-1e131071::numeric, array[300]))",
    "small numbers": "jsonb_build_object('n', array_fill(1e-16383::numeric, array[300]))",
    "long zeros": "jsonb_build_object('n', array_fill(round(5::numeric, 16383), array[300]))",
    "deep": "(repeat('{\"x\": ', 1000) || '1' || repeat('}', 1000))::jsonb",
}
_PAYLOAD = "insert into app.project_payloads (account_id, project_id, module, config"
_KEY = f"'{ANA}', '{ANA_PROJECT}', 'signage.single_pole.base_plate'"
for kind, value in _JSON.items():
    forbidden(
        f"write JSON that is {kind}",
        f"{_PAYLOAD}) values ({_KEY}, {value})",
        f"{_PAYLOAD}, cost_snapshot) values ({_KEY}, '{{}}', {value})",
        f"{_PAYLOAD}, files) values ({_KEY}, '{{}}', jsonb_build_array({value}))",
        f"select app.save_payload({_KEY}, {value}, '[]', '{{}}', 'x')",
        f"select app.append_event('{ANA}', '{ANA_PROJECT}', 'file.attached', 'x', {value})",
        f"select app.update_project('{ANA}', '{ANA_PROJECT}', null, 'x', {value})",
        f"select app.find_payloads('{ANA}', {value})",
    )

_WORDS = "(select string_agg(md5(n::text), ' ') from generate_series(1, {}) as n)"
for role in (APPLICATION, READER):
    forbidden(
        "ask for work without end",
        f"select app.search_projects('{ANA}', {_WORDS.format(20000)})",
        f"select app.search_projects('{ANA}', 'x', 1000000000)",
        f"select app.search_projects('{ANA}', 'x', null)",
        f"select app.list_projects('{ANA}', 'draft', 1000000000)",
        f"select app.find_payloads('{ANA}', '{{}}', -1)",
        f"select catalog.find_shape({_LONG})",
        f"select catalog.shape_properties({_LONG})",
        f"select catalog.shape_sources('W14X90', 'v16.0', {_LONG})",
        "select catalog.lightest_sections(array_fill('W'::text, array[100000]))",
        "select catalog.lightest_sections('{W}', count => 1000000000)",
        f"select catalog.nearest_shapes({_LONG})",
        "select catalog.nearest_shapes('W14X90', 'v16.0', count => 1000000000)",
        "select catalog.search_sections(array_fill('W'::text, array[100000]))",
        "select catalog.search_sections('{W}', count => 1000000000)",
        role=role,
    )

    @case("ask for work for another account", role)
    def _(attacker: Attacker) -> None:
        """Look that the account is asked for first, whatever else is wrong with the call."""
        for call in (
            f"search_projects('{BOB}', {_WORDS.format(20000)})",
            f"search_projects('{BOB}', 'x', -1)",
            f"list_projects('{BOB}', 'draft', -1)",
            f"find_payloads('{BOB}', {_JSON['large numbers']})",
        ):
            _refused(attacker.tries(f"select app.{call}"), "ES005", call)


@case("change another account's rows by calls that are wrong in more than one way")
def _(attacker: Attacker) -> None:
    for call in (
        f"create_project('{BOB}', {_LONG}, {_LONG})",
        f"update_project('{BOB}', '{BOB}', null, {_LONG}, {_JSON['deep']})",
        f"set_project_status('{BOB}', '{BOB}', null, {_LONG}, 'draft')",
        f"save_payload('{BOB}', '{BOB}', 'signage.single_pole.base_plate', {_JSON['deep']}, '[]', "
        "'{}', 'x')",
        f"append_event('{BOB}', '{BOB}', 'file.attached', {_LONG})",
        f"delete_project('{BOB}', '{BOB}', null, {_LONG})",
    ):
        _refused(attacker.tries(f"select app.{call}"), "ES005", call)


def _refused(outcome: Outcome, state: str, call: str) -> None:
    if outcome.error is None or outcome.error.sqlstate != state:
        raise BreachError(f"{call[:60]}: {outcome.text()[:80]}")


forbidden(
    "page through everybody without end",
    "select ops.page_projects(size => 1000000000)",
    "select ops.page_projects(size => -1)",
    "select ops.project_documents(array_fill(gen_random_uuid(), array[100000]), "
    "array_fill(gen_random_uuid(), array[100000]))",
    role=INDEXER,
)

# Large enough that a look for its words reads more than a look for words of nobody.
_VICTIM = "b7000000-0000-7000-8000-00000000002f"
_FILL = f"""
set session_replication_role = replica;
insert into app.projects (account_id, name, customer, created_by, updated_by)
select '{_VICTIM}', 'Zebra ' || n, 'Quagga & Sons', 'x', 'x' from generate_series(1, 8000) as n;
insert into app.project_payloads (account_id, project_id, module, config)
select account_id, project_id, 'signage.single_pole.base_plate',
       jsonb_build_object('alloy', 'unobtanium', 'n', project_id)
  from app.projects
 where account_id = '{_VICTIM}';
reset session_replication_role;
"""
_LOOKS = (
    ("app.search_projects('{}', '{}')", "quagga", "qwxyzk"),
    ("app.find_payloads('{}', '{{\"alloy\": \"{}\"}}')", "unobtanium", "unheard_of"),
)


@case("what others have, by how much a search reads")
def _(attacker: Attacker) -> None:
    """Look for a word of others as an account that is made up, with the last byte of theirs."""
    admin = attacker.world.admin
    admin.execute(_FILL.encode())
    admin.execute("vacuum analyze app.projects, app.project_payloads")
    attacker.world.changes()
    made_up = f"dddddddd-dddd-7ddd-8ddd-dddddddddd{_VICTIM[-2:]}"
    for look, theirs, nobodys in _LOOKS:
        seen: dict[str, list[str]] = {}
        # What is read for the first time differs in other ways.
        for word in (theirs, nobodys, theirs, nobodys):
            outcome = attacker.tries(
                "explain (analyze, buffers, costs off, timing off, summary off) "
                f"select count(*) from {look.format(made_up, word)}",
                account=made_up,
            )
            seen[word] = [row for row in outcome.rows if "Buffers" in row]
        if seen[theirs] != seen[nobodys]:
            raise BreachError(f"{look}: {seen}")
