-- 0018.project-totals
-- depends: 0017.cheaper-writes
--
-- why    A dashboard counted all projects of its account anew each time, and the statistics those of
--        all accounts. From here on every change adds what it changes to a table of totals; what was
--        there before is counted in 0019.
-- locks  app.projects SHARE ROW EXCLUSIVE, briefly: every writer after it adds to the totals, and none
--        before it is left.
-- undo   0018.project-totals.rollback.sql; the totals are lost.

create table app.project_totals (
    account_id        uuid                not null,
    status            app.project_status  not null,
    entry_id          uuid                not null  default gen_random_uuid(),
    project_count     bigint              not null,
    confidence_count  bigint              not null,
    confidence_sum    numeric             not null,
    duration          interval            not null,
    constraint project_totals_pkey primary key (account_id, status, entry_id)
);
select ops.place('app.project_totals', 'tenant');

-- EXPLAIN estimates from statistics of all rows, those that row security hides too, so that nothing
-- that could name an account, a person or a design is kept in them.
alter table app.project_totals
    alter column account_id set statistics 0,
    alter column entry_id set statistics 0,
    alter column project_count set statistics 0,
    alter column confidence_count set statistics 0,
    alter column confidence_sum set statistics 0,
    alter column duration set statistics 0;

comment on table app.project_totals is
    'What each change adds to an account''s projects in a status, and sums of such: '
    'a status holds the sum of its entries.';
comment on column app.project_totals.account_id is 'The tenant.';
comment on column app.project_totals.status is 'The status counted.';
comment on column app.project_totals.entry_id is 'Identifies the entry.';
comment on column app.project_totals.project_count is
    'How many projects came into the status, less those that left it.';
comment on column app.project_totals.confidence_count is 'How many of them have a confidence.';
comment on column app.project_totals.confidence_sum is 'Sum of their confidence.';
comment on column app.project_totals.duration is 'Sum of their updated_at - created_at.';

create policy project_totals_tenant_read
    on app.project_totals
    for select
    to eagle_application, eagle_reader
    using (account_id = app.current_account_id());
comment on policy project_totals_tenant_read on app.project_totals is
    'The application and readers see the totals of their account.';

alter table app.project_totals enable row level security;

create function ops.verify_project_totals()
    returns table (
        account_id        uuid,
        status            app.project_status,
        project_count     bigint,
        confidence_count  bigint,
        confidence_sum    numeric,
        duration          interval
    )
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select
        entry.account_id,
        entry.status,
        sum(entry.project_count)::bigint,
        sum(entry.confidence_count)::bigint,
        sum(entry.confidence_sum),
        sum(entry.duration)
      from (
               select
                   p.account_id,
                   p.status,
                   count(*) as project_count,
                   count(p.confidence) as confidence_count,
                   coalesce(sum(p.confidence::numeric), 0) as confidence_sum,
                   sum(p.updated_at - p.created_at) as duration
                 from app.projects as p
                group by p.account_id, p.status
               union all
               select
                   t.account_id,
                   t.status,
                   - t.project_count,
                   - t.confidence_count,
                   - t.confidence_sum,
                   - t.duration
                 from app.project_totals as t
           ) as entry
     group by entry.account_id, entry.status
    having sum(entry.project_count) <> 0
        or sum(entry.confidence_count) <> 0
        or sum(entry.confidence_sum) <> 0
        or sum(entry.duration) <> interval '0';
end;
comment on function ops.verify_project_totals() is
    'What app.project_totals lacks of what app.projects holds; no row when all is well.';

create function ops.recount_project_totals()
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    corrected bigint;
begin
    -- Two at once would both add it.
    perform pg_advisory_xact_lock(hashtextextended('ops.recount_project_totals', 0));
    insert into app.project_totals (
        account_id, status, project_count, confidence_count, confidence_sum, duration
    )
    select
        v.account_id, v.status, v.project_count, v.confidence_count, v.confidence_sum, v.duration
      from ops.verify_project_totals() as v;
    get diagnostics corrected = row_count;
    return corrected;
end
$function$;
comment on function ops.recount_project_totals() is
    'Adds to app.project_totals what it lacks of app.projects, and returns how many rows it took.';

create function ops.fold_project_totals()
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    crowded record;
    taken   bigint;
    folded  bigint := 0;
begin
    for crowded in
        select t.account_id, t.status
          from app.project_totals as t
         group by t.account_id, t.status
        having count(*) > 1
    loop
        with entry as (
            delete from app.project_totals as t
             where t.account_id = crowded.account_id
               and t.status = crowded.status
            returning t.*
        ),
        kept as (
            insert into app.project_totals (
                account_id, status, project_count, confidence_count, confidence_sum, duration
            )
            select
                e.account_id,
                e.status,
                sum(e.project_count),
                sum(e.confidence_count),
                sum(e.confidence_sum),
                sum(e.duration)
              from entry as e
             group by e.account_id, e.status
            having sum(e.project_count) <> 0
                or sum(e.confidence_count) <> 0
                or sum(e.confidence_sum) <> 0
                or sum(e.duration) <> interval '0'
        )
        select count(*) into taken from entry;
        folded := folded + taken;
    end loop;
    return folded;
end
$function$;
comment on function ops.fold_project_totals() is
    'Folds the entries of app.project_totals into one an account and status.';

lock table app.projects in share row exclusive mode;

create or replace function app.audit_project()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    moved   record;
    changed text[];
begin
    if tg_op = 'INSERT' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.created', new.created_by,
                jsonb_build_object('status', new.status));
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
        return null;
    end if;
    if tg_op = 'DELETE' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (old.account_id, old.project_id, 'user.data_deleted', app.current_actor(),
                jsonb_build_object('deleted', 'project'));
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        );
        return null;
    end if;

    insert into app.project_totals (
        account_id, status, project_count, confidence_count, confidence_sum, duration
    )
    values
        (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        ),
        (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
    if new.status is distinct from old.status then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id,
                case
                    when new.status in ('submitted', 'accepted', 'rejected')
                    then ('project.' || new.status)::app.project_event_type
                    else 'project.status_changed'
                end,
                new.updated_by,
                jsonb_build_object('from', old.status, 'to', new.status));
    end if;

    -- Most updates only move a project: taking both rows apart would cost more than the update.
    moved            := old;
    moved.status     := new.status;
    moved.etag       := new.etag;
    moved.updated_at := new.updated_at;
    moved.updated_by := new.updated_by;
    if moved is not distinct from new then
        return null;
    end if;
    select array_agg(field.key order by field.key)
      into changed
      from jsonb_each(to_jsonb(new)) as field
     where field.value is distinct from to_jsonb(old) -> field.key
       and field.key not in ('status', 'etag', 'updated_at', 'updated_by');
    if changed is not null then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                jsonb_build_object('columns', changed));
    end if;
    return null;
end
$function$;
comment on function app.audit_project() is
    'Trigger: appends the event that records a project''s creation, change or deletion, '
    'and adds what it changes to the totals.';
