-- 0012.partition-maintenance
-- depends: 0011.access-checks
--
-- why    Partitions of past months are detached, archived or dropped by policy, and can be brought
--        back; the chains of events verify without them, if their leaving is on record.
-- locks  None that lasts: new tables, and functions replaced.
-- undo   0012.partition-maintenance.rollback.sql; the record of what was retired is lost, so restore
--        retired partitions first, or their events count as removed.

create table app.retired_events (
    account_id        uuid      not null,
    project_id        uuid      not null,
    first_position    bigint    not null,
    last_position     bigint    not null,
    last_sha256       bytea     not null,
    erased_positions  bigint[]  not null  default '{}',
    partition         text      not null,
    constraint retired_events_pkey primary key (account_id, project_id, first_position),
    constraint retired_events_first_position_check check (first_position > 0),
    constraint retired_events_check check (last_position >= first_position),
    constraint retired_events_last_sha256_check check (octet_length(last_sha256) = 32)
);
select ops.place('app.retired_events', 'tenant');

comment on table app.retired_events is
    'What retired partitions hold of each project''s chain, so that the rest of it still verifies.';
comment on column app.retired_events.account_id is 'The tenant that owns the project.';
comment on column app.retired_events.project_id is 'The project whose events were retired.';
comment on column app.retired_events.first_position is
    'First place of an unbroken stretch of the chain.';
comment on column app.retired_events.last_position is 'Last place of the stretch.';
comment on column app.retired_events.last_sha256 is
    'Hash of the last event of the stretch, which the next event builds on.';
comment on column app.retired_events.erased_positions is
    'Places that erasures recorded in the stretch have emptied.';
comment on column app.retired_events.partition is
    'The retired partition that holds the events, or held them.';

create policy retired_events_audit
    on app.retired_events
    for select
    to eagle_auditor
    using (true);
comment on policy retired_events_audit on app.retired_events is
    'An auditor sees what was retired of every chain.';

alter table app.retired_events enable row level security;

create table ops.retired_partitions (
    partition       text         not null,
    relation        text         not null,
    starts_at       timestamptz  not null,
    ends_at         timestamptz  not null,
    action          text         not null,
    state           text         not null  default 'retiring',
    row_count       bigint       not null,
    file_name       text         null,
    file_sha256     text         null,
    content_sha256  text         null,
    retired_at      timestamptz  not null  default now(),
    changed_at      timestamptz  not null  default now(),
    constraint retired_partitions_pkey primary key (partition),
    constraint retired_partitions_action_check check (action in ('detach', 'archive', 'drop')),
    constraint retired_partitions_state_check
        check (state in ('retiring', 'detached', 'archived', 'dropped', 'restored')),
    constraint retired_partitions_row_count_check check (row_count >= 0),
    constraint retired_partitions_file_sha256_check check (file_sha256 ~ '^[0-9a-f]{64}$'),
    constraint retired_partitions_content_sha256_check check (content_sha256 ~ '^[0-9a-f]{64}$'),
    constraint retired_partitions_check
        check (state <> 'archived' or num_nulls(file_name, file_sha256, content_sha256) = 0)
);
select ops.place('ops.retired_partitions', 'local');

comment on table ops.retired_partitions is
    'Every partition that was retired, and how far that went.';
comment on column ops.retired_partitions.partition is 'The partition.';
comment on column ops.retired_partitions.relation is 'The table it was a partition of.';
comment on column ops.retired_partitions.starts_at is 'First time it holds.';
comment on column ops.retired_partitions.ends_at is 'First time after it.';
comment on column ops.retired_partitions.action is
    'What the policy asked for: detach, archive or drop.';
comment on column ops.retired_partitions.state is
    'retiring: still attached; detached: a table of its own; archived: in the file; '
    'dropped: gone; restored: attached again.';
comment on column ops.retired_partitions.row_count is 'How many rows it holds.';
comment on column ops.retired_partitions.file_name is 'The file that it was archived to.';
comment on column ops.retired_partitions.file_sha256 is 'Hash of the file, 64 hex digits.';
comment on column ops.retired_partitions.content_sha256 is
    'Hash of the rows in the file, uncompressed, 64 hex digits.';
