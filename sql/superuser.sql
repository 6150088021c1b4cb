-- What only a superuser can grant or revoke; ops.check_access() reports it if this was not run.
--
-- Runs before the migrations and changes nothing that is already correct. The owner of the database
-- must not become a superuser through it: every block resolves names in pg_catalog only.

do $statements$
begin
    set local search_path = pg_catalog, pg_temp;
    if exists (select from pg_extension where extname = 'pg_stat_statements') then
        return;
    end if;
    create extension pg_stat_statements with schema public;
exception
    when insufficient_privilege then
        raise warning using
            message = 'pg_stat_statements is not installed; statement statistics are missing',
            hint    = 'A superuser installs it by running sql/superuser.sql.';
end
$statements$;

-- ops.check_integrity() reads pages and indexes by amcheck, which only reads, as the owner.
do $amcheck$
declare
    function regprocedure;
begin
    set local search_path = pg_catalog, pg_temp;
    if not exists (select from pg_extension where extname = 'amcheck') then
        create extension amcheck with schema public;
    end if;
    for function in
        select p.oid::regprocedure
          from pg_depend as d
          join pg_extension as e on e.oid = d.refobjid and e.extname = 'amcheck'
          join pg_proc as p on p.oid = d.objid
         where d.classid = 'pg_proc'::regclass
           and d.refclassid = 'pg_extension'::regclass
           and p.proname in ('bt_index_check', 'verify_heapam')
           and not has_function_privilege('eagle_owner', p.oid, 'execute')
         order by 1
    loop
        execute format('grant execute on function %s to eagle_owner', function);
    end loop;
exception
    when insufficient_privilege or feature_not_supported or undefined_file then
        raise warning using
            message = 'pages and indexes are not checked: the extension amcheck is not available',
            hint    = 'A superuser installs it by running sql/superuser.sql.';
end
$amcheck$;

do $attributes$
declare
    role     text;
    function regprocedure;
begin
    set local search_path = pg_catalog, pg_temp;
    if not (select rolsuper from pg_roles where rolname = current_user) then
        if not (select rolreplication and rolbypassrls from pg_roles where rolname = 'eagle_backup') then
            raise warning using
                message = 'eagle_backup cannot stream or dump every row yet',
                hint    = 'A superuser gives it that by running sql/superuser.sql.';
        end if;
        return;
    end if;
    alter role eagle_backup with replication bypassrls inherit;
    alter role eagle_exporter with inherit;
    foreach role in array array['pg_read_all_data', 'pg_read_all_settings', 'pg_read_all_stats']
    loop
        if not pg_has_role('eagle_backup', role, 'member') then
            execute format('grant %I to eagle_backup', role);
        end if;
    end loop;
    -- Barman streams only as a role that can also start a backup and switch to a new WAL segment.
    for function in
        select p.oid::regprocedure
          from pg_proc as p
         where p.pronamespace = 'pg_catalog'::regnamespace
           and p.proname in (
                   'pg_backup_start', 'pg_backup_stop', 'pg_switch_wal', 'pg_create_restore_point',
                   'pg_ls_waldir'
               )
           and not has_function_privilege('eagle_backup', p.oid, 'execute')
         order by p.proname
    loop
        execute format('grant execute on function %s to eagle_backup', function);
    end loop;
    if not pg_has_role('eagle_exporter', 'pg_monitor', 'member') then
        grant pg_monitor to eagle_exporter;
    end if;
    -- Errors in postgresql.conf are seen nowhere else before the next start fails.
    if not has_table_privilege('eagle_exporter', 'pg_file_settings', 'select') then
        grant select on pg_file_settings to eagle_exporter;
    end if;
    if not has_function_privilege('eagle_exporter', 'pg_show_all_file_settings()', 'execute') then
        grant execute on function pg_show_all_file_settings() to eagle_exporter;
    end if;
end
$attributes$;

-- The statements of all accounts run as eagle_application, and a role may read and cancel its own
-- statements: so one account could read and cancel statements of another, or leave large objects
-- for it, to which row security does not apply. Also, a session can exhaust resources that need no
-- privilege: advisory locks, for which jobs and the runner wait too and which share their memory
-- with all other locks, the notification queue, and WAL.
do $functions$
declare
    able     boolean;
    function record;
