-- 0007.partitioning
-- depends: 0006.envelope
-- transactional: false
-- repeatable-calls: true
--
-- why    Events are kept by month and payloads by module, so that months can be retired and each
--        module has its own small indexes.
-- locks  app.project_payloads and app.project_events ACCESS EXCLUSIVE twice, briefly: to add a
--        trigger or a check that is not yet valid, and to change places. Payloads are copied
--        and events checked beside readers and writers. Existing events are attached as one
--        partition that ends with the month after next; it is not copied.
-- undo   0007.partitioning.rollback.sql; nothing is lost, both tables are copied back.

create schema app_next;

create table app_next.project_payloads (
    account_id     uuid                not null,
    project_id     uuid                not null,
    payload_id     uuid                not null  default ops.uuid_v7(),
    module         app.project_module  not null,
    config         jsonb               not null,
    files          jsonb               not null  default '[]',
    cost_snapshot  jsonb               not null  default '{}',
    created_at     timestamptz         not null  default clock_timestamp(),
    sha256         text                not null
        generated always as (app.snapshot_sha256(config, files, cost_snapshot)) stored,
    constraint project_payloads_pkey primary key (account_id, payload_id, module),
    constraint project_payloads_account_id_project_id_module_sha256_key
        unique (account_id, project_id, module, sha256),
    constraint project_payloads_account_id_project_id_fkey foreign key (account_id, project_id)
        references app.projects (account_id, project_id) on delete cascade,
    constraint project_payloads_config_check check (jsonb_typeof(config) = 'object'),
    constraint project_payloads_files_check check (jsonb_typeof(files) = 'array'),
    constraint project_payloads_cost_snapshot_check check (jsonb_typeof(cost_snapshot) = 'object'),
    constraint project_payloads_sha256_check check (sha256 ~ '^[0-9a-f]{64}$')
) partition by list (module);

-- The tables are new and empty: nobody waits for their indexes.
-- squawk-ignore require-concurrent-index-creation
create index project_payloads_account_id_project_id_module_created_at_idx
    on app_next.project_payloads (account_id, project_id, module, created_at desc);

-- squawk-ignore require-concurrent-index-creation
create index project_payloads_account_id_config_idx
    on app_next.project_payloads using gin (account_id, config jsonb_path_ops);

create table app_next.project_payloads_single_pole_direct_burial
    partition of app_next.project_payloads
    for values in ('signage.single_pole.direct_burial');

create table app_next.project_payloads_single_pole_base_plate
    partition of app_next.project_payloads
    for values in ('signage.single_pole.base_plate');

create table app_next.project_payloads_two_pole_direct_burial
    partition of app_next.project_payloads
    for values in ('signage.two_pole.direct_burial');

-- EXPLAIN estimates from statistics of all rows, those that row security hides too, so that nothing
-- that could name an account, a person or a design is kept in them.
alter table app_next.project_payloads
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column payload_id set statistics 0,
    alter column config set statistics 0,
    alter column files set statistics 0,
    alter column cost_snapshot set statistics 0,
    alter column sha256 set statistics 0;

-- What is written to the old table while it is copied is written to the new one too.
create function app_next.mirror_payload()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if tg_op in ('UPDATE', 'DELETE') then
        delete from app_next.project_payloads as p
         where p.account_id = old.account_id
           and p.payload_id = old.payload_id
           and p.module = old.module;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        insert into app_next.project_payloads (
            account_id, project_id, payload_id, module, config, files, cost_snapshot, created_at
        )
        values (
            new.account_id, new.project_id, new.payload_id, new.module,
            new.config, new.files, new.cost_snapshot, new.created_at
        )
            on conflict on constraint project_payloads_pkey do nothing;
    end if;
    return null;
end
$function$;

create trigger project_payloads_mirror
    after insert or update or delete on app.project_payloads
    for each row
    execute function app_next.mirror_payload();

