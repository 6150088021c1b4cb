"""The model's calls as the application's SQL, and what the database holds in the model's words."""

import json
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.properties.model import ERASED, Account, Call, canonical, dashboard

Connection = psycopg.Connection[Any]
_TEXTS = {
    "create": """
        select project_id::text, etag::text
          from app.create_project(%(account)s, %(name)s, %(actor)s, %(customer)s, null, null,
                                  %(street)s)""",
    "update": """
        select etag::text
          from app.update_project(%(account)s, %(project)s, %(etag)s, %(actor)s, %(changes)s)""",
    "move": """
        select etag::text
          from app.set_project_status(%(account)s, %(project)s, %(etag)s, %(actor)s, %(status)s)""",
    "delete": """
        select project_id::text
          from app.delete_project(%(account)s, %(project)s, %(etag)s, %(actor)s)""",
    "save": """
        select payload_id::text
          from app.save_payload(%(account)s, %(project)s, %(module)s, %(config)s, %(files)s,
                                %(cost)s, %(actor)s)""",
    "append": """
        select event_id::text
          from app.append_event(%(account)s, %(project)s, %(event_type)s, %(actor)s, %(data)s)""",
}
_PROJECTS = """
select project_id::text, name, customer, street, constants_version, content_sha256, confidence,
       status::text, etag::text, updated_by
  from app.projects
"""
_EVENTS = """
select project_id::text, event_type::text, actor, data, position from app.project_events
 order by project_id, position
"""
_PAYLOADS = """
select project_id::text, payload_id::text, module::text, config::text, files::text,
       cost_snapshot::text
  from app.project_payloads
 order by project_id, created_at, payload_id
"""
_DASHBOARD = "select status::text, project_count, mean_confidence from app.account_dashboard"
_LATEST = "select module::text, payload_id::text from app.latest_payloads(%s, %s)"
_LISTED = "select project_id::text from app.list_projects(%s, %s, 1000)"


def begin(connection: Connection, account: str) -> None:
    """Begin the work of an account in the transaction that is open, or that this opens."""
    connection.execute("select app.begin_work(%s, 'nobody else')", [account])


def text_of(call: Call, account: str) -> tuple[str, dict[str, Any]]:
    """Return a call as SQL and its parameters."""
    config, files, cost = call.snapshot
    values = {
        "account": account,
        "project": call.project,
        "etag": call.etag,
        "actor": call.actor,
        "status": call.status,
        "changes": json.dumps(call.changes),
        "module": call.module,
        "config": config,
        "files": files,
        "cost": cost,
        "event_type": call.event_type,
        "data": json.dumps(call.data),
        **{key: call.changes.get(key) for key in ("name", "customer", "street")},
    }
    return _TEXTS[call.kind], values


def held(connection: Connection, account: str, like: Account) -> dict[str, Any]:
    """Return all that the account sees, in the words of `expected`."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        begin(connection, account)
        projects = {row.pop("project_id"): row for row in cursor.execute(_PROJECTS).fetchall()}
        events: dict[str, list[Any]] = {}
        for row in cursor.execute(_EVENTS).fetchall():
            own = events.setdefault(row["project_id"], [])
            own.append((row["position"], row["event_type"], row["actor"], _known(row["data"])))
        payloads: dict[str, list[Any]] = {}
        for row in cursor.execute(_PAYLOADS).fetchall():
            snapshot = canonical((row["config"], row["files"], row["cost_snapshot"]))
            one = (row["payload_id"], row["module"], snapshot)
            payloads.setdefault(row["project_id"], []).append(one)
        rows = cursor.execute(_DASHBOARD).fetchall()
        latest, listed = {}, {}
        for name in like.projects:
            found = cursor.execute(_LATEST, [account, name]).fetchall()
            latest[name] = {row["module"]: row["payload_id"] for row in found}
        for status in {one.status for one in like.projects.values()}:
            found = cursor.execute(_LISTED, [account, status]).fetchall()
            listed[status] = sorted(row["project_id"] for row in found)
    return {
        "projects": projects,
        "events": events,
        "payloads": payloads,
        "dashboard": {
            row["status"]: (row["project_count"], _rounded(row["mean_confidence"])) for row in rows
        },
        "latest": latest,
        "listed": listed,
    }


def expected(account: Account) -> dict[str, Any]:
    """Return all that an account should see."""
    projects = account.projects.items()
    return {
        "projects": {
            name: {
                **one.values,
                "status": one.status,
                "etag": one.etag,
                "updated_by": one.updated_by,
            }
            for name, one in projects
        },
        "events": {
            name: [
                (place, one.type, one.actor, _known(one.data))
                for place, one in enumerate(events, start=1)
            ]
            for name, events in account.events.items()
        },
        "payloads": {
            name: [(p.payload_id, p.module, p.snapshot) for p in one.payloads]
            for name, one in projects
            if one.payloads
        },
        "dashboard": {
            status: (count, _rounded(mean)) for status, (count, mean) in dashboard(account).items()
        },
        "latest": {name: {p.module: p.payload_id for p in one.payloads} for name, one in projects},
        "listed": {
            status: sorted(name for name, one in projects if one.status == status)
            for status in {one.status for _, one in projects}
        },
    }


def broken_chains(connection: Connection, account: str) -> list[Any]:
    """Return what the auditor finds wrong with the events of an account."""
    return connection.execute(
        "select chain_project_id, chain_position, problem from ops.verify_event_chain(%s)",
        [account],
    ).fetchall()


def wrong_totals(connection: Connection, account: str) -> list[Any]:
    """Return the totals of an account that its projects do not add up to, as the owner."""
    return connection.execute(
        "select * from ops.verify_project_totals() as t where t.account_id = %s", [account]
    ).fetchall()


def _known(data: dict[str, Any]) -> str:
    """Return data as text, without what the database alone knows."""
    kept = {key: value for key, value in data.items() if key not in ("sha256", "saved_at")}
    return json.dumps(ERASED if kept.keys() == ERASED.keys() else kept, sort_keys=True)


def _rounded(mean: float | None) -> float | None:
    return None if mean is None else round(mean, 9)