begin
    set local search_path = pg_catalog, pg_temp;
    select rolsuper into able from pg_roles where rolname = current_user;
    for function in
        select p.oid::regprocedure as signature, kept.holders
          from (values
                ('pg_stat_get_activity',         'pg_read_all_stats, eagle_owner, eagle_migrator, eagle_operator, eagle_backup'),
                ('pg_stat_get_backend_activity', 'pg_read_all_stats, eagle_owner, eagle_migrator, eagle_operator, eagle_backup'),
                ('pg_stat_statements',           'pg_read_all_stats, eagle_operator'),
                ('pg_cancel_backend',            'pg_signal_backend, eagle_owner, eagle_migrator, eagle_operator'),
                ('pg_terminate_backend',         'pg_signal_backend, eagle_owner, eagle_migrator, eagle_operator'),
                ('lo_creat',                     'eagle_owner'),
                ('lo_create',                    'eagle_owner'),
                ('lo_from_bytea',                'eagle_owner'),
                -- Each lock occupies shared memory that all sessions of the server need for locks.
                ('pg_advisory_lock',                 'eagle_owner, eagle_migrator'),
                ('pg_advisory_lock_shared',          'eagle_owner, eagle_migrator'),
                ('pg_advisory_xact_lock',            'eagle_owner, eagle_migrator, eagle_operator'),
                ('pg_advisory_xact_lock_shared',     'eagle_owner, eagle_migrator'),
                ('pg_try_advisory_lock',             'eagle_owner, eagle_migrator, eagle_indexer'),
                ('pg_try_advisory_lock_shared',      'eagle_owner, eagle_migrator'),
                ('pg_try_advisory_xact_lock',        'eagle_owner, eagle_migrator'),
                ('pg_try_advisory_xact_lock_shared', 'eagle_owner, eagle_migrator'),
                ('pg_notify',                    'eagle_owner'),
                ('pg_logical_emit_message',      'eagle_owner, eagle_backup')
               ) as kept (name, holders)
          join pg_proc as p on p.proname = kept.name
           and p.pronamespace in ('pg_catalog'::regnamespace, 'public'::regnamespace)
           -- PostgreSQL 17 has another signature of it: a dump of 16 could not be loaded there.
           and (p.proname <> 'pg_logical_emit_message'
                or current_setting('server_version_num')::integer >= 170000)
         where exists (
                   select
                     from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as acl
                    where acl.grantee = 0
               )
         order by kept.name
    loop
        if not able then
            raise warning using
                message = format('every role may call %s', function.signature),
                hint    = 'A superuser takes that away by running sql/superuser.sql.';
            continue;
        end if;
        execute format('grant execute on function %s to %s', function.signature, function.holders);
        execute format('revoke execute on function %s from public', function.signature);
    end loop;
end
$functions$;

-- A condition of a query is evaluated before that of a policy if it is leakproof and costs less,
-- and its evaluation on rows of another account can be observed. Therefore the comparison of
-- accounts, with which every policy of a tenant table begins, gets the cost 0. ALTER FUNCTION does
-- not accept a cost of 0, but the planner does.
do $costs$
begin
    set local search_path = pg_catalog, pg_temp;
    if (select procost = 0 from pg_catalog.pg_proc where oid = 'pg_catalog.uuid_eq'::regproc) then
        return;
    end if;
    if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
        raise warning using
            message = 'a query can ask whether a column of another account''s row is null',
            hint    = 'A superuser ends that by running sql/superuser.sql.';
        return;
    end if;
    update pg_catalog.pg_proc set procost = 0 where oid = 'pg_catalog.uuid_eq'::regproc;
end
$costs$;

-- The owner stores the signed account in this setting, which no other role can change.
do $parameter$
begin
    set local search_path = pg_catalog, pg_temp;
    if has_parameter_privilege('eagle_owner', 'backtrace_functions', 'set') then
        return;
    end if;
    if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
        raise warning using
            message = 'signed accounts cannot be required yet',
            hint    = 'A superuser lets them be by running sql/superuser.sql.';
        return;
    end if;
    grant set on parameter backtrace_functions to eagle_owner;
end
$parameter$;

-- Roles that can become the owner run migrations, and the runner takes an advisory lock first.
do $runners$
declare
    granted record;
begin
    set local search_path = pg_catalog, pg_temp;
    if not (select rolsuper from pg_roles where rolname = current_user) then
        return;
    end if;
    for granted in
        select f.oid::regprocedure as function, m.member::regrole as role
          from pg_proc as f
         cross join pg_auth_members as m
         where f.proname in ('pg_try_advisory_lock', 'pg_advisory_xact_lock')
           and f.pronamespace = 'pg_catalog'::regnamespace
           and m.roleid = 'eagle_owner'::regrole
           and not has_function_privilege(m.member, f.oid, 'execute')
    loop
        execute format('grant execute on function %s to %s', granted.function, granted.role);
    end loop;
