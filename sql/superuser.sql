-- What only a superuser can give or take: done where one runs this, named where none does.
--
-- Runs before the migrations and changes nothing that is already right.

do $statements$
begin
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

do $attributes$
declare
    role     text;
    function regprocedure;
begin
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
    -- Barman streams only for a role that could also begin a backup and close a segment of the log.
    for function in
        select p.oid::regprocedure
          from pg_proc as p
         where p.pronamespace = 'pg_catalog'::regnamespace
           and p.proname in (
                   'pg_backup_start', 'pg_backup_stop', 'pg_switch_wal', 'pg_create_restore_point'
               )
           and not has_function_privilege('eagle_backup', p.oid, 'execute')
         order by p.proname
    loop
        execute format('grant execute on function %s to eagle_backup', function);
    end loop;
    if not pg_has_role('eagle_exporter', 'pg_monitor', 'member') then
        grant pg_monitor to eagle_exporter;
    end if;
end
$attributes$;

-- Every account's statements run as eagle_application, and a role may read and stop what it runs
-- itself: so one account could read another's statements and stop them, or leave large objects for
-- it, which row security does not know.
do $functions$
declare
    able     constant boolean := (select rolsuper from pg_roles where rolname = current_user);
    function record;
begin
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
                ('lo_from_bytea',                'eagle_owner')
               ) as kept (name, holders)
          join pg_proc as p on p.proname = kept.name
           and p.pronamespace in ('pg_catalog'::regnamespace, 'public'::regnamespace)
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

-- A condition of a query is evaluated before that of a policy if it cannot leak and costs less, and
-- what was evaluated on another account's row can be observed. Nothing costs less than nothing: the
-- comparison of accounts, which every tenant's policy begins with, is given the cost 0. ALTER
-- FUNCTION allows no cost of 0, though the planner does.
do $costs$
begin
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

-- Where the owner keeps which account was found signed, out of reach of every other role.
do $parameter$
begin
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
