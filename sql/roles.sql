-- The roles of the database, with the least each needs, and what each may do to the database as a whole.
--
-- Runs before the migrations and changes nothing that is already right, so that a migrator without
-- the right to create roles can run it once an administrator has. A superuser runs it in a database
-- whose owner is not to become one: no block looks a name up anywhere but in pg_catalog.
--
-- No role has a password here: set one, as SCRAM, where the role logs in.

do $roles$
declare
    wanted   record;
    missing  text[] := '{}';
    database text;
    able     boolean;
begin
    set local search_path = pg_catalog, pg_temp;
    database := current_database();
    select rolsuper or rolcreaterole into able from pg_roles where rolname = current_user;

    for wanted in
        select *
          from (values
                ('eagle_owner',       'nologin', 'Owns every object of the database; nobody logs in as it.'),
                ('eagle_migrator',    'login',   'Applies migrations by becoming eagle_owner.'),
                ('eagle_application', 'login',   'The API: reads and writes the rows of one account at a time.'),
                ('eagle_reader',      'login',   'Reads the rows of one account at a time, and the catalogs.'),
                ('eagle_auditor',     'login',   'Reads the audit log of every account and verifies its chains.'),
                ('eagle_operator',    'login',   'Runs maintenance: partitions, catalogs, erasure; reads no tenant row.'),
                ('eagle_exporter',    'login',   'Reads statistics for monitoring, no table.'),
                ('eagle_backup',      'login',   'Streams backups and dumps; changes nothing.'),
                ('eagle_indexer',     'login',   'Feeds project search with documents of every account; reads no table.')
               ) as role (name, login, comment)
    loop
        if exists (select from pg_roles where rolname = wanted.name) then
            continue;
        end if;
        if not able then
            missing := missing || wanted.name;
            continue;
        end if;
        begin
            execute format('create role %I %s noinherit', wanted.name, wanted.login);
            execute format('comment on role %I is %L', wanted.name, wanted.comment);
        exception
            when duplicate_object or unique_violation then null;  -- another database's runner was faster
        end;
    end loop;

    if missing <> '{}' then
        raise exception using
            errcode = 'undefined_object',
            message = format('missing roles: %s', array_to_string(missing, ', ')),
            hint    = 'Have a role with CREATEROLE run sql/roles.sql in this database once.';
    end if;

    if not pg_has_role('eagle_migrator', 'eagle_owner', 'member') then
        grant eagle_owner to eagle_migrator with inherit false, set true;
    end if;
    if not pg_has_role(current_user, 'eagle_owner', 'set') then
        execute format('grant eagle_owner to %I with inherit false, set true', current_user);
    end if;
    if not has_database_privilege('eagle_owner', database, 'create') then
        execute format('grant create on database %I to eagle_owner', database);
    end if;

    -- Who may connect, and make temporary tables, is on a list too.
    if exists (
        select
          from pg_database as d
         cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as acl
         where d.datname = database
           and acl.grantee = 0
    ) then
        if pg_has_role(current_user, (select datdba from pg_database where datname = database), 'usage') then
            execute format('revoke all on database %I from public', database);
            execute format('grant connect on database %I to %I', database, current_user);
            execute format('grant temporary on database %I to eagle_owner, eagle_operator', database);
        else
            raise warning using
                message = format('everyone may connect to database %s and make temporary tables', database),
                hint    = 'Have the owner of the database run sql/roles.sql in it once.';
        end if;
    end if;
    for wanted in
        select r.rolname as name
          from pg_roles as r
         where r.rolname in (
                   'eagle_migrator', 'eagle_application', 'eagle_reader', 'eagle_auditor',
                   'eagle_operator', 'eagle_exporter', 'eagle_backup', 'eagle_indexer'
               )
           and not has_database_privilege(r.oid, database, 'connect')
         order by r.rolname
    loop
        if pg_has_role(current_user, (select datdba from pg_database where datname = database), 'usage') then
            execute format('grant connect on database %I to %I', database, wanted.name);
        else
            raise warning using
                message = format('%s may not connect to database %s', wanted.name, database),
                hint    = 'Have the owner of the database run sql/roles.sql in it once.';
        end if;
    end loop;
end
$roles$;

