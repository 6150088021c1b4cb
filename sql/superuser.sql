-- What only a superuser can give or take: done where one runs this, named where none does.
--
-- Runs before the migrations and changes nothing that is already right. A superuser runs it in a
-- database whose owner is not to become one: no block looks a name up anywhere but in pg_catalog.

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
                -- Each lock stays in shared memory, which holds them for every session of the server.
                ('pg_advisory_lock',                 'eagle_owner, eagle_migrator'),
                ('pg_advisory_lock_shared',          'eagle_owner, eagle_migrator'),
                ('pg_advisory_xact_lock',            'eagle_owner, eagle_migrator, eagle_operator'),
                ('pg_advisory_xact_lock_shared',     'eagle_owner, eagle_migrator'),
                ('pg_try_advisory_lock',             'eagle_owner, eagle_migrator, eagle_indexer'),
                ('pg_try_advisory_lock_shared',      'eagle_owner, eagle_migrator'),
                ('pg_try_advisory_xact_lock',        'eagle_owner, eagle_migrator'),
                ('pg_try_advisory_xact_lock_shared', 'eagle_owner, eagle_migrator')
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

-- What was taken away above was taken away in this database, and a role that may connect to another
-- one of the server has it there. New databases let everyone in; in postgres and template1 nothing
-- is kept, but another program may connect to them: they are closed where no role logs in but those
-- of this database and superusers. `set eagle.close_databases = 'on'` closes them in any case, and
-- 'off' in none.
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
       and r.rolname not in (
               'eagle_migrator', 'eagle_application', 'eagle_reader', 'eagle_auditor',
               'eagle_operator', 'eagle_exporter', 'eagle_backup', 'eagle_indexer'
           );
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
                    -- Another database's runner was faster.
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
