"""The baseline: the brief's tables as plain ones, with text keys, JSON and the old index set.

The account stands in projects only. There is an index for each column that is searched, and the
composites of the brief's queries. No row security, no triggers, no chain.
"""

from typing import Any, LiteralString

import psycopg

_TABLES: tuple[LiteralString, ...] = (
    """
    create table baseline.projects as
    select p.project_id::text, p.account_id::text, p.name, p.customer, p.description, p.site_name,
           p.street, p.status::text, p.created_by, p.updated_by, p.created_at, p.updated_at,
           p.etag::text, to_json(p.constants_version) as constants_version, p.content_sha256,
           p.confidence
      from app.projects as p
     order by p.created_at""",
    """
    create table baseline.project_payloads as
    select p.payload_id::text, p.project_id::text, p.module::text, p.config::json, p.files::json,
           p.cost_snapshot::json, p.sha256, p.created_at
      from app.project_payloads as p
     order by p.created_at""",
    """
    create table baseline.project_events as
    select e.event_id::text, e.project_id::text, e.event_type::text, e.actor, e.occurred_at,
           e.data::json
      from app.project_events as e
     order by e.occurred_at""",
    """
    create materialized view baseline.project_stats as
    select p.account_id, p.status, count(*) as project_count,
           avg(extract(epoch from p.updated_at - p.created_at) / 3600) as avg_duration_hours
      from baseline.projects as p
     where p.status <> 'draft'
     group by p.account_id, p.status""",
)
_INDEXES: tuple[LiteralString, ...] = (
    "alter table baseline.projects add primary key (project_id)",
    "create unique index on baseline.projects (etag)",
    "create index on baseline.projects (account_id)",
    "create index on baseline.projects (status)",
    "create index on baseline.projects (created_at)",
    "create index on baseline.projects (updated_at)",
    "create index on baseline.projects (name)",
    "create index on baseline.projects (customer)",
    "create index on baseline.projects (site_name)",
    "create index on baseline.projects (street)",
    "create index on baseline.projects (content_sha256)",
    "create index on baseline.projects (account_id, status)",
    "create index on baseline.projects (account_id, created_at desc)",
    "create index on baseline.projects (status, created_at desc)",
    "alter table baseline.project_payloads add primary key (payload_id)",
    "alter table baseline.project_payloads add foreign key (project_id)"
    " references baseline.projects on delete cascade",
    "create index on baseline.project_payloads (project_id)",
    "create index on baseline.project_payloads (module)",
    "create index on baseline.project_payloads (created_at)",
    "create index on baseline.project_payloads (sha256)",
    "create index on baseline.project_payloads (project_id, module, created_at desc)",
    "alter table baseline.project_events add primary key (event_id)",
    "create index on baseline.project_events (project_id)",
    "create index on baseline.project_events (event_type)",
    "create index on baseline.project_events (occurred_at)",
    "create index on baseline.project_events (actor)",
    "create index on baseline.project_events (project_id, occurred_at desc)",
    "create index on baseline.project_events (event_type, occurred_at desc)",
    "create unique index on baseline.project_stats (account_id, status)",
)


def build(connection: psycopg.Connection[Any]) -> None:
    """Make the schema `baseline` from the rows of app. The connection is in autocommit mode."""
    connection.execute("create schema baseline")
    connection.execute("set maintenance_work_mem = '512MB'")
    for statement in (*_TABLES, *_INDEXES):
        connection.execute(statement)
    connection.execute("grant usage on schema baseline to eagle_application")
    connection.execute("grant select on all tables in schema baseline to eagle_application")
    for name in ("projects", "project_payloads", "project_events"):
        connection.execute(f"vacuum (analyze) baseline.{name}")
    connection.execute("analyze baseline.project_stats")