end
$runners$;

-- CREATE RULE, CREATE TRIGGER, COMMENT and others wait for their lock before they check the
-- privileges of the role, and all later statements wait behind them. DROP OWNED drops the policies
-- that name the role. No privilege on these commands can be revoked, so they are refused before
-- they begin. The owner of the function could act as any role that runs a command: it belongs to a
-- superuser, in a schema of another owner than the database's.
do $definitions$
declare
    able  boolean;
    known oid;
begin
    set local search_path = pg_catalog, pg_temp;
    select rolsuper into able from pg_roles where rolname = current_user;
    select e.evtfoid into known
      from pg_event_trigger as e
     where e.evtname = 'eagle_refuse_definition';
    if not able then
        if known is null then
            raise warning using
                message = 'roles that define nothing can stop everybody, by create rule or drop owned',
                hint    = 'A superuser prevents that by running sql/superuser.sql.';
        end if;
        return;
    end if;
    if exists (
        select
          from pg_proc as p
          join pg_roles as r on r.oid = p.proowner
         where p.oid = coalesce(known, to_regproc('public.eagle_refuse_definition')::oid)
           and not r.rolsuper
    ) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'public.eagle_refuse_definition() does not belong to a superuser',
            hint    = 'Look at what it does, and who made it; then drop it with its event trigger.';
    end if;
    if known is not null then
        return;
    end if;
    create or replace function public.eagle_refuse_definition()
        returns event_trigger
        language plpgsql
        volatile
        security invoker
        set search_path = pg_catalog, pg_temp
    as $function$
    begin
        if has_database_privilege(current_database(), 'create')
            or not exists (
                select
                  from pg_roles as r
                 where r.rolname like 'eagle\_%'
                   and r.rolname not in ('eagle_owner', 'eagle_migrator')
                   and pg_has_role(r.oid, 'member')
            ) then
            return;
        end if;
        -- An operator stages what it imports in temporary tables.
        if has_database_privilege(current_database(), 'temporary')
            and tg_tag in (
                'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE INDEX', 'ALTER TABLE',
                'DROP TABLE', 'DROP INDEX'
            ) then
            return;
        end if;
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('%s is refused to %s', tg_tag, current_user),
            hint    = 'Objects are made by migrations.';
    end
    $function$;
    revoke execute on function public.eagle_refuse_definition() from public;
    comment on function public.eagle_refuse_definition() is
        'Event trigger: refuses definitions to roles that define nothing, before they wait for a lock.';
    create event trigger eagle_refuse_definition
        on ddl_command_start
        execute function public.eagle_refuse_definition();
    comment on event trigger eagle_refuse_definition is
        'Refuses definitions to roles that define nothing, before they wait for a lock.';
end
$definitions$;

-- The privileges above are revoked in this database only; a role that may connect to another
-- database of the server has them there. Everyone may connect to a new database. postgres and
-- template1 hold no data, but another program may connect to them: the right to connect to them is
-- revoked if only roles of this database and superusers log in. `set eagle.close_databases = 'on'`
-- revokes it in any case, 'off' never.
do $databases$
declare
    wish     text;
    able     boolean;
    strangers text;
    other    record;
begin
    set local search_path = pg_catalog, pg_temp;
    wish := coalesce(nullif(current_setting('eagle.close_databases', true), ''), 'auto');
    select rolsuper into able from pg_roles where rolname = current_user;
    select string_agg(r.rolname, ', ' order by r.rolname) into strangers
      from pg_roles as r
     where r.rolcanlogin
       and not r.rolsuper
       and r.rolname not like 'eagle\_%';
    for other in
        select d.datname as name
          from pg_database as d
         cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as acl
         where d.datname <> current_database()
           and d.datallowconn
           and acl.grantee = 0
           and acl.privilege_type = 'CONNECT'
         order by d.datname
    loop
        if able
            and other.name in ('postgres', 'template1')
            and (wish = 'on' or (wish = 'auto' and strangers is null)) then
            begin
                execute format('revoke connect on database %I from public', other.name);
            exception
                when others then
                    -- A concurrent run in another database did it.
                    if sqlerrm !~ 'tuple concurrently updated' then
                        raise;
                    end if;
            end;
        else
            raise warning using
                message = format('everyone may connect to database %s, and watch and stop sessions from there', other.name),
                hint    = format('A superuser closes it: revoke connect on database %I from public', other.name);
        end if;
    end loop;
end
$databases$;
