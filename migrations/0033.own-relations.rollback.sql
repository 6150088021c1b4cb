-- Make an empty table that can be attached as a partition, with what attaching does not bring:
-- truncate triggers, columns and expressions of indexes without statistics, and row security.
create or replace function ops.create_partition_table(
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
    for unsampled in
        select a.attrelid::regclass as index, a.attnum
          from pg_index as i
          join pg_attribute as a on a.attrelid = i.indexrelid
         where i.indrelid = create_partition_table.partition::regclass
           and i.indkey[a.attnum - 1] = 0
    loop
        execute format(
            'alter index %s alter column %s set statistics 0', unsampled.index, unsampled.attnum
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

-- Make the partition of the period that holds a day, as long as the table's policy says, and return
-- its name; nothing when all of the period has partitions.
--
-- Where partitions of another length hold a part of it, each part that is left from the day on gets
-- one, named for its first day. Time that was retired is not made again: what left would have no way
-- back. A new table is made alone and then attached, which blocks no reader and no writer.
--
--     select ops.create_time_partitions('app.project_events', '2031-01-15');
--     -- app.project_events_y2031m01
--
create or replace function ops.create_time_partitions(
    relation text,
    day      date
)
    returns setof text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent     constant regclass := create_time_partitions.relation::regclass;
    length     text;
    whole      record;
    gap        tstzrange;
    first_day  date;
    last_day   date;
    namespace  text;
    table_name text;
    name       text;
    label      text;
begin
    select p.period into length
      from ops.partition_policies as p
     where p.relation = create_time_partitions.relation
       for share;
    if not found then
        raise exception using
            errcode = 'ES201',
            message = format('%s has no partition policy', create_time_partitions.relation),
            hint    = 'Add its policy to ops.partition_policies first.';
    end if;
    if create_time_partitions.day not between '0001-01-01' and '9999-12-31' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('no partition can hold %s', create_time_partitions.day),
            hint    = 'Give a day of the years 1 to 9999.';
    end if;
    select n.nspname, c.relname into namespace, table_name
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
     where c.oid = parent;

    perform pg_advisory_xact_lock(hashtextextended(create_time_partitions.relation, 0));
    select * into whole
      from ops.periods_between(length, create_time_partitions.day, create_time_partitions.day);
    for gap in
        select part.gap
          from (
              select coalesce(range_agg(tstzrange(r.starts_at, r.ends_at)), '{}') as times
                from ops.retired_partitions as r
               where r.relation = create_time_partitions.relation
                 and r.state <> 'restored'
          ) as retired
         cross join lateral unnest(
                   tstzmultirange(tstzrange(whole.starts_at, whole.ends_at))
                   - ops.held_times(create_time_partitions.relation)
                   - retired.times
               ) as part (gap)
         where upper(part.gap) > create_time_partitions.day::timestamp at time zone 'UTC'
    loop
        first_day := (lower(gap) at time zone 'UTC')::date;
        last_day  := ((upper(gap) - interval '1 microsecond') at time zone 'UTC')::date;
        if gap = tstzrange(whole.starts_at, whole.ends_at) then
            name  := format('%I.%I', namespace, table_name || '_' || whole.suffix);
            label := whole.label;
        else
            name  := format(
                '%I.%I', namespace, table_name || to_char(first_day, '"_y"YYYY"m"MM"d"DD')
            );
            label := format('%s to %s', first_day, last_day);
        end if;
        perform ops.create_partition_table(create_time_partitions.relation, name);
        execute format(
            'alter table %s attach partition %s for values from (%L) to (%L)',
            parent, name,
            to_char(lower(gap) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'),
            to_char(upper(gap) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')
        );
        execute format(
            'comment on table %s is %L', name, format('Partition of %s: %s.', parent, label)
        );
        return next name;
    end loop;
end
$function$;
comment on function ops.create_time_partitions(text, date) is
    'Makes and attaches the partition of the period that holds a day; none where there is one.';

-- Begin to retire a partition: record what leaves with it, before it leaves. Safe to repeat.
--
--     select state, row_count from ops.begin_retirement('app.project_events_y2023m01', 'archive');
--     -- retiring | 0
--
create or replace function ops.begin_retirement(
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
            hint    = 'Retire partitions whose time is over.';
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
        where r.state in ('retiring', 'restored')
    returning r.* into begun;
    if not found then
        raise exception using
            errcode = 'ES204',
            message = format('a partition named %s was retired before', attached.partition),
            hint    = 'Its record and archive stay: give the table that took its place another name.';
    end if;
    return begun;
end
$function$;
comment on function ops.begin_retirement(text, text) is
    'Records that a partition is being retired and what it holds of each chain; '
    'returns the record.';

-- Take note that a partition was detached, and keep its events as immutable as they were.
--
--     select state from ops.finish_detachment('app.project_events_y2023m01');
--     -- detached
--
create or replace function ops.finish_detachment(partition text)
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

-- Attach a retired partition again, if it holds what was recorded when it was retired.
--
-- The table is there: detached, or filled from its archive after ops.create_partition_table().
-- Attaching blocks no reader and no writer.
--
--     select state from ops.attach_retired_partition('app.project_events_y2023m01');
--     -- restored
--
create or replace function ops.attach_retired_partition(partition text)
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

-- The statement that detaches a partition on this server in the way that disturbs least; null when it
-- is detached already. CONCURRENTLY lets readers and writers go on, but cannot run in a function: in
-- psql, end the call with \gexec instead of a semicolon.
--
--     select ops.detach_statement('app.project_events_y2023m01');
--     -- alter table app.project_events detach partition app.project_events_y2023m01 concurrently
--
create or replace function ops.detach_statement(partition text)
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

-- What opens this database to someone whom sql/ keeps out; no row when all is as declared.
--
-- Reads the catalogue of the server that it runs on, as anybody may: grants, roles, row security,
-- triggers of the audit log, definer functions and what statistics keep.
--
--     select * from ops.check_access();
--     -- (no rows)
--
create or replace function ops.check_access()
    returns table (
        rule    text,
        object  text,
        finding text,
        remedy  text
    )
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    with relation as (
        select
            c.*,
            format('%I.%I', n.nspname, c.relname) as full_name,
            n.nspname = 'app' and c.relkind in ('r', 'p') as is_tenant
          from pg_class as c
          join pg_namespace as n on n.oid = c.relnamespace
         where n.nspname in ('app', 'catalog', 'ops')
           and c.relkind in ('r', 'p', 'v', 'm')
    ),

    routine as (
        select p.*, p.oid::regprocedure::text as full_name
          from pg_proc as p
         where p.pronamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
    ),

    granted as (
        select
            'relation' as kind, r.full_name as object,
            acl.grantee, acl.privilege_type, r.relowner as owner
          from relation as r
         cross join lateral aclexplode(r.relacl) as acl
        union all
        select
            'column', format('%s (%I)', r.full_name, a.attname),
            acl.grantee, acl.privilege_type, r.relowner
          from relation as r
          join pg_attribute as a on a.attrelid = r.oid
         cross join lateral aclexplode(a.attacl) as acl
        union all
        select 'function', f.full_name, acl.grantee, acl.privilege_type, f.proowner
          from routine as f
         cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as acl
        union all
        select 'schema', n.nspname, acl.grantee, acl.privilege_type, n.nspowner
          from pg_namespace as n
         cross join lateral aclexplode(n.nspacl) as acl
         where n.nspname in ('app', 'catalog', 'ops')
        union all
        select 'database', d.datname, acl.grantee, acl.privilege_type, d.datdba
          from pg_database as d
         cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as acl
         where d.datname = current_database()
    ),

    member as (
        select
            m.roleid::regrole::text as role, m.member::regrole::text as member,
            r.rolsuper or r.rolcreaterole as is_admin
          from pg_auth_members as m
          join pg_roles as r on r.oid = m.member
    )

    select
        'granted to everyone',
        g.object,
        format('everyone has %s on %s %s', lower(g.privilege_type), g.kind, g.object),
        'Revoke it from public.'
      from granted as g
     where g.grantee = 0
    union all
    select
        'granted to a stranger',
        g.object,
        format('%s has %s on %s %s', g.grantee::regrole, lower(g.privilege_type), g.kind, g.object),
        'Revoke it, or grant the role membership in a role of sql/roles.sql.'
      from granted as g
     where g.kind <> 'database'
       and g.grantee not in (0, g.owner)
       and g.grantee::regrole::text not in (
               'eagle_application', 'eagle_reader', 'eagle_auditor', 'eagle_operator'
           )
       and not (
               g.grantee::regrole::text = 'eagle_exporter'
               and (g.object = 'ops' or g.object like 'ops.%')
               and g.privilege_type in ('USAGE', 'SELECT', 'EXECUTE')
           )
       and not (
               g.grantee::regrole::text = 'eagle_indexer'
               and (g.object = 'ops' or g.object like 'ops.%')
               and g.privilege_type in ('USAGE', 'EXECUTE')
           )
    union all
    select
        'owner',
        owned.object,
        format('%s belongs to %s', owned.object, owned.owner::regrole),
        format('Make eagle_owner its owner.')
      from (
               select r.full_name, r.relowner from relation as r
               union all
               select f.full_name, f.proowner from routine as f
           ) as owned (object, owner)
     where owned.owner::regrole::text <> 'eagle_owner'
    union all
    select
        'row security',
        r.full_name,
        format('row security of %s is off', r.full_name),
        format('alter table %s enable row level security', r.full_name)
      from relation as r
     where r.is_tenant
       and not r.relrowsecurity
    union all
    select
        'policy',
        r.full_name,
        format('policy %s lets other accounts through', p.polname),
        'Compare account_id with app.current_account_id() in it, or drop it.'
      from pg_policy as p
      join relation as r on r.oid = p.polrelid
     where p.polpermissive
       and (r.relispartition
            or coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
               is distinct from '(account_id = app.current_account_id())'
            or coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid))
               is distinct from '(account_id = app.current_account_id())')
       and not (p.polcmd = 'r' and p.polroles = array[to_regrole('eagle_auditor')::oid])
    union all
    select
        'partition',
        r.full_name,
        format('%s reaches the partition %s by its name', g.grantee::regrole, r.full_name),
        'Revoke it: the rights on the table itself suffice.'
      from granted as g
      join relation as r on r.full_name = g.object
     where r.relispartition
       and g.grantee not in (0, g.owner)
    union all
    select
        'definer function',
        f.full_name,
        format('%s runs as its owner with the search_path of its caller', f.full_name),
        'Add: set search_path = pg_catalog, pg_temp'
      from routine as f
     where f.prosecdef
       and not coalesce(f.proconfig @> array['search_path=pg_catalog, pg_temp'], false)
    union all
    select
        'audit trigger',
        r.full_name,
        format(
            'the trigger %s of %s is %s', wanted.name, r.full_name,
            case when t.oid is null then 'missing' else 'disabled' end
        ),
        format('Make or enable it; then check the log: tooling audit verify.')
      from relation as r
     cross join (
               values
                   ('project_events_authorize'),
                   ('project_events_chain'),
                   ('project_events_immutable'),
                   ('project_events_no_truncate')
           ) as wanted (name)
      left join pg_trigger as t
        on t.tgrelid = r.oid
       and t.tgname = wanted.name
     where (r.oid = 'app.project_events'::regclass
            or r.oid in (select h.inhrelid
                           from pg_inherits as h
                          where h.inhparent = 'app.project_events'::regclass))
       and coalesce(t.tgenabled, 'D') not in ('O', 'A')
    union all
    select
        'statistics',
        format('%s.%I', r.full_name, a.attname),
        format(
            'EXPLAIN may show values of other accounts: statistics of %s.%I are kept',
            r.full_name, a.attname
        ),
        format('alter table %s alter column %I set statistics 0', r.full_name, a.attname)
      from relation as r
      join pg_attribute as a on a.attrelid = r.oid
     where r.is_tenant
       and has_any_column_privilege(
               'eagle_application', coalesce(pg_partition_root(r.oid), r.oid), 'select'
           )
       and a.attnum > 0
       and not a.attisdropped
       and a.atttypid in (
               'uuid'::regtype, 'text'::regtype, 'text[]'::regtype,
               'jsonb'::regtype, 'bytea'::regtype
           )
       and coalesce(a.attstattarget, -1) <> 0
    union all
    select
        'role',
        r.rolname,
        format('%s %s', r.rolname, wrong.what),
        format('alter role %I %s', r.rolname, wrong.cure)
      from pg_roles as r
     cross join lateral (
               values
                   (r.rolsuper, 'is a superuser', 'nosuperuser'),
                   (r.rolcreaterole, 'makes roles', 'nocreaterole'),
                   (r.rolcreatedb, 'makes databases', 'nocreatedb'),
                   (
                       r.rolreplication and r.rolname <> 'eagle_backup',
                       'streams the whole server', 'noreplication'
                   ),
                   (
                       r.rolbypassrls and r.rolname <> 'eagle_backup',
                       'is not bound by row security', 'nobypassrls'
                   ),
                   (r.rolcanlogin and r.rolname = 'eagle_owner', 'can log in', 'nologin')
           ) as wrong (is_so, what, cure)
     where r.rolname in (
               'eagle_owner', 'eagle_migrator', 'eagle_application',
               'eagle_reader', 'eagle_auditor',
               'eagle_operator', 'eagle_exporter', 'eagle_backup', 'eagle_indexer'
           )
       and wrong.is_so
    union all
    select
        'role setting',
        r.rolname,
        format('every session of %s starts with %s', r.rolname, setting.assignment),
        format(
            'alter role %I reset %s, in each database it is set for',
            r.rolname,
            split_part(setting.assignment, '=', 1)
        )
      from pg_db_role_setting as s
      join pg_roles as r on r.oid = s.setrole
      left join pg_database as d on d.oid = s.setdatabase
     cross join lateral unnest(s.setconfig) as setting (assignment)
     where r.rolname like 'eagle\_%'
       and (s.setdatabase = 0 or d.datname = current_database())
       and setting.assignment ~ (
           '^(app\.|row_security|search_path|role|session_replication_role|\w+_preload_libraries)'
       )
    union all
    select
        'membership',
        m.member,
        format('%s is a member of %s', m.member, m.role),
        format('revoke %s from %s', m.role, m.member)
      from member as m
     where (m.member in (
                'eagle_owner', 'eagle_migrator', 'eagle_application',
               'eagle_reader', 'eagle_auditor',
                'eagle_operator', 'eagle_exporter', 'eagle_backup', 'eagle_indexer'
            )
            and (m.member, m.role) not in (
                ('eagle_migrator', 'eagle_owner'),
                ('eagle_exporter', 'pg_monitor'),
                ('eagle_backup', 'pg_read_all_data'),
                ('eagle_backup', 'pg_read_all_settings'),
                ('eagle_backup', 'pg_read_all_stats')
            ))
        or (m.role = 'eagle_owner' and m.member <> 'eagle_migrator' and not m.is_admin)
    union all
    select
        'server function',
        f.oid::regprocedure::text,
        format('every role may call %s', f.oid::regprocedure),
        'Run sql/superuser.sql in this database as a superuser.'
      from pg_proc as f
     cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as acl
     where f.proname in (
               'pg_stat_get_activity', 'pg_stat_get_backend_activity', 'pg_stat_statements',
               'pg_cancel_backend', 'pg_terminate_backend', 'lo_creat', 'lo_create', 'lo_from_bytea'
           )
       and f.pronamespace in ('pg_catalog'::regnamespace, 'public'::regnamespace)
       and acl.grantee = 0
     order by 1, 2, 3;
end;
comment on function ops.check_access() is
    'What opens this database to someone whom its declaration keeps out; '
    'no row when all is as declared.';

delete from ops.jobs where job = 'audit-anchor-light';
alter table ops.jobs drop constraint jobs_work_check;
comment on column ops.jobs.command is
    'Arguments of `tooling`, without --json and --dsn, which are added.';
comment on column ops.jobs.statement is 'The SQL statement that it is instead.';
comment on column ops.jobs.role is
    'The role that its command logs in as, where it is not run as a superuser.';

drop trigger partition_policies_own_relation on ops.partition_policies;
drop function ops.check_partition_policy();
drop function ops.require_own_relation(text);
