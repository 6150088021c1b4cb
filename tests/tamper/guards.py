"""What writes and guards the log, who sees it, and the anchors themselves."""

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tests.tamper.case import case, statements
from tests.tamper.world import ATTACHED, BOB, Copy
from tooling.audit import anchoring, signing

for table, trigger in (
    ("app.projects", "projects_audit"),
    ("app.projects", "projects_change"),
    ("app.projects", "projects_status_move"),
    ("app.project_payloads", "project_payloads_audit"),
    ("app.project_events", "project_events_chain"),
    ("app.project_events", "project_events_authorize"),
    ("app.project_events", "project_events_immutable"),
    ("app.project_events", "project_events_no_truncate"),
    ("ops.evidence", "evidence_immutable"),
    ("ops.retired_partitions", "retired_partitions_evidence"),
):
    statements(f"the trigger {trigger} is off", f"alter table {table} disable trigger {trigger}")
statements(
    "a trigger is off on one partition",
    f"alter table {ATTACHED} disable trigger project_events_immutable",
)
statements(
    "a trigger fires on replicas only",
    "alter table app.projects enable replica trigger projects_audit",
)
statements("a trigger is dropped", "drop trigger projects_audit on app.projects")
statements(
    "a trigger fires on a condition",
    "create or replace trigger projects_audit after insert or update or delete on app.projects"
    " for each row when (pg_trigger_depth() > 1) execute function app.audit_project()",
)
statements(
    "a trigger calls another function",
    "create function app.nothing() returns trigger language plpgsql as 'begin return null; end';"
    "create or replace trigger projects_audit after insert or update or delete on app.projects"
    " for each row execute function app.nothing()",
)
statements(
    "another trigger changes what is recorded",
    "create function public.other() returns trigger language plpgsql as"
    " 'begin new.actor := ''eve''; return new; end';"
    "create trigger a before insert on app.project_events for each row"
    " execute function public.other()",
)
statements(
    "a rule does nothing instead",
    "create rule nothing as on delete to app.event_chains do instead nothing",
)
for function in (
    "app.audit_payload()",
    "app.audit_project()",
    "app.authorize_event()",
    "app.chain_event()",
    "app.refuse_event_change()",
    "ops.record_retirement()",
):
    statements(
        f"{function} does nothing",
        f"create or replace function {function} returns trigger language plpgsql as"
        " 'begin return new; end'",
    )
statements(
    "ops.verify_event_chain() finds nothing",
    "create or replace function ops.verify_event_chain(account_id uuid default null, project_id"
    " uuid default null, out chain_account_id uuid, out chain_project_id uuid, out chain_position"
    " bigint, out event_id uuid, out problem text) returns setof record language sql security"
    " definer as 'select null::uuid, null::uuid, null::bigint, null::uuid, null::text where false'",
)
statements(
    "ops.payload_hashes() says what the payloads say",
    "create or replace function ops.payload_hashes(first_account uuid, last_account uuid)"
    " returns table (account_id uuid, project_id uuid, payload_id uuid, sha256 text) language sql"
    " stable security definer as 'select account_id, project_id, payload_id, sha256"
    " from app.project_payloads'",
)
statements(
    "app.event_actor() names another",
    "create or replace function app.event_actor(claimed text) returns text language plpgsql"
    " as 'begin return ''eve''; end'",
)
statements(
    "app.current_actor() names another",
    "create or replace function app.current_actor() returns text language sql stable parallel safe"
    " return 'eve'",
)
statements(
    "app.event_actor() is there twice",
    "create function app.event_actor(claimed varchar) returns text language sql"
    " as 'select claimed'",
)
statements(
    "app.audit_project() runs as its caller",
    "alter function app.audit_project() security invoker",
)
statements(
    "app.chain_event() has another search_path",
    "alter function app.chain_event() set search_path = public, pg_catalog",
)
statements(
    "app.erase_events() belongs to another",
    "alter function app.erase_events(uuid, uuid, text, text) owner to eagle_operator",
)
statements(
    "every session of the application starts with triggers off",
    "alter role eagle_application set session_replication_role = replica",
)
statements(
    "every session starts with triggers off",
    "do $$ begin execute format('alter database %I set session_replication_role = replica',"
    " current_database()); end $$",
)
for table, policy in (
    ("app.project_events", "project_events_audit"),
    ("app.event_chains", "event_chains_audit"),
    ("app.retired_events", "retired_events_audit"),
    ("app.projects", "projects_audit"),
):
    statements(
        f"the auditor sees fewer rows of {table}",
        f"alter policy {policy} on {table} using (account_id < '{BOB}')",
    )
statements(
    "the auditor sees fewer rows by a restrictive policy",
    f"create policy other on app.event_chains as restrictive using (account_id < '{BOB}')",
)
statements("the auditor sees no row", "drop policy event_chains_audit on app.event_chains")
statements(
    "the auditor sees a view in the place of a table",
    "alter table app.event_chains rename to kept_chains;"
    " create view app.event_chains as select * from app.kept_chains where position > 1;"
    " grant select on app.event_chains to eagle_auditor",
)


def _signed(file: Path, lines: list[bytes], key: Path) -> None:
    digest = hashlib.sha256(b"".join(lines)).digest()
    signature = signing.sign(signing.private_key(key), digest)
    file.write_bytes(b"".join([*lines, f"signature {signature}\n".encode()]))


@case("the newest anchor is removed, and the one before it two hours old")
def _(copy: Copy) -> None:
    (copy.anchors / "2-light.anchor").unlink()
    first, *lines, _ = (copy.anchors / "1.anchor").read_bytes().splitlines(keepends=True)
    taken_at = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="seconds")
    header = json.dumps({**json.loads(first), "taken_at": taken_at}) + "\n"
    _signed(copy.anchors / "1.anchor", [header.encode(), *lines], copy.key)


@case("an anchor between others is removed")
def _(copy: Copy) -> None:
    with psycopg.connect(copy.server.url(copy.database, "eagle_auditor"), autocommit=True) as one:
        anchoring.anchor(one, copy.anchors / "3.anchor", copy.key)
    (copy.anchors / "2-light.anchor").unlink()


@case("an old anchor takes the place of the newest")
def _(copy: Copy) -> None:
    shutil.copy(copy.anchors / "1.anchor", copy.anchors / "2-light.anchor")


@case("an anchor is changed")
def _(copy: Copy) -> None:
    file = copy.anchors / "1.anchor"
    file.write_bytes(file.read_bytes().replace(b"\t3\t", b"\t2\t", 1))


@case("an anchor is signed with another key")
def _(copy: Copy) -> None:
    signing.make_key(copy.anchors / "other.key")
    *lines, _ = (copy.anchors / "1.anchor").read_bytes().splitlines(keepends=True)
    _signed(copy.anchors / "1.anchor", lines, copy.anchors / "other.key")