-- Copies what is not there yet, a batch a transaction; a row that is locked in the old table cannot
-- be deleted before its copy is committed. Safe to call again.
create procedure app_next.copy_payloads(batch integer default 5000)
    language plpgsql
    security invoker
as $procedure$
declare
    after_account uuid := '00000000-0000-0000-0000-000000000000';
    after_payload uuid := '00000000-0000-0000-0000-000000000000';
    copied        record;
begin
    loop
        with source as materialized (
            select p.account_id, p.project_id, p.payload_id, p.module, p.config, p.files,
                   p.cost_snapshot, p.created_at
              from app.project_payloads as p
             where (p.account_id, p.payload_id) > (after_account, after_payload)
             order by p.account_id, p.payload_id
             limit copy_payloads.batch
               for share
        ),
        target as (
            insert into app_next.project_payloads (
                account_id, project_id, payload_id, module, config, files, cost_snapshot, created_at
            )
            select s.account_id, s.project_id, s.payload_id, s.module, s.config, s.files,
                   s.cost_snapshot, s.created_at
              from source as s
                on conflict on constraint project_payloads_pkey do nothing
        )
        select s.account_id, s.payload_id
          into copied
          from source as s
         order by s.account_id desc, s.payload_id desc
         limit 1;
        commit;
        exit when copied is null;
        after_account := copied.account_id;
        after_payload := copied.payload_id;
    end loop;
end
$procedure$;

call app_next.copy_payloads();

analyze app_next.project_payloads;

