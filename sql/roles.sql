-- The roles of the database, with the least attributes that each needs, and their privileges on the
-- database itself.
--
-- Runs before the migrations and changes nothing that is already correct, so that a migrator
-- without CREATEROLE can run it after an administrator has. If a superuser runs it, the owner of
-- the database must not become a superuser: every block resolves names in pg_catalog only.
--
-- A new role needs a line in the list below, its privileges in the grants.sql of a schema, and a
-- migration with its policies. No password is set here: set one, as SCRAM, if the role logs in.

do $roles$
declare
    -- This is the only list of the roles: every other file uses the roles that begin with eagle_.
    -- Time-outs end statements that last too long by mistake, since a session can set others. No
    -- role can use up the connections of the others: together the limits leave three of a hundred.
    wanted   record;
    setting  record;
    begins   text;
    missing  text[] := '{}';
    database text;
    is_owner boolean;
    able     boolean;
begin
    set local search_path = pg_catalog, pg_temp;
    database := current_database();
    is_owner := pg_has_role(
        current_user, (select datdba from pg_database where datname = database), 'usage'
    );
    select rolsuper or rolcreaterole into able from pg_roles where rolname = current_user;

    for wanted in
        select *
          from (values
                ('eagle_owner',       'nologin', null, null, null,   null,    null,   null,  'Owns every object of the database; nobody logs in as it.'),
                ('eagle_migrator',    'login',    5,   null, null,   null,    null,   null,  'Applies migrations by becoming eagle_owner.'),
                ('eagle_application', 'login',   50,   true, '30s',  '1min',  '5min', '1GB', 'The API: reads and writes the rows of one account at a time.'),
                ('eagle_reader',      'login',   10,   true, '30s',  '1min',  '5min', '1GB', 'Reads the rows of one account at a time, and the catalogs.'),
                ('eagle_auditor',     'login',    5,   null, null,   '10min', null,   null,  'Reads the audit log of every account and verifies its chains.'),
                ('eagle_operator',    'login',   10,   null, null,   '10min', null,   null,  'Runs maintenance: partitions, catalogs, erasure; reads no tenant row.'),
                ('eagle_exporter',    'login',    5,   null, '30s',  '1min',  '5min', '1GB', 'Reads statistics for monitoring, no table.'),
                ('eagle_backup',      'login',    8,   null, null,   null,    null,   null,  'Streams backups and dumps; changes nothing.'),
                ('eagle_indexer',     'login',    4,   null, '5min', '10min', null,   '1GB', 'Feeds project search with documents of every account; reads no table.')
               ) as role (
                   name, login, connections, is_planned_once, statement, idle, transaction,
                   temporary, comment
               )
    loop
        if not exists (select from pg_roles where rolname = wanted.name) then
            if not able then
                missing := missing || wanted.name;
                continue;
            end if;
            begin
                execute format('create role %I %s noinherit', wanted.name, wanted.login);
            exception
                when duplicate_object or unique_violation then null;  -- made by a concurrent run
            end;
        end if;

        begins := '';
        for setting in
            select s.name, s.value, s.name = 'temp_file_limit' and not r.rolsuper or not able as is_refused
              from (values
                    ('connection limit', wanted.connections::text),
                    -- Planning a statement over every partition of events takes longer than
                    -- executing it, and the plan is the same for every account.
                    ('plan_cache_mode', case when wanted.is_planned_once then 'force_generic_plan' end),
                    ('statement_timeout', wanted.statement),
                    ('idle_in_transaction_session_timeout', wanted.idle),
                    ('transaction_timeout', wanted.transaction),
                    -- Only a superuser can raise this for a role, so that it is a limit.
                    ('temp_file_limit', wanted.temporary)
                   ) as s (name, value)
              join pg_roles as r on r.rolname = current_user
             where s.value is not null
               -- PostgreSQL 16 has no transaction_timeout.
               and (s.name <> 'transaction_timeout'
                    or current_setting('server_version_num')::integer >= 170000)
        loop
            if setting.name <> 'connection limit' then
                begins := format('%s, %s=%s', begins, setting.name, setting.value);
            end if;
            -- A value that was set by hand is kept.
            if (case setting.name
                   when 'connection limit' then exists (
                       select from pg_roles where rolname = wanted.name and rolconnlimit <> -1
                   )
                   else exists (
                       select
                         from pg_db_role_setting as s
                        cross join unnest(s.setconfig) as assignment
                        where s.setrole = wanted.name::regrole
                          and s.setdatabase = 0
                          and starts_with(assignment, setting.name || '=')
                   )
               end) then
                continue;
            end if;
            if setting.is_refused then
                raise warning using
                    message = format('%s has no %s', wanted.name, setting.name),
                    hint    = format(
                        'Have %s run sql/roles.sql once.',
                        case setting.name when 'temp_file_limit' then 'a superuser' else 'a role with CREATEROLE' end
                    );
                continue;
            end if;
            begin
                if setting.name = 'connection limit' then
                    execute format('alter role %I connection limit %s', wanted.name, setting.value);
                else
                    execute format('alter role %I set %I = %L', wanted.name, setting.name, setting.value);
                end if;
            exception
                -- A concurrent run in another database did it: the second error is that a tuple was
                -- concurrently updated.
                when unique_violation or internal_error then null;
            end;
        end loop;

        -- A role can change the initial settings of its sessions, but not its comment, so that
        -- ops.check_access() can compare them.
        wanted.comment := wanted.comment
            || coalesce(' Sessions begin with ' || nullif(ltrim(begins, ', '), '') || '.', '');
        if shobj_description(wanted.name::regrole, 'pg_authid') is distinct from wanted.comment then
            begin
                execute format('comment on role %I is %L', wanted.name, wanted.comment);
            exception
                when insufficient_privilege then
                    raise warning using
                        message = format('the comment on %s does not say what its sessions begin with', wanted.name),
                        hint    = 'Have a role with CREATEROLE run sql/roles.sql once.';
                when unique_violation or internal_error then null;
            end;
        end if;
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

    -- The list also contains the roles that may connect and create temporary tables.
    if exists (
        select
          from pg_database as d
         cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as acl
         where d.datname = database
           and acl.grantee = 0
    ) then
        if is_owner then
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
         where r.rolname like 'eagle\_%'
           and r.rolcanlogin
           and not has_database_privilege(r.oid, database, 'connect')
         order by r.rolname
    loop
        if is_owner then
            execute format('grant connect on database %I to %I', database, wanted.name);
        else
            raise warning using
                message = format('%s may not connect to database %s', wanted.name, database),
                hint    = 'Have the owner of the database run sql/roles.sql in it once.';
        end if;
    end loop;
end
$roles$;

-- Functions are executable by public unless this is set before they are created.
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
