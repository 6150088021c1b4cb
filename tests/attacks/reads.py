"""Reading what belongs to other accounts, through everything that can be read."""

from tests.attacks.attacker import Attacker
from tests.attacks.case import (
    APPLICATION,
    AUDITOR,
    BACKUP,
    EXPORTER,
    INDEXER,
    OPERATOR,
    READER,
    case,
    forbidden,
    statement,
)
from tests.attacks.world import ANA, BOB, BOB_PROJECT

TABLES = ("projects", "project_payloads", "project_events")
PARTITIONS = (
    "project_payloads_single_pole_base_plate",
    "project_payloads_two_pole_direct_burial",
)
OWNERS_ONLY = ("project_stats", "event_chains", *PARTITIONS)

for table in TABLES:
    for role in (APPLICATION, READER):
        statement(f"read all of {table}", f"select * from app.{table}", role=role)
        statement(
            f"read another account's {table} by its key",
            f"select * from app.{table} where account_id = '{BOB}'",
            f"select * from app.{table} where account_id <> '{ANA}' or true",
            role=role,
        )
    statement(
        f"aggregate over {table}",
        f"select count(distinct account_id), max(account_id::text) from app.{table}",
    )
    statement(f"COPY {table} out", f"copy app.{table} to stdout")
    statement(f"COPY a query over {table} out", f"copy (table app.{table}) to stdout (format csv)")
    statement(
        f"read {table} through a cursor",
        f"declare peek scroll cursor with hold for select * from app.{table} order by "
        "account_id desc",
        "fetch all from peek",
        "move absolute 0 in peek",
        "fetch 100 from peek",
    )
    statement(
        f"read {table} with row_security off", "set local row_security = off", f"table app.{table}"
    )
    statement(
        f"lock rows of {table}", f"select * from app.{table} where account_id = '{BOB}' for update"
    )
    for role in (OPERATOR, EXPORTER, INDEXER):
        forbidden(f"read {table}", f"select * from app.{table}", role=role)
    for plan in ("off", "on"):
        statement(
            f"read {table} in parallel with index scans {plan}",
            "set local debug_parallel_query = on",
            f"set local enable_indexscan = {plan}",
            f"set local enable_bitmapscan = {plan}",
            f"select * from app.{table} where project_id is not null",
        )

for relation in OWNERS_ONLY:
    for role in (APPLICATION, READER):
        forbidden(f"read app.{relation} by its name", f"select * from app.{relation}", role=role)
    forbidden(f"COPY app.{relation} out", f"copy app.{relation} to stdout")
statement(
    "read the projects as an auditor",
    "table app.projects",
    "table app.project_payloads",
    role=AUDITOR,
)

statement(
    "read the statistics view for others",
    "select * from app.account_stats where account_id <> app.current_account_id() or true",
)
statement(
    "read the ledger of migrations",
    "select * from ledger._yoyo_migration",
    "select * from ledger.yoyo_log",
)


@case("read a partition of the events by its name")
def _(attacker: Attacker) -> None:
    query = "select partition from ops.partitions where relation = 'app.project_events'"
    for row in attacker.world.admin.execute(query).fetchall():
        attacker.tries(
            f"select * from {row[0]}", f"copy {row[0]} to stdout", f"select * from only {row[0]}"
        )


for call in (
    f"app.list_projects('{BOB}', 'submitted', 1000)",
    f"app.search_projects('{BOB}', 'sign', 1000)",
    f"app.find_payloads('{BOB}', '{{}}', 1000)",
    f"app.latest_payloads('{BOB}', '{BOB_PROJECT}')",
    f"app.page_events('{BOB}', '{BOB_PROJECT}')",
    f"app.latest_payloads('{ANA}', '{BOB_PROJECT}')",
    f"app.page_events('{ANA}', '{BOB_PROJECT}')",
    f"app.get_project('{BOB}', '{BOB_PROJECT}')",
    f"app.get_project('{ANA}', '{BOB_PROJECT}')",
    f"app.projects_page('{BOB}')",
    f"app.payloads_page('{BOB}', '{{}}')",
    f"app.events_page('{BOB}')",
    f"app.events_page('{ANA}', '{BOB_PROJECT}')",
    f"app.count_projects('{BOB}')",
    "app.projects_page(null)",
    "app.events_page(null)",
    "app.list_projects(null, 'submitted', 1000)",
    "app.search_projects(null, 's', 1000)",
    "app.find_payloads(null, '{}', 1000)",
    "ops.verify_event_chain()",
    "ops.find_changed_projects('-infinity')",
    "ops.page_projects()",
    f"ops.project_documents('{{{BOB}}}', '{{{BOB_PROJECT}}}')",
):
    for role in (APPLICATION, READER):
        statement(f"call {call}", f"select * from {call}", role=role)


@case("the indexer changes what it reads, or reads more", INDEXER)
def _(attacker: Attacker) -> None:
    for table in (*TABLES, "event_chains", "account_stats"):
        attacker.does(f"delete from app.{table}")
        attacker.does(f"insert into app.{table} default values")
        attacker.does(f"truncate app.{table}")
        attacker.does(f"select * from app.{table}")
    attacker.does(f"select app.erase_events('{BOB}', '{BOB_PROJECT}', 'x', 'x')")
    attacker.does(f"select app.list_projects('{BOB}', 'submitted')")


@case("read without an account")
def _(attacker: Attacker) -> None:
    for table in (*TABLES, "account_stats"):
        attacker.tries(f"select * from app.{table}", account=None)
        attacker.tries(f"select * from app.{table}", account="")


@case("the backup changes what it reads", BACKUP)
def _(attacker: Attacker) -> None:
    for table in TABLES:
        attacker.does(f"delete from app.{table}")
        attacker.does(f"update app.{table} set account_id = '{ANA}'")
        attacker.does(f"truncate app.{table}")


@case("a prepared statement kept from one account to the next")
def _(attacker: Attacker) -> None:
    """Planned often enough to be planned for good under one account, then run under another."""
    attacker.does("prepare mine as select * from app.projects where status = 'accepted'")
    for _ in range(8):
        attacker.tries("execute mine")
    attacker.tries("execute mine", account=None)
    attacker.tries("execute mine", account="d0000000-0000-7000-8000-000000000000")


@case("a setting left over by an earlier transaction")
def _(attacker: Attacker) -> None:
    attacker.connection.execute(f"begin; set local app.account_id = '{BOB}'; commit")
    attacker.tries("select * from app.projects", account=None)
    attacker.connection.execute(f"begin; set local app.account_id = '{BOB}'; rollback")
    attacker.tries("select * from app.projects", account=None)
