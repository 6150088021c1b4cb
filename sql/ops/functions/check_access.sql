-- Differences that give a role more access than sql/ declares; no row if there are none.
--
-- Reads the system catalogs of the server that it runs on, as every role may: grants, roles and
-- their settings, row security, triggers of the audit log, security definer functions, columns with
-- statistics, and other databases.
--
--     select * from ops.check_access();
--     -- (no rows)
--
create function ops.check_access()
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
comment on function ops.check_access() is
    'What opens this database to someone whom its declaration keeps out; '
    'no row when all is as declared.';