-- The application and readers send prepared statements of one account at a time. Planning one over
-- every month of events takes longer than running it, and the plan is the same for every account.
do $settings$
declare
    role text;
    able boolean;
begin
    set local search_path = pg_catalog, pg_temp;
    select rolsuper or rolcreaterole into able from pg_roles where rolname = current_user;

    foreach role in array array['eagle_application', 'eagle_reader']
    loop
        if exists (
            select
              from pg_db_role_setting as s
             where s.setrole = role::regrole
               and s.setdatabase = 0
               and 'plan_cache_mode=force_generic_plan' = any (s.setconfig)
        ) then
            continue;
        end if;
        if able then
            begin
                execute format('alter role %I set plan_cache_mode = force_generic_plan', role);
            exception
                when unique_violation then null;  -- another database's runner was faster
            end;
        else
            raise warning using
                message = format('%s plans its prepared statements anew each time', role),
                hint    = 'Have a role with CREATEROLE run sql/roles.sql once.';
        end if;
    end loop;
end
$settings$;

-- How many sessions a role may have, and with what time-outs they begin. No role can use up the
-- connections of the others: together they leave three of a hundred. A session can set another
-- time-out, so those only end what nobody meant to last.
do $limits$
declare
    wanted record;
    able   boolean;
begin
    set local search_path = pg_catalog, pg_temp;
    select rolsuper or rolcreaterole into able from pg_roles where rolname = current_user;

    for wanted in
        select limits.role, limits.connections, setting.name, setting.value
          from (values
                ('eagle_application', 50, '30s',  '1min',  '5min'),
                ('eagle_reader',      10, '30s',  '1min',  '5min'),
                ('eagle_auditor',      5, null,   '10min', null),
                ('eagle_operator',    10, null,   '10min', null),
                ('eagle_exporter',     5, '30s',  '1min',  '5min'),
                ('eagle_backup',       8, null,   null,    null),
                ('eagle_indexer',      4, '5min', '10min', null),
                ('eagle_migrator',     5, null,   null,    null)
               ) as limits (role, connections, statement, idle, transaction)
         cross join lateral (values
                ('connection limit', null),
                ('statement_timeout', limits.statement),
                ('idle_in_transaction_session_timeout', limits.idle),
                ('transaction_timeout', limits.transaction)
               ) as setting (name, value)
         where (setting.name = 'connection limit' or setting.value is not null)
           -- PostgreSQL 16 has no limit of a whole transaction.
           and (setting.name <> 'transaction_timeout'
                or current_setting('server_version_num')::integer >= 170000)
    loop
        -- What somebody has set otherwise stays.
        if (case wanted.name
               when 'connection limit' then exists (
                   select from pg_roles where rolname = wanted.role and rolconnlimit <> -1
               )
               else exists (
                   select
                     from pg_db_role_setting as s
                    cross join unnest(s.setconfig) as assignment
                    where s.setrole = wanted.role::regrole
                      and s.setdatabase = 0
                      and starts_with(assignment, wanted.name || '=')
               )
           end) then
            continue;
        end if;
        if not able then
            raise warning using
                message = format('%s has no %s', wanted.role, wanted.name),
                hint    = 'Have a role with CREATEROLE run sql/roles.sql once.';
            continue;
        end if;
        begin
            if wanted.name = 'connection limit' then
                execute format('alter role %I connection limit %s', wanted.role, wanted.connections);
            else
                execute format('alter role %I set %I = %L', wanted.role, wanted.name, wanted.value);
            end if;
        exception
            -- Another database's runner was faster: the second is that a tuple was concurrently updated.
            when unique_violation or internal_error then null;
        end;
    end loop;
end
$limits$;

-- Functions are executable by everyone unless this is said before they are made.
do $defaults$
begin
    set local search_path = pg_catalog, pg_temp;
    if not exists (
        select
          from pg_default_acl
         where defaclrole = 'eagle_owner'::regrole
           and defaclnamespace = 0
           and defaclobjtype = 'f'
    ) then
        alter default privileges for role eagle_owner revoke execute on functions from public;
    end if;
    if not exists (
        select
          from pg_default_acl
         where defaclrole = 'eagle_owner'::regrole
           and defaclnamespace = 0
           and defaclobjtype = 'T'
    ) then
        alter default privileges for role eagle_owner revoke usage on types from public;
    end if;
end
$defaults$;
