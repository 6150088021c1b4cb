-- 0056.simpler-checks
-- depends: 0055.audit-evidence-read
--
-- why    Branches and defaults that change nothing are taken out: what everyone may do is not asked
--        for twice, and a text that concat() makes is never null.
-- locks  none on tables; calls that run finish with the function that they began with.
-- undo   0056.simpler-checks.rollback.sql; nothing is lost.

-- Differences that give a role more access than sql/ declares; no row if there are none.
--
-- Reads the system catalogs of the server that it runs on, as every role may: grants, roles and
-- their settings, row security, triggers of the audit log, security definer functions, columns with
-- statistics, and other databases.
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

    -- The comment on a role lists its settings: a role may change its own settings, but not its
    -- comment.
    declared as (
        select r.rolname::text as role, setting.assignment
          from pg_roles as r
         cross join lateral regexp_split_to_table(
                   substring(
                       shobj_description(r.oid, 'pg_authid') from 'Sessions begin with (.*)\.$'
                   ),
                   ', '
               ) as setting (assignment)
         where r.rolname like 'eagle\_%'
    ),

    started as (
        select r.rolname::text as role, setting.assignment
          from pg_db_role_setting as s
          join pg_roles as r on r.oid = s.setrole
          left join pg_database as d on d.oid = s.setdatabase
         cross join lateral unnest(s.setconfig) as setting (assignment)
         where r.rolname like 'eagle\_%'
           and (s.setdatabase = 0 or d.datname = current_database())
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
               and g.object like 'ops.%'
               and g.privilege_type = 'SELECT'
           )
       -- Other roles act through functions of ops.
       and not (
               g.grantee::regrole::text like 'eagle\_%'
               and g.grantee::regrole::text not in ('eagle_migrator', 'eagle_backup')
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
        'Run ops.isolate() as the owner; drop it if that does not write it.'
      from pg_policy as p
      join relation as r on r.oid = p.polrelid
      left join ops.tenant_policies() as t on t.relation = p.polrelid and t.policy = p.polname
     where (r.relispartition or t.is_as_wanted is not true)
       and not (p.polcmd = 'r' and p.polroles = array[to_regrole('eagle_auditor')::oid])
    union all
    select
        'planner',
        'uuid_eq',
        'a query can ask whether a column of another account''s row is null, or equals a guess',
        'Run sql/superuser.sql in this database as a superuser.'
      from pg_proc as f
     where f.oid = 'uuid_eq'::regproc
       and f.procost <> 0
    union all
    select
        'parameter',
        a.parname,
        format('%s may say which account was found signed', acl.grantee::regrole),
        format('revoke set on parameter %s from %s', a.parname, acl.grantee::regrole)
      from pg_parameter_acl as a
     cross join lateral aclexplode(a.paracl) as acl
     where a.parname = 'backtrace_functions'
       and acl.grantee <> to_regrole('eagle_owner')
       and not exists (select from pg_roles as r where r.oid = acl.grantee and r.rolsuper)
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
     where r.rolname like 'eagle\_%'
       and wrong.is_so
    union all
    select
        'role setting',
        started.role,
        format('every session of %s starts with %s', started.role, started.assignment),
        format(
            'alter role %I reset %s, in each database it is set for',
            started.role,
            split_part(started.assignment, '=', 1)
        )
      from started
     where not exists (
               select
                 from declared
                where declared.role = started.role
                  and declared.assignment = started.assignment
           )
    union all
    select
        'role setting',
        declared.role,
        format('sessions of %s do not start with %s', declared.role, declared.assignment),
        'Run sql/roles.sql as a role with CREATEROLE.'
      from declared
     where not exists (
               select
                 from started
                where started.role = declared.role
                  and started.assignment = declared.assignment
           )
    union all
    select
        'membership',
        m.member,
        format('%s is a member of %s', m.member, m.role),
        format('revoke %s from %s', m.role, m.member)
      from member as m
     where (m.member like 'eagle\_%'
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
        'privilege',
        g.object,
        format(
            '%s may %s %s %s',
            g.grantee::regrole,
            case g.privilege_type
                when 'TRIGGER' then 'put a trigger on'
                when 'REFERENCES' then 'refer to rows of'
                when 'CREATE' then 'make objects in'
                else lower(g.privilege_type)
            end,
            g.kind, g.object
        ),
        'Revoke it: what is put there runs as whoever comes by.'
      from granted as g
     where g.privilege_type in ('TRIGGER', 'REFERENCES', 'TRUNCATE', 'MAINTAIN', 'CREATE')
       and g.kind <> 'database'
       and g.grantee not in (0, g.owner)
    union all
    select
        'schema',
        n.nspname,
        format('%s may make objects in schema %s', r.rolname, n.nspname),
        format('revoke create on schema %I from public and from %I', n.nspname, r.rolname)
      from pg_namespace as n
      join pg_roles as r on has_schema_privilege(r.oid, n.oid, 'create')
     where n.nspname = 'public'
       and not r.rolsuper
       and r.rolname like 'eagle\_%'
    union all
    -- The default search_path begins with a schema named like the current user, also of a
    -- superuser.
    select
        'schema',
        n.nspname,
        format(
            'schema %s, of %s, is searched first by %s',
            n.nspname, n.nspowner::regrole, r.rolname
        ),
        format('drop schema %I, after reading what is in it', n.nspname)
      from pg_namespace as n
      join pg_roles as r on r.rolname = n.nspname
     where n.nspowner <> r.oid
    union all
    select
        'default privilege',
        coalesce(n.nspname, 'all schemas'),
        format(
            'what %s makes later is given to %s: %s', d.defaclrole::regrole,
            case when acl.grantee = 0 then 'everyone' else acl.grantee::regrole::text end,
            lower(acl.privilege_type)
        ),
        format('alter default privileges for role %s revoke it', d.defaclrole::regrole)
      from pg_default_acl as d
      left join pg_namespace as n on n.oid = d.defaclnamespace
     cross join lateral aclexplode(d.defaclacl) as acl
     where d.defaclrole = to_regrole('eagle_owner')
       and acl.grantee <> d.defaclrole
    union all
    select
        'event trigger',
        e.evtname,
        format(
            'the event trigger %s runs code of %s as whoever comes by',
            e.evtname, p.proowner::regrole
        ),
        format('alter function %s owner to a superuser', p.oid::regprocedure)
      from pg_event_trigger as e
      join pg_proc as p on p.oid = e.evtfoid
      join pg_roles as r on r.oid = p.proowner
     where not r.rolsuper
    union all
    select
        'event trigger',
        'eagle_refuse_definition',
        'roles that define nothing can stop everybody, by create rule or drop owned',
        'Run sql/superuser.sql in this database as a superuser.'
     where not exists (
               select
                 from pg_event_trigger as e
                where e.evtname = 'eagle_refuse_definition'
                  and e.evtenabled in ('O', 'A')
           )
    union all
    -- superuser.sql revokes privileges in one database only.
    select
        'other database',
        d.datname,
        format(
            'every role may connect to database %s, and watch and stop sessions from there',
            d.datname
        ),
        format('revoke connect on database %I from public', d.datname)
      from pg_database as d
     cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as acl
     where d.datname <> current_database()
       and d.datallowconn
       and acl.grantee = 0
       and acl.privilege_type = 'CONNECT'
    union all
    select
        'server function',
        f.oid::regprocedure::text,
        format('every role may call %s', f.oid::regprocedure),
        'Run sql/superuser.sql in this database as a superuser.'
      from pg_proc as f
     cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as acl
     where (f.proname in (
                'pg_stat_get_activity', 'pg_stat_get_backend_activity', 'pg_stat_statements',
                'pg_cancel_backend', 'pg_terminate_backend',
                'lo_creat', 'lo_create', 'lo_from_bytea',
                'pg_notify'
            )
            -- Before PostgreSQL 17, a dump with this revoke could not be loaded into a later
            -- version.
            or f.proname = 'pg_logical_emit_message'
               and current_setting('server_version_num')::integer >= 170000
            or f.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$')
       and f.pronamespace in ('pg_catalog'::regnamespace, 'public'::regnamespace)
       and acl.grantee = 0
     order by 1, 2, 3;
end;

-- Every check of the contents of the database, one row each, with its findings.
--
-- A check that fails is a finding, and the others run all the same. The thorough checks read every
-- row and hash every event and payload: minutes for a million projects. Changes nothing, and blocks
-- no other session.
--
--     select check_name, findings from ops.check_integrity()
--      where severity = 'error' and violations > 0;
--     -- (no rows)
--
create or replace function ops.check_integrity(is_thorough boolean default true)
    returns table (
        check_name text,
        severity   text,
        violations bigint,
        findings   text[],
        remedy     text
    )
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    attempts constant integer := 3;
    part     record;
    again    jsonb;
    faults   jsonb;
    failed   jsonb;
    found    jsonb := '[]';
begin
    for part in
        select *
          from (
                  values
                      ('definitions', false, 'select * from ops.find_definition_faults()'),
                      ('objects', false, 'select * from ops.find_object_faults()'),
                      ('capacity', false, 'select * from ops.find_capacity_faults()'),
                      ('recorded rows', false, 'select * from ops.find_recorded_faults()'),
                      ('rows', false, format('select * from ops.find_row_faults(%L)', check_integrity.is_thorough)),
                      ('keys', false, format('select * from ops.find_key_faults(%L)', check_integrity.is_thorough)),
                      ('events', true, 'select * from ops.find_event_faults()'),
                      ('event-chains', true,
                       'select ''event-chains'' as check_name,'
                       '       format(''account %s, project %s'', v.chain_account_id, v.chain_project_id) as object,'
                       '       1::bigint as violations, format(''position %s: %s'', v.chain_position, v.problem) as detail'
                       '  from ops.verify_event_chain() as v'),
                      ('storage', true, 'select * from ops.find_storage_faults()')
               ) as p (name, is_thorough, query)
         where check_integrity.is_thorough
            or not p.is_thorough
    loop
        faults := null;
        for attempt in 1 .. attempts loop
            begin
                execute format('select coalesce(jsonb_agg(f), ''[]'') from (%s) as f', part.query) into again;
                faults := case
                    when faults is null then again
                    else (
                        select coalesce(jsonb_agg(f), '[]')
                          from jsonb_array_elements(faults) as f
                         where again @> jsonb_build_array(f)
                    )
                end;
                -- The catalogue may change while it is read: a fault is what stays.
                exit when part.name <> 'definitions' or faults = '[]';
                perform pg_sleep_for('100 ms');
            exception
                when others then
                    if sqlstate ~ '^(40|53|57)' or sqlstate = '55P03' then
                        raise;
                    end if;
                    faults := null;
                    failed := jsonb_build_array(jsonb_build_object(
                        'check_name', case when sqlstate ~ '^(XX|58)' then 'unreadable' else 'failed' end,
                        'object', part.name,
                        'violations', 1,
                        'detail', format('%s (SQLSTATE %s)', sqlerrm, sqlstate)
                    ));
                    -- An object may have been dropped in the meantime.
                    exit when sqlstate not in ('XX000', '42P01', '42704', '42883');
            end;
        end loop;
        found := found || coalesce(faults, failed);
    end loop;

    return query
    with declared (check_name, severity, is_thorough, remedy) as (
        values
            ('unreadable', 'error', false,
             'Do not write to the table; restore it from a backup. Docs: how-to/runbooks/data.md.'),
            ('failed', 'error', false, 'The check could not run: mend what it names, and run it again.'),
            ('pages', 'error', true,
             'Do not write to the table; restore it from a backup. Docs: how-to/runbooks/data.md.'),
            ('indexes', 'error', true,
             'reindex index concurrently …; then run this check again: look for duplicates.'),
            ('unchecked', 'warning', true,
             'Run sql/superuser.sql as a superuser; it installs the extension amcheck.'),
            ('definitions', 'error', false,
             'Undo the change, or make it by a migration. Docs: how-to/check-integrity.md.'),
            ('settings', 'error', false, 'Reset the setting: it hides or causes damage.'),
            ('orphans', 'error', false,
             'Restore the rows that are referred to from a backup, or remove what refers to them.'),
            ('checks', 'error', false,
             'Correct the rows; look for who wrote them with triggers and checks switched off.'),
            ('nulls', 'error', false, 'Restore the values from a backup.'),
            ('labels', 'error', false,
             'A label was removed while rows use it: put it back, from ops.recorded_definitions.'),
            ('bounds', 'error', false,
             'Move the rows: insert them into the partitioned table, then delete them there.'),
            ('generated', 'error', true,
             'Compare with a backup; an update of the row computes its values again.'),
            ('duplicates', 'error', true,
             'Find out which row is right, remove the other, then reindex: the index is broken.'),
            ('exclusions', 'error', false,
             'Find out which row is right, correct the other, then reindex.'),
            ('totals', 'error', true, 'select ops.recount_project_totals();'),
            ('project-stats', 'error', false, 'select ops.refresh_project_stats();'),
            ('catalog-rows', 'error', false,
             'Compare with a backup, or with the file: tooling import-aisc FILE --dry-run.'),
            ('payload-hashes', 'error', true,
             'Restore the payloads from a backup: designs were changed, or the disk fails.'),
            ('events', 'error', true,
             'Run tooling audit verify, and compare with a backup.'),
            ('event-chains', 'error', true,
             'Run tooling audit verify, and see docs/explanation/audit-log.md.'),
            ('evidence', 'error', true,
             'Run tooling audit verify, and see docs/explanation/audit-log.md.'),
            ('deleted-events', 'error', true,
             'Compare with an anchor: tooling audit check. Then select pg_stat_reset_single_table_counters(…).'),
            ('invalid-indexes', 'error', false,
             'Drop the index concurrently and make it again.'),
            ('unvalidated-constraints', 'error', false,
             'alter table … validate constraint …; it keeps nobody waiting.'),
            ('unlogged-tables', 'error', false, 'alter table … set logged.'),
            ('access', 'error', false,
             'Run tooling preflight --check access: it says how to close each.'),
            ('partitions', 'error', false,
             'Run tooling partition ensure, or finish the detachment.'),
            ('retirements', 'warning', false, 'Run tooling partition retire again: it goes on.'),
            ('missed-months', 'warning', false,
             'See why the job partition-ensure did not run: tooling job list.'),
            ('sequences', 'error', false, 'alter sequence … as bigint maxvalue …, or cycle.'),
            ('transaction-ids', 'error', false,
             'End what holds old rows (long transactions, replication slots), then vacuum freeze.'),
            ('bloat', 'warning', false,
             'See why autovacuum falls behind; vacuum, and repack what stays large.'),
            ('statistics', 'warning', false,
             'analyze the table; the job analyze-partitioned does it for partitioned ones.')
    )

    select
        d.check_name,
        d.severity,
        coalesce(sum(f.violations), 0)::bigint,
        coalesce(
            (array_agg(f.object || ': ' || f.detail order by f.object, f.detail)
                filter (where f.object is not null))[:20],
            '{}'
        ),
        d.remedy
      from declared as d
      left join jsonb_to_recordset(found) as f (check_name text, object text, violations bigint, detail text)
        on f.check_name = d.check_name
     where check_integrity.is_thorough or not d.is_thorough
     group by d.check_name, d.severity, d.remedy
     order by d.severity, d.check_name;
end
$function$;

-- The printed values that are doubted, and why; in the newest edition unless one is named.
--
--     select count(*) from catalog.doubts('v16.0') where doubt is null;
--     -- 0
--
create or replace function catalog.doubts(
    edition text default null,
    grade   text default null
)
    returns table (
        shape      text,
        doubt      text,
        doubted    text[],
        file_name  text,
        sheet      text,
        source_row integer
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
begin
    perform app.require_between(
        'length of edition and grade',
        length(concat(doubts.edition, doubts.grade)), 0, 300
    );
    wanted := coalesce(doubts.edition, catalog.newest_edition(doubts.grade));
    return query
    select section.shape,
           stated.doubt,
           section.doubted,
           import.file_name,
           section.source_sheet,
           section.source_row
      from catalog.material_catalog as section
      join catalog.imports as import
        on import.import_id = section.import_id
     cross join lateral unnest(section.doubts) with ordinality as stated (doubt, sort_order)
     where section.kind = 'section'
       and section.edition = wanted
       and section.grade is not distinct from doubts.grade
     order by section.source_sheet, section.source_row, section.shape, stated.sort_order;
end
$function$;

-- Sections whose sizes are nearest to those of a designation, for one that is not found.
--
--     select catalog.nearest_shapes('W14X91', 'v16.0');
--     -- {W14X90,W14X99,W14X82}
--
create or replace function catalog.nearest_shapes(
    shape   text,
    edition text    default null,
    grade   text    default null,
    count   integer default 3
)
    returns text[]
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
    sought text[];
begin
    perform app.require_between(
        'length of shape, edition and grade',
        length(concat(nearest_shapes.shape, nearest_shapes.edition, nearest_shapes.grade)),
        0, 300
    );
    perform app.require_between('count', nearest_shapes.count, 1, 100);
    wanted := coalesce(nearest_shapes.edition, catalog.newest_edition(nearest_shapes.grade));
    sought := string_to_array(catalog.shape_key(nearest_shapes.shape), '|');
    return (
        with candidates as materialized (
            select section.shape,
                   string_to_array(catalog.shape_key(named.label), '|') as parts
              from catalog.material_catalog as section
             cross join lateral (values (section.shape), (section.metric_label)) as named (label)
             where section.kind = 'section'
               and section.edition = wanted
               and section.grade is not distinct from nearest_shapes.grade
               and (section.shape_type = sought[1]
                    or sought[1] = '?' and strpos(named.label, split_part(sought[2], '.', 1)) > 0)
        ),
        -- The difference of two sizes is the logarithm of their ratio.
        compared as (
            select candidate.shape,
                   sum(case
                       when pair.mine is null or pair.theirs is null then 2.0
                       when pair.mine = pair.theirs then 0.0
                       when pair.mine ~ '^[0-9.]+$' and pair.theirs ~ '^[0-9.]+$'
                       then abs(ln(greatest(pair.mine::numeric, 0.001)
                                   / greatest(pair.theirs::numeric, 0.001)))
                       when pair.mine ~ '^[0-9.]+$' or pair.theirs ~ '^[0-9.]+$' then 2.0
                       else 0.05
                   end) as distance
              from candidates as candidate
             cross join lateral unnest(sought[2:], candidate.parts[2:]) as pair (mine, theirs)
             where candidate.parts is not null
             group by candidate.shape, candidate.parts
        ),
        nearest as (
            select compared.shape, min(compared.distance) as distance
              from compared
             group by compared.shape
             order by 2, 1
             limit nearest_shapes.count
        )
        select coalesce(array_agg(nearest.shape order by nearest.distance, nearest.shape), '{}')
          from nearest
    );
end
$function$;

-- The sections that a designation can mean: by AISC's name, else EDI's, else the metric one, in that
-- order; in any usual spelling, of the newest edition unless one is named.
--
--     select section.shape, named.name
--       from catalog.shapes_named('W360×134', 'v16.0') as named
--       join catalog.material_catalog as section using (material_id);
--     -- W14X90 | metric
--
create or replace function catalog.shapes_named(
    shape   text,
    edition text default null,
    grade   text default null
)
    returns table (
        material_id uuid,
        name        text
    )
    language plpgsql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
    key    text;
    sizes  text[];
begin
    perform app.require_between(
        'length of shape, edition and grade',
        length(concat(shapes_named.shape, shapes_named.edition, shapes_named.grade)),
        0, 300
    );
    wanted := coalesce(shapes_named.edition, catalog.newest_edition(shapes_named.grade));
    key    := catalog.shape_key(shapes_named.shape);
    -- The whole inches, or millimetres, of the first two sizes: few labels have these digits.
    sizes  := array(
        select ltrim(substring(split_part(key, '|', place), '^[0-9]+'), '0')
          from unnest('{2,3}'::integer[]) as place
    );
    return query
    select section.material_id, 'AISC'
      from catalog.material_catalog as section
     where upper(section.shape) = upper(shapes_named.shape)
       and section.edition = wanted
       and section.kind = 'section'
       and section.grade is not distinct from shapes_named.grade;
    -- A pipe of a metric size has the name of another one in inches: Pipe20STD.
    if found and coalesce(key, '') not like 'PIPE|%' then
        return;
    end if;
    return query
    select section.material_id, spelled.name
      from catalog.material_catalog as section
     cross join lateral (
               select other.name, other.sort_order
                 from (values ('AISC', 1, section.shape),
                              ('EDI', 2, nullif(section.edi_label, section.shape)),
                              ('metric', 3, section.metric_label)
                      ) as other (name, sort_order, label)
                where strpos(other.label, coalesce(sizes[1], '')) > 0
                  and strpos(other.label, coalesce(sizes[2], '')) > 0
                  and catalog.shape_key(other.label) = key
                order by other.sort_order
                limit 1
           ) as spelled
     where section.edition = wanted
       and section.kind = 'section'
       and section.grade is not distinct from shapes_named.grade
       and section.shape_type = split_part(key, '|', 1)
       and upper(section.shape) <> upper(shapes_named.shape)
     order by spelled.sort_order, section.shape;
end
$function$;
