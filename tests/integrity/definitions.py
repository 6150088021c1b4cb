"""Objects that are not as the migrations left them."""

from functools import partial

from tests.integrity.case import statements
from tests.tamper.world import ATTACHED

changed = partial(statements, "definitions")

_THIS_MONTH = """
do $$ begin execute format({text}, (
    select p.partition from ops.partitions as p
     where p.relation = 'app.project_events' and now() between p.starts_at and p.ends_at
)); end $$
"""


def _month(text: str) -> str:
    return _THIS_MONTH.format(text=f"$f${text}$f$")


changed("an audit trigger is disabled", "alter table app.projects disable trigger projects_audit")
changed("a trigger of a month is disabled", _month("alter table %s disable trigger all"))
changed(
    "the triggers of foreign keys are disabled",
    "alter table app.project_payloads disable trigger all",
)
changed(
    "a trigger fires on replicas only",
    "alter table app.projects enable replica trigger projects_change",
)
changed("a trigger is dropped", "drop trigger projects_status_move on app.projects")
changed(
    "a trigger is added",
    "create function public.nothing() returns trigger language plpgsql as 'begin return null; end';"
    " create trigger a before insert on ops.jobs for each row execute function public.nothing()",
)
changed(
    "a table forgets its triggers",
    "update pg_class set relhastriggers = false where oid = 'app.projects'::regclass",
)
changed(
    "a table forgets its indexes",
    "update pg_class set relhasindex = false where oid = 'app.event_chains'::regclass",
)
changed(
    "a table forgets its checks",
    "update pg_class set relchecks = 0 where oid = 'ops.missed_months'::regclass",
)
changed(
    "a function's body is replaced",
    "create or replace function app.check_status_move() returns trigger language plpgsql"
    " set search_path = pg_catalog, pg_temp as 'begin return new; end'",
)
changed(
    "a function's text is edited in the catalogue",
    "update pg_proc set prosrc = 'begin return new; end'"
    " where oid = 'app.renew_payload()'::regprocedure",
)
changed(
    "a function runs as its caller",
    "alter function app.audit_project() security invoker",
)
changed("a function loses its search_path", "alter function app.chain_event() reset search_path")
changed(
    "a function is leakproof",
    "alter function app.word_hashes(uuid, text) leakproof",
)
changed(
    "a function is there twice",
    "create function app.event_actor(claimed varchar) returns text language sql return claimed",
)
changed("a check is dropped", "alter table app.projects drop constraint projects_check")
changed(
    "a check is looser",
    "alter table app.projects drop constraint projects_confidence_check,"
    " add constraint projects_confidence_check check (confidence >= 0)",
)
changed("NOT NULL is dropped", "alter table app.projects alter column created_by drop not null")
changed(
    "a unique constraint is dropped",
    "alter table app.projects drop constraint projects_account_id_etag_key",
)
changed(
    "an exclusion constraint is dropped",
    "alter table catalog.pricing_configs drop constraint pricing_configs_item_code_daterange_excl",
)
changed(
    "a foreign key is dropped",
    "alter table catalog.code_references drop constraint code_references_import_id_fkey",
)
changed(
    "a foreign key no longer cascades",
    "update pg_constraint set confdeltype = 'a'"
    " where conname = 'project_payloads_account_id_project_id_fkey'",
)
changed("an index is dropped", "drop index app.projects_account_id_status_updated_at_idx")
changed(
    "an index is no longer unique",
    "update pg_index set indisunique = false"
    " where indexrelid = 'app.projects_account_id_etag_key'::regclass",
)
changed(
    "an index has another condition",
    "drop index app.projects_account_id_created_at_draft_idx;"
    " create index projects_account_id_created_at_draft_idx on app.projects"
    " (account_id, created_at desc) where status = 'estimating'",
)
changed(
    "an index is not ready",
    "update pg_index set indisready = false"
    " where indexrelid = 'app.projects_account_id_content_sha256_idx'::regclass",
)
changed(
    "an ENUM loses a label that no row uses",
    "delete from pg_enum where enumlabel = 'project.rejected'",
)
changed(
    "an ENUM gains a label",
    "alter type app.project_status add value 'archived'",
)
changed(
    "a label is renamed",
    "alter type catalog.price_category rename value 'addon' to 'extra'",
)
changed(
    "labels are in another order",
    "update pg_enum set enumsortorder = 4.5 where enumlabel = 'draft'",
)
changed("a default is dropped", "alter table app.projects alter column etag drop default")
changed(
    "a default is another",
    "alter table app.projects alter column status set default 'accepted'",
)
changed(
    "a column is no longer generated",
    "alter table app.project_payloads alter column sha256 drop expression",
)
changed("a column is added", "alter table app.projects add column secret text")
changed("a column is dropped", "alter table app.projects drop column street cascade")
changed(
    "a column has another type",
    "alter table catalog.imports alter column imported_by type varchar(63)",
)
changed(
    "a column is stored otherwise",
    "alter table app.project_events alter column data set storage plain",
)
changed("row security is off", "alter table app.projects disable row level security")
changed(
    "a policy lets all rows through",
    "alter policy projects_tenant on app.projects using (true)",
)
changed("a policy is added", "create policy more on app.projects using (true)")
changed("a privilege is granted", "grant select on app.projects to eagle_exporter")
changed("a column's privilege is granted", "grant update (etag) on app.projects to eagle_reader")
changed("a privilege is revoked", "revoke select on app.projects from eagle_application")
changed(
    "everyone may run a function",
    "grant execute on function app.erase_events(uuid, uuid, text, text) to public",
)
changed("a table has another owner", "alter table ops.jobs owner to eagle_operator")
changed(
    "a rule does nothing instead", _month("create rule n as on insert to %s do instead nothing")
)
changed(
    "a view returns every account",
    "create or replace view app.account_dashboard with (security_invoker = true) as"
    " select account_id, status, sum(project_count)::bigint as project_count,"
    " 1::double precision as mean_confidence from app.project_totals group by 1, 2",
)
changed(
    "a view is no security barrier",
    "alter view app.account_stats reset (security_barrier)",
)
changed(
    "a materialized view is empty by definition",
    "refresh materialized view app.project_stats with no data",
)
changed(
    "autovacuum is off for a table",
    "alter table app.event_chains set (autovacuum_enabled = false)",
)
changed("autovacuum is off for a month", f"alter table {ATTACHED} set (autovacuum_enabled = off)")
changed("a table is unlogged", "alter table app.retired_events set unlogged")
changed(
    "a table's replica identity is another",
    "alter table app.projects replica identity nothing",
)
changed(
    "a partition is detached without a retirement",
    f"alter table app.project_events detach partition {ATTACHED}",
)
changed("a month without events is dropped", _month("drop table %s"))
changed(
    "a default partition is there",
    "create table app.project_events_rest partition of app.project_events default",
)
changed("a table is added", "create table app.notes (note text)")
changed("an operator is dropped", "drop operator app.===(uuid, uuid) cascade")
changed("a job is gone", "delete from ops.jobs where job = 'audit-verify'")
changed(
    "an applied migration is not in the ledger",
    "delete from ledger._yoyo_migration where migration_id = '0009.audit-chain'",
)
changed(
    "an event trigger refuses definitions",
    "create function public.stop() returns event_trigger language plpgsql as"
    " 'begin raise exception ''no''; end';"
    " create event trigger stop on ddl_command_start when tag in ('COMMENT')"
    " execute function public.stop()",
)
changed(
    "functions made later belong to everyone",
    "alter default privileges for role eagle_owner grant execute on functions to public",
)
changed(
    "an account key appears",
    "insert into ops.account_keys values ('eve', decode(repeat('00', 64), 'hex'),"
    " decode(repeat('00', 64), 'hex'))",
)
changed(
    "a function of the server is replaced",
    "update pg_proc set prosrc = 'uuid_ne' where oid = 'pg_catalog.uuid_eq'::regproc",
)
changed("a cast is added", "create cast (text as jsonb) with inout as implicit")
changed("the record of definitions is empty", "truncate ops.recorded_definitions")