comment on column ops.retired_partitions.retired_at is 'When its retirement began.';
comment on column ops.retired_partitions.changed_at is 'When its state changed last.';

create table ops.missed_months (
    relation   text         not null,
    starts_at  timestamptz  not null,
    misses     bigint       not null,
    first_at   timestamptz  not null  default now(),
    last_at    timestamptz  not null  default now(),
    constraint missed_months_pkey primary key (relation, starts_at),
    constraint missed_months_misses_check check (misses > 0)
);
select ops.place('ops.missed_months', 'local');

comment on table ops.missed_months is 'Months that rows were refused in for want of a partition.';
comment on column ops.missed_months.relation is 'The partitioned table.';
comment on column ops.missed_months.starts_at is 'Start of the month.';
comment on column ops.missed_months.misses is 'How many writers reported that they were refused.';
comment on column ops.missed_months.first_at is 'When the first of them did.';
comment on column ops.missed_months.last_at is 'When the last of them did.';

create function ops.create_partition_table(
    relation  text,
    partition text
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent    constant regclass := create_partition_table.relation::regclass;
    trigger   record;
    unsampled record;
begin
    execute format(
        'create table %s (like %s including all excluding comments)', create_partition_table.partition, parent
    );
    for trigger in
        select t.tgname, t.tgfoid
          from pg_trigger as t
         where t.tgrelid = parent
           and not t.tgisinternal
           and t.tgtype & 32 = 32
    loop
        execute format(
            'create trigger %I before truncate on %s for each statement execute function %s()',
            trigger.tgname, create_partition_table.partition, trigger.tgfoid::regproc
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
            'alter table %s alter column %I set statistics 0',
            create_partition_table.partition, unsampled.attname
        );
    end loop;
    if (select c.relrowsecurity from pg_class as c where c.oid = parent) then
        execute format('alter table %s enable row level security', create_partition_table.partition);
    end if;
end
$function$;
comment on function ops.create_partition_table(text, text) is
    'Makes an empty table, not yet attached, '
    'that is like a partitioned table in all that a partition needs.';

create function ops.record_stretches(partition text)
    returns bigint
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    recorded bigint;
begin
    delete from app.retired_events as r where r.partition = record_stretches.partition;
    execute format(
        $command$
        with event as (
            select e.*, e.position - row_number() over (partition by e.account_id, e.project_id order by e.position) as stretch
              from %1$s as e
        ),
        kept as (
            insert into app.retired_events (
                account_id, project_id, first_position, last_position, last_sha256, erased_positions, partition
            )
            select
                e.account_id,
                e.project_id,
                min(e.position),
                max(e.position),
                (array_agg(e.sha256 order by e.position desc))[1],
                coalesce(
                    array_agg(distinct erased.place::bigint) filter (where erased.place is not null),
                    '{}'
                ),
                %2$L
              from event as e
              left join lateral jsonb_path_query(
                       case when e.event_type = 'user.data_deleted' and e.erased_at is null then e.data end,
                       '$.erased_positions[*] ? (@.type() == "number" && @ > 0 && @ < 9223372036854775807)'
                   ) as erased (place) on true
             group by e.account_id, e.project_id, e.stretch
            returning last_position - first_position + 1 as events
        )
        select coalesce(sum(kept.events), 0) from kept
        $command$,
        record_stretches.partition::regclass, record_stretches.partition
    ) into recorded;
    return recorded;
end
$function$;
comment on function ops.record_stretches(text) is
    'Records in app.retired_events what a partition holds of each chain, '
    'and returns its number of events.';

create function ops.begin_retirement(
    partition text,
    action    text
)
    returns ops.retired_partitions
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    attached ops.partitions;
    begun    ops.retired_partitions;
    counted  bigint;
begin
    select p.* into attached
      from ops.partitions as p
     where p.partition = begin_retirement.partition
       and p.relation in (select policy.relation from ops.partition_policies as policy);
    if not found then
        select r.* into begun
          from ops.retired_partitions as r
         where r.partition = begin_retirement.partition
           and r.state <> 'restored';
        if found then
            return begun;
        end if;
        raise exception using
            errcode = 'ES202',
            message = format('%s is not a partition that can be retired', begin_retirement.partition),
            hint    = 'See ops.partitions for the partitions of tables that have a policy.';
    end if;
    if attached.ends_at > now() then
        raise exception using
            errcode = 'ES203',
            message = format('%s is still in use until %s', attached.partition, attached.ends_at),
            hint    = 'Retire partitions of past months.';
    end if;

    perform pg_advisory_xact_lock(hashtextextended(attached.relation, 0));
    if attached.relation = 'app.project_events' then
        counted := ops.record_stretches(attached.partition);
    else
        execute format('select count(*) from %s', attached.partition::regclass) into counted;
    end if;
    insert into ops.retired_partitions as r (partition, relation, starts_at, ends_at, action, row_count)
    values (
        attached.partition, attached.relation, attached.starts_at, attached.ends_at,
        begin_retirement.action, counted
    )
        on conflict on constraint retired_partitions_pkey
        do update set
            action         = excluded.action,
            state          = 'retiring',
            row_count      = excluded.row_count,
            file_name      = null,
            file_sha256    = null,
            content_sha256 = null,
            retired_at     = excluded.retired_at,
            changed_at     = excluded.changed_at
    returning r.* into begun;
    return begun;
end
$function$;
comment on function ops.begin_retirement(text, text) is
    'Records that a partition is being retired and what it holds of each chain; '
    'returns the record.';

create function ops.detach_statement(partition text)
    returns text
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select format(
        'alter table %s detach partition %s%s',
        h.inhparent::regclass,
        h.inhrelid::regclass,
        case
            when h.inhdetachpending then ' finalize'
            when exists (select from pg_extension where extname = 'citus') then ''
            when (select t.partdefid
                    from pg_partitioned_table as t
                   where t.partrelid = h.inhparent) <> 0 then ''
            else ' concurrently'
        end
    )
      from pg_inherits as h
     where h.inhrelid = to_regclass(detach_statement.partition);
end;
comment on function ops.detach_statement(text) is
    'The statement that detaches a partition here, concurrently where that is possible.';

create function ops.finish_detachment(partition text)
    returns ops.retired_partitions
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    detached ops.retired_partitions;
    counted  bigint;
begin
    select r.* into detached
      from ops.retired_partitions as r
     where r.partition = finish_detachment.partition
       for update;
    if not found
        or exists (select from pg_inherits as h where h.inhrelid = to_regclass(finish_detachment.partition)) then
        raise exception using
            errcode = 'ES204',
            message = format('%s is not detached, or its retirement has not begun', finish_detachment.partition),
            hint    = 'Call ops.begin_retirement(), then run what ops.detach_statement() says.';
    end if;
    if detached.state <> 'retiring' then
        return detached;
    end if;

    execute format('select count(*) from %s', detached.partition::regclass) into counted;
    if detached.relation = 'app.project_events' then
        if counted <> detached.row_count then
            counted := ops.record_stretches(detached.partition);
        end if;
        execute format(
            'create or replace trigger project_events_immutable before update or delete on %s '
            'for each row execute function app.refuse_event_change()',
            detached.partition::regclass
        );
    end if;
    execute format(
        'comment on table %s is %L',
        detached.partition::regclass, format('Retired from %s.', detached.relation)
    );
    update ops.retired_partitions as r
       set state = 'detached', row_count = counted, changed_at = now()
     where r.partition = detached.partition
    returning r.* into detached;
    return detached;
end
$function$;
comment on function ops.finish_detachment(text) is
    'Notes that a retiring partition has been detached, and keeps its rows immutable.';

create function ops.record_archive(
    partition      text,
    file_name      text,
    file_sha256    text,
    content_sha256 text,
    row_count      bigint
)
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    update ops.retired_partitions as r
       set state          = 'archived',
           file_name      = record_archive.file_name,
           file_sha256    = record_archive.file_sha256,
           content_sha256 = record_archive.content_sha256,
           changed_at     = now()
     where r.partition = record_archive.partition
       and r.state in ('detached', 'archived')
       and r.row_count = record_archive.row_count;
    if not found then
        raise exception using
            errcode = 'ES204',
            message = format('%s is not detached, or has not %s rows', record_archive.partition, record_archive.row_count),
            hint    = 'Archive a partition after ops.finish_detachment(), whole.';
    end if;
end
$function$;
comment on function ops.record_archive(text, text, text, text, bigint) is
    'Notes the file that a detached partition was archived to.';

create function ops.drop_retired_partition(partition text)
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    retired ops.retired_partitions;
begin
    select r.* into retired
      from ops.retired_partitions as r
     where r.partition = drop_retired_partition.partition
       and (r.state in ('archived', 'dropped') or (r.state = 'detached' and r.action = 'drop'))
       for update;
    if not found then
        raise exception using
            errcode = 'ES204',
            message = format('%s is neither archived nor to be dropped', drop_retired_partition.partition),
            hint    = 'Archive it first, or retire it with the action drop.';
    end if;
    if to_regclass(retired.partition) is not null then
        execute format('drop table %s', retired.partition);
    end if;
    if retired.state = 'detached' then
        update ops.retired_partitions as r
           set state = 'dropped', changed_at = now()
         where r.partition = retired.partition;
    end if;
end
$function$;
comment on function ops.drop_retired_partition(text) is
    'Drops the table of a partition that was archived, or that its policy drops.';

create function ops.attach_retired_partition(partition text)
    returns ops.retired_partitions
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    retired ops.retired_partitions;
    before  text;
    after   text;
    trigger record;
begin
    select r.* into retired
      from ops.retired_partitions as r
     where r.partition = attach_retired_partition.partition
       and r.state in ('detached', 'archived')
       for update;
    if not found or to_regclass(attach_retired_partition.partition) is null then
        raise exception using
            errcode = 'ES204',
            message = format('%s is not a retired partition with its rows at hand', attach_retired_partition.partition),
            hint    = 'See ops.retired_partitions; an archived one is read back first.';
    end if;

    if retired.relation = 'app.project_events' then
        select md5(string_agg(s::text, '' order by s.account_id, s.project_id, s.first_position)) into before
          from app.retired_events as s
         where s.partition = retired.partition;
        perform ops.record_stretches(retired.partition);
        select md5(string_agg(s::text, '' order by s.account_id, s.project_id, s.first_position)) into after
          from app.retired_events as s
         where s.partition = retired.partition;
        if before is distinct from after then
            raise exception using
                errcode = 'ES205',
                message = format('%s does not hold the events that were retired with it', retired.partition),
                hint    = 'Restore from a copy of the archive that is not damaged.';
        end if;
        delete from app.retired_events as s where s.partition = retired.partition;
    end if;

    perform pg_advisory_xact_lock(hashtextextended(retired.relation, 0));
    for trigger in
        select t.tgname
          from pg_trigger as t
         where t.tgrelid = retired.partition::regclass
           and not t.tgisinternal
           and t.tgtype & 1 = 1
    loop
        execute format('drop trigger %I on %s', trigger.tgname, retired.partition);
    end loop;
    execute format(
        'alter table %s attach partition %s for values from (%s) to (%L)',
        retired.relation, retired.partition,
        case
            when retired.starts_at = '-infinity' then 'minvalue'
            else quote_literal(to_char(retired.starts_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'))
        end,
        to_char(retired.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')
    );
    execute format(
        'comment on table %s is %L',
        retired.partition, format('Partition of %s: restored.', retired.relation)
    );
    update ops.retired_partitions as r
       set state = 'restored', changed_at = now()
     where r.partition = retired.partition
    returning r.* into retired;
    return retired;
end
$function$;
comment on function ops.attach_retired_partition(text) is
    'Attaches a retired partition again if it holds exactly what was recorded when it left.';

create function ops.partitions_due()
    returns table (
        partition text,
        action    text
    )
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select due.partition, due.action
      from (
          select p.partition, policy.on_retirement, p.ends_at
            from ops.partitions as p
            join ops.partition_policies as policy on policy.relation = p.relation
           where p.ends_at <= (
                     date_trunc('month', now() at time zone 'UTC')
                     - make_interval(months => policy.months_retained)
                 ) at time zone 'UTC'
             and not exists (
                     select
                       from ops.retired_partitions as r
                      where r.partition = p.partition
                  )
          union all
          select r.partition, r.action, r.ends_at
            from ops.retired_partitions as r
           where r.state = 'retiring'
              or (r.state = 'detached' and r.action <> 'detach')
              or (r.state = 'archived' and to_regclass(r.partition) is not null)
      ) as due (partition, action, ends_at)
     order by due.ends_at;
end;
comment on function ops.partitions_due() is
    'Partitions that their policy retires now, oldest first, and what was begun and not finished.';

create function ops.repair_partitions(account_id uuid)
    returns boolean
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(repair_partitions.account_id);
    perform ops.create_month_partition(p.relation, (now() at time zone 'UTC')::date)
       from ops.partition_policies as p
      where p.relation = 'app.project_events';
    insert into ops.missed_months as m (relation, starts_at, misses)
    values ('app.project_events', date_trunc('month', now() at time zone 'UTC') at time zone 'UTC', 1)
        on conflict on constraint missed_months_pkey
        do update set misses = m.misses + 1, last_at = excluded.last_at;
    return exists (
        select
          from ops.partitions as p
         where p.relation = 'app.project_events'
           and p.starts_at <= now()
           and p.ends_at > now()
    );
end
$function$;
comment on function ops.repair_partitions(uuid) is
    'Counts a write refused for want of this month''s partition, makes the partition, '
    'and tells whether to try again.';

create or replace function ops.create_month_partition(
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

    perform ops.create_partition_table(
        create_month_partition.relation, format('%I.%I', namespace, name)
    );
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

create or replace function ops.verify_event_chain(
    account_id uuid default null,
    project_id uuid default null
)
    returns table (
        chain_account_id uuid,
        chain_project_id uuid,
        chain_position   bigint,
        event_id         uuid,
        problem          text
    )
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    with attached as materialized (
        select format('%I.%I', n.nspname, c.relname) as partition
          from pg_inherits as h
          join pg_class as c on c.oid = h.inhrelid
          join pg_namespace as n on n.oid = c.relnamespace
         where h.inhparent = 'app.project_events'::regclass
           and not h.inhdetachpending
    ),
    retired as (
        select s.*, r.partition is not null as is_recorded
          from app.retired_events as s
          left join ops.retired_partitions as r on r.partition = s.partition
         where (verify_event_chain.account_id is null or s.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or s.project_id = verify_event_chain.project_id)
           and not exists (select from attached as a where a.partition = s.partition)
    ),
    recorded as (
        select
            e.account_id,
            e.project_id,
            e.position as first_position,
            e.position,
            e.sha256,
            e.event_id,
            e.erased_at is not null as is_erased,
            uuid_send(e.account_id)
            || uuid_send(e.project_id)
            || int8send(e.position)
            || uuid_send(e.event_id)
            || timestamptz_send(e.occurred_at)
            || case
                   when e.erased_at is null
                   then sha256(
                       int4send(octet_length(e.actor)) || convert_to(e.actor || e.data::text, 'UTF8')
                   )
                   when e.data ->> 'erased_sha256' ~ '^[0-9a-f]{64}$'
                   then decode(e.data ->> 'erased_sha256', 'hex')
               end
            || convert_to(e.event_type::text, 'UTF8') as content,
            null::boolean as is_recorded
          from app.project_events as e
         where (verify_event_chain.account_id is null or e.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or e.project_id = verify_event_chain.project_id)
        union all
        select
            retired.account_id,
            retired.project_id,
            retired.first_position,
            retired.last_position,
            retired.last_sha256,
            null,
            false,
            null,
            retired.is_recorded
          from retired
    ),
    linked as (
        select
            r.*,
            lag(r.position, 1, 0::bigint) over chain as previous_position,
            lag(r.sha256, 1, decode(repeat('00', 32), 'hex')) over chain as previous_sha256,
            lead(r.position) over chain is null as is_last
          from recorded as r
        window chain as (partition by r.account_id, r.project_id order by r.position, r.event_id)
    ),
    erasure as (
        select distinct e.account_id, e.project_id, named.place::bigint as place
          from app.project_events as e
         cross join lateral jsonb_path_query(
                   e.data,
                   '$.erased_positions[*] ? (@.type() == "number" && @ > 0 && @ < 9223372036854775807)'
               ) as named (place)
         where e.event_type = 'user.data_deleted'
           and e.erased_at is null
           and (verify_event_chain.account_id is null or e.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or e.project_id = verify_event_chain.project_id)
        union
        select retired.account_id, retired.project_id, named.place
          from retired
         cross join lateral unnest(retired.erased_positions) as named (place)
    ),
    head as (
        select c.account_id, c.project_id, c.position, c.sha256
          from app.event_chains as c
         where (verify_event_chain.account_id is null or c.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or c.project_id = verify_event_chain.project_id)
    ),
    checked as (
        select
            coalesce(linked.account_id, head.account_id) as account_id,
            coalesce(linked.project_id, head.project_id) as project_id,
            linked.position,
            head.position as head_position,
            linked.event_id,
            case
                when linked.account_id is null then null
                when linked.position is null or linked.sha256 is null
                    then 'inserted: it has no place in the chain'
                when linked.first_position <= linked.previous_position
                    then 'inserted: the place is taken twice'
                when linked.first_position > linked.previous_position + 1
                    then format('removed: %s before this one', linked.first_position - linked.previous_position - 1)
                when not linked.is_recorded
                    then 'retired: no recorded retirement holds these events'
                when linked.is_recorded then null
                when linked.sha256 is distinct from sha256(linked.previous_sha256 || linked.content)
                    then 'changed: the hash does not match the event'
                when linked.is_erased and erasure.place is null
                    then 'erased: no recorded erasure names this event'
            end as of_event,
            case
                when linked.account_id is not null and head.account_id is null
                    then 'inserted: the project has no chain'
            end as of_chain,
            case
                when linked.account_id is null and head.position > 0
                    then format('removed: all %s events', head.position)
                when not linked.is_last or head.account_id is null then null
                when linked.position < head.position
                    then format('removed: the last %s', head.position - linked.position)
                when linked.position > head.position then 'inserted: events after the head'
                when linked.sha256 <> head.sha256 then 'changed: the head is not the last event'
            end as of_head
          from linked
          full join head
            on head.account_id = linked.account_id
           and head.project_id = linked.project_id
          left join erasure
            on linked.is_erased
           and erasure.account_id = linked.account_id
           and erasure.project_id = linked.project_id
           and erasure.place = linked.position
    )
    select checked.account_id, checked.project_id, found.position, found.event_id, found.problem
      from checked
     cross join lateral (
           values
               (checked.position, checked.event_id, checked.of_event),
               (checked.position, checked.event_id, checked.of_chain),
               (checked.head_position, null, checked.of_head)
           ) as found (position, event_id, problem)
     where coalesce(checked.of_event, checked.of_chain, checked.of_head) is not null
       and found.problem is not null
    union all
    select null, null, null, null, format(
               'retired: %s left with %s events, of which %s are on record',
               r.partition, r.row_count, coalesce(sum(s.last_position - s.first_position + 1), 0)
           )
      from ops.retired_partitions as r
      left join app.retired_events as s on s.partition = r.partition
     where r.relation = 'app.project_events'
       and verify_event_chain.account_id is null
       and verify_event_chain.project_id is null
       and not exists (select from attached as a where a.partition = r.partition)
     group by r.partition
    having r.row_count <> coalesce(sum(s.last_position - s.first_position + 1), 0)
     order by 1, 2, 3;
end
$function$;
comment on function ops.verify_event_chain(uuid, uuid) is
    'Every event that breaks its project''s hash chain, and how; no row when all is well.';
