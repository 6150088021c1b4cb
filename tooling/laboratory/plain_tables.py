"""The brief's tables as plain ones, with text keys, JSON and the old index set.

The account stands in projects only. There is an index for each column that is searched, and the
composites of the brief's queries. No row security, no triggers, no chain.
"""

from typing import LiteralString

from tooling.database import Connection

_TABLES: tuple[LiteralString, ...] = (
    """
    create table plain.projects as
    select p.project_id::text, p.account_id::text, p.name, p.customer, p.description, p.site_name,
           p.street, p.status::text, p.created_by, p.updated_by, p.created_at, p.updated_at,
           p.etag::text, to_json(p.constants_version) as constants_version, p.content_sha256,
           p.confidence
      from app.projects as p
     order by p.created_at""",
    """
    create table plain.project_payloads as
    select p.payload_id::text, p.project_id::text, p.module::text, p.config::json, p.files::json,
           p.cost_snapshot::json, p.sha256, p.created_at
      from app.project_payloads as p
     order by p.created_at""",
    """
    create table plain.project_events as
    select e.event_id::text, e.project_id::text, e.event_type::text, e.actor, e.occurred_at,
           e.data::json
      from app.project_events as e
     order by e.occurred_at""",
    """
    create materialized view plain.project_stats as
    select p.account_id, p.status, count(*) as project_count,
           avg(extract(epoch from p.updated_at - p.created_at) / 3600) as avg_duration_hours
      from plain.projects as p
     where p.status <> 'draft'
     group by p.account_id, p.status""",
)
_KEYS: tuple[LiteralString, ...] = (
    "alter table plain.projects add primary key (project_id)",
    "create unique index on plain.projects (etag)",
    "alter table plain.project_payloads add primary key (payload_id)",
    "alter table plain.project_payloads add foreign key (project_id)"
    " references plain.projects on delete cascade",
    "alter table plain.project_events add primary key (event_id)",
    "create unique index on plain.project_stats (account_id, status)",
)
_INDEXED: dict[LiteralString, tuple[LiteralString, ...]] = {
    "projects": (
        "account_id", "status", "created_at", "updated_at", "name", "customer", "site_name",
        "street", "content_sha256", "account_id, status", "account_id, created_at desc",
        "status, created_at desc",
    ),
    "project_payloads": (
        "project_id", "module", "created_at", "sha256", "project_id, module, created_at desc",
    ),
    "project_events": (
        "project_id", "event_type", "occurred_at", "actor", "project_id, occurred_at desc",
        "event_type, occurred_at desc",
    ),
}  # fmt: skip


def build(connection: Connection) -> None:
    """Make the schema `plain` from the rows of app. The connection is in autocommit mode."""
    connection.execute("create schema plain")
    connection.execute("set maintenance_work_mem = '512MB'")
    for statement in (*_TABLES, *_KEYS):
        connection.execute(statement)
    for table, indexes in _INDEXED.items():
        for columns in indexes:
            connection.execute(f"create index on plain.{table} ({columns})")
        connection.execute(f"vacuum (analyze) plain.{table}")
    connection.execute("analyze plain.project_stats")
    connection.execute("grant usage on schema plain to eagle_application")
    connection.execute("grant select on all tables in schema plain to eagle_application")