-- Gives one relation the privileges that roles have on another, columns included.
create function app_next.copy_grants(
    source regclass,
    target regclass
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    command text;
begin
    for command in
        select format('grant %s on %s to %I', acl.privilege_type, copy_grants.target, acl.grantee::regrole)
          from pg_class as c
         cross join lateral aclexplode(c.relacl) as acl
         where c.oid = copy_grants.source
           and acl.grantee <> c.relowner
           and acl.grantee <> 0
        union all
        select format('grant %s (%I) on %s to %I', acl.privilege_type, a.attname, copy_grants.target, acl.grantee::regrole)
          from pg_attribute as a
          join pg_class as c on c.oid = a.attrelid
         cross join lateral aclexplode(a.attacl) as acl
         where a.attrelid = copy_grants.source
           and not a.attisdropped
           and acl.grantee <> c.relowner
           and acl.grantee <> 0
    loop
        execute command;
    end loop;
end
$function$;

-- Locks all the tables or none, and gives way before the server would look for a deadlock, whose
-- victim could be the application.
create function app_next.lock_together(variadic relations text[])
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    set local lock_timeout = '200ms';
    for attempt in 1 .. 100 loop
        begin
            execute format('lock table %s in access exclusive mode', array_to_string(relations, ', '));
            return;
        exception
            when lock_not_available then
                perform pg_sleep(0.05 + random() * 0.2);
        end;
    end loop;
    execute format('lock table %s in access exclusive mode', array_to_string(relations, ', '));
end
$function$;

do $swap$
begin
    perform app_next.lock_together('app.project_payloads', 'app.projects');
    perform app_next.copy_grants('app.project_payloads', 'app_next.project_payloads');
    drop table app.project_payloads;
    alter table app_next.project_payloads set schema app;
    alter table app_next.project_payloads_single_pole_direct_burial set schema app;
    alter table app_next.project_payloads_single_pole_base_plate set schema app;
    alter table app_next.project_payloads_two_pole_direct_burial set schema app;
end
$swap$;

comment on table app.project_payloads is
    'A saved design of a project; the newest of each module counts.';
comment on column app.project_payloads.account_id is 'The tenant that owns the project.';
comment on column app.project_payloads.project_id is 'The project that the design belongs to.';
comment on column app.project_payloads.payload_id is 'Identifies the payload within its account.';
comment on column app.project_payloads.module is 'The design module that made the payload.';
comment on column app.project_payloads.config is
    'What was designed: the inputs and choices, a JSON object.';
comment on column app.project_payloads.files is 'The files that belong to the design, a JSON list.';
comment on column app.project_payloads.cost_snapshot is
    'What the design cost when it was saved, a JSON object.';
comment on column app.project_payloads.created_at is
    'When this snapshot was last saved; saving it again makes it the newest.';
comment on column app.project_payloads.sha256 is
    'Hash of config, files and cost snapshot in canonical form, 64 hex digits.';
comment on table app.project_payloads_single_pole_direct_burial is
    'Partition of app.project_payloads: signage.single_pole.direct_burial.';
comment on table app.project_payloads_single_pole_base_plate is
    'Partition of app.project_payloads: signage.single_pole.base_plate.';
comment on table app.project_payloads_two_pole_direct_burial is
    'Partition of app.project_payloads: signage.two_pole.direct_burial.';

-- No event is written with a time after this bound before the tables change places.
do $bound$
begin
    execute format(
        'alter table app.project_events add constraint project_events_bound_check check (occurred_at < %L) not valid',
        to_char(date_trunc('month', now() at time zone 'UTC') + interval '2 months', 'YYYY-MM-DD HH24:MI:SS+00')
    );
end
$bound$;

alter table app.project_events validate constraint project_events_bound_check;

create table app_next.project_events (
    account_id   uuid                    not null,
    project_id   uuid                    not null,
    event_id     uuid                    not null  default ops.uuid_v7(),
    event_type   app.project_event_type  not null,
    actor        text                    not null,
    occurred_at  timestamptz             not null  default clock_timestamp(),
    data         jsonb                   not null  default '{}',
    constraint project_events_pkey primary key (account_id, project_id, occurred_at, event_id),
    constraint project_events_data_check check (jsonb_typeof(data) = 'object')
) partition by range (occurred_at);

-- squawk-ignore require-concurrent-index-creation
create index project_events_account_id_occurred_at_idx
    on app_next.project_events (account_id, occurred_at desc) include (event_type);

alter table app_next.project_events
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column event_id set statistics 0,
    alter column actor set statistics 0,
    alter column data set statistics 0;

create trigger project_events_no_truncate
    before truncate on app_next.project_events
    for each statement
    execute function app.refuse_event_change();

create table ops.partition_policies (
    relation         text      not null,
    months_ahead     smallint  not null,
    months_retained  smallint  null,
    on_retirement    text      not null  default 'keep',
    constraint partition_policies_pkey primary key (relation),
    constraint partition_policies_months_ahead_check check (months_ahead between 1 and 120),
    constraint partition_policies_months_retained_check check (months_retained > 0),
    constraint partition_policies_on_retirement_check
        check (on_retirement in ('keep', 'detach', 'archive', 'drop')),
    constraint partition_policies_check check ((on_retirement = 'keep') = (months_retained is null))
);
select ops.place('ops.partition_policies', 'local');

comment on table ops.partition_policies is
    'How the partitions by month of each table are made ahead and retired.';
comment on column ops.partition_policies.relation is
    'Schema-qualified name of a table partitioned by a time.';
comment on column ops.partition_policies.months_ahead is
    'How many months after the current one have a partition.';
comment on column ops.partition_policies.months_retained is
    'How many full months stay attached; null keeps all.';
comment on column ops.partition_policies.on_retirement is
    'What happens to an older partition: keep, detach, archive or drop.';

insert into ops.partition_policies (relation, months_ahead)
values ('app.project_events', 3);

create function ops.partition_bounds(partition regclass)
    returns text
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO, YMD'
    set timezone = 'UTC'
as $function$
begin
    return (
        select pg_get_expr(c.relpartbound, c.oid)
          from pg_class as c
         where c.oid = partition_bounds.partition
    );
end
$function$;
comment on function ops.partition_bounds(regclass) is
    'Which rows a partition holds, spelled the same in every time zone and date style.';

create view ops.partitions as
select
    format('%I.%I', parent_namespace.nspname, parent.relname) as relation,
    format('%I.%I', namespace.nspname, partition.relname) as partition,
    ops.partition_bounds(partition.oid) as bounds,
    case
        when bound.parts is not null and bound.parts[1] = 'MINVALUE' then '-infinity'::timestamptz
        else btrim(bound.parts[1], '''')::timestamptz
    end as starts_at,
    case
        when bound.parts is not null and bound.parts[2] = 'MAXVALUE' then 'infinity'::timestamptz
        else btrim(bound.parts[2], '''')::timestamptz
    end as ends_at,
    greatest(partition.reltuples, 0)::bigint as estimated_rows,
    pg_total_relation_size(partition.oid) as total_bytes
  from pg_inherits as inherits
  join pg_class as partition on partition.oid = inherits.inhrelid
  join pg_namespace as namespace on namespace.oid = partition.relnamespace
  join pg_class as parent on parent.oid = inherits.inhparent
  join pg_namespace as parent_namespace on parent_namespace.oid = parent.relnamespace
  join pg_partitioned_table as strategy on strategy.partrelid = parent.oid
  left join lateral regexp_match(
      case when strategy.partstrat = 'r' then ops.partition_bounds(partition.oid) end,
      '^FOR VALUES FROM \((MINVALUE|''[^'']*'')\) TO \((MAXVALUE|''[^'']*'')\)$'
  ) as bound (parts) on true
 where partition.relispartition
   and partition.relkind = 'r'
   and parent_namespace.nspname in ('app', 'ops');

comment on view ops.partitions is
    'Every partition with its bounds and size, read from the catalogue.';
comment on column ops.partitions.relation is 'The partitioned table.';
comment on column ops.partitions.partition is 'The partition.';
comment on column ops.partitions.bounds is 'Which rows it holds.';
comment on column ops.partitions.starts_at is
    'First time it holds, where it is partitioned by time.';
comment on column ops.partitions.ends_at is 'First time after it, where it is partitioned by time.';
comment on column ops.partitions.estimated_rows is 'Rows as of the last analyze.';
comment on column ops.partitions.total_bytes is 'Size with indexes, in bytes.';

create function ops.create_month_partition(
    relation text,
    month    date
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent    constant regclass := create_month_partition.relation::regclass;
    starts    constant timestamptz := date_trunc('month', create_month_partition.month::timestamp) at time zone 'UTC';
    ends      constant timestamptz := (date_trunc('month', create_month_partition.month::timestamp) + interval '1 month') at time zone 'UTC';
    namespace text;
    name      text;
    trigger   record;
    unsampled record;
begin
    if not exists (
        select from ops.partition_policies as p where p.relation = create_month_partition.relation
    ) then
        raise exception using
            errcode = 'ES201',
            message = format('%s has no partition policy', create_month_partition.relation),
            hint    = 'Add its policy to ops.partition_policies first.';
    end if;

    select n.nspname, format('%s_y%sm%s', c.relname, to_char(create_month_partition.month, 'YYYY'), to_char(create_month_partition.month, 'MM'))
      into namespace, name
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
     where c.oid = parent;

    perform pg_advisory_xact_lock(hashtextextended(create_month_partition.relation, 0));
    if exists (
        select
          from ops.partitions as p
         where p.relation = create_month_partition.relation
           and p.starts_at <= starts
           and p.ends_at >= ends
    ) then
        return null;
    end if;

    execute format('create table %I.%I (like %s including all excluding comments)', namespace, name, parent);
    for trigger in
        select t.tgname, t.tgfoid
          from pg_trigger as t
         where t.tgrelid = parent
           and not t.tgisinternal
           and t.tgtype & 32 = 32
    loop
        execute format(
            'create trigger %I before truncate on %I.%I for each statement execute function %s()',
            trigger.tgname, namespace, name, trigger.tgfoid::regproc
        );
    end loop;
    for unsampled in
        select a.attname
          from pg_attribute as a
         where a.attrelid = parent
           and a.attnum > 0
           and not a.attisdropped
           and a.attstattarget = 0
    loop
        execute format(
            'alter table %I.%I alter column %I set statistics 0', namespace, name, unsampled.attname
        );
    end loop;
    if (select c.relrowsecurity from pg_class as c where c.oid = parent) then
        execute format('alter table %I.%I enable row level security', namespace, name);
    end if;
    execute format(
        'alter table %s attach partition %I.%I for values from (%L) to (%L)',
        parent, namespace, name, to_char(starts at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'), to_char(ends at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')
    );
    execute format(
        'comment on table %I.%I is %L',
        namespace, name, format('Partition of %s: %s.', parent, to_char(create_month_partition.month, 'YYYY-MM'))
    );
    return format('%I.%I', namespace, name);
end
$function$;
comment on function ops.create_month_partition(text, date) is
    'Makes and attaches the partition of one month; null when it is there already.';

create function ops.ensure_partitions(from_month date default null)
    returns setof text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    today constant date := (now() at time zone 'UTC')::date;
begin
    return query
    select made.name
      from ops.partition_policies as p
     cross join lateral generate_series(
               date_trunc('month', least(ensure_partitions.from_month, today)::timestamp),
               date_trunc('month', today::timestamp) + make_interval(months => p.months_ahead),
               interval '1 month'
           ) as month (starts)
     cross join lateral ops.create_month_partition(p.relation, month.starts::date) as made (name)
     where made.name is not null
     order by made.name;
end
$function$;
comment on function ops.ensure_partitions(date) is
    'Makes the missing partitions up to each policy''s months ahead, and names them.';

do $swap$
declare
    bound text;
begin
    perform app_next.lock_together('app.project_events');
    perform app_next.copy_grants('app.project_events', 'app_next.project_events');
    if not exists (select from app.project_events) then
        drop table app.project_events;
    else
        select substring(pg_get_constraintdef(oid) from '''([^'']+)''')
          into bound
          from pg_constraint
         where conrelid = 'app.project_events'::regclass
           and conname = 'project_events_bound_check';
        drop trigger project_events_immutable on app.project_events;
        alter table app.project_events rename to project_events_before_partitioning;
        alter table app.project_events_before_partitioning
            rename constraint project_events_pkey to project_events_before_partitioning_pkey;
        alter index app.project_events_account_id_occurred_at_idx
            rename to project_events_before_partitioning_account_id_occurred_at_idx;
        execute format(
            'alter table app_next.project_events attach partition app.project_events_before_partitioning '
            'for values from (minvalue) to (%L)',
            bound
        );
        alter table app.project_events_before_partitioning drop constraint project_events_bound_check;
        comment on table app.project_events_before_partitioning is
            'Partition of app.project_events: what was recorded before it was partitioned.';
    end if;
    alter table app_next.project_events set schema app;
    create trigger project_events_immutable
        before update or delete on app.project_events
        for each row
        execute function app.refuse_event_change();
    perform ops.ensure_partitions();
end
$swap$;

comment on table app.project_events is
    'The audit log: what happened to a project; it can be added to, never changed.';
comment on column app.project_events.account_id is 'The tenant that owns the project.';
comment on column app.project_events.project_id is
    'The project that the event is about; it may be gone.';
comment on column app.project_events.event_id is 'Identifies the event.';
comment on column app.project_events.event_type is 'What happened.';
comment on column app.project_events.actor is 'Who did it.';
comment on column app.project_events.occurred_at is 'When it happened.';
comment on column app.project_events.data is 'What else is known, a JSON object.';

-- Made by this migration for its own use.
-- squawk-ignore ban-drop-schema
drop schema app_next cascade;
