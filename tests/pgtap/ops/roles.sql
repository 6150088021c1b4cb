begin;
select plan(55);

select set_eq(
    $$ select rolname::text collate "default" from pg_roles where rolname like 'eagle\_%' $$,
    array[
        'eagle_owner', 'eagle_migrator', 'eagle_application', 'eagle_reader', 'eagle_auditor',
        'eagle_operator', 'eagle_exporter', 'eagle_backup', 'eagle_indexer'
    ],
    'the database has these roles'
);
select is_empty(
    $$ select rolname from pg_roles
        where rolname like 'eagle\_%' and (rolsuper or rolcreaterole or rolcreatedb) $$,
    'no role of the house is a superuser or makes roles or databases'
);
select results_eq(
    $$ select rolname::text collate "default" from pg_roles
        where rolname like 'eagle\_%' and not rolcanlogin $$,
    array['eagle_owner'],
    'nobody logs in as the owner of the objects'
);
select results_eq(
    $$ select rolname::text collate "default" from pg_roles
        where rolname like 'eagle\_%' and rolbypassrls $$,
    array['eagle_backup'],
    'row security binds all but the backup, which must hold every row'
);
select results_eq(
    $$ select rolname::text collate "default" from pg_roles
        where rolname like 'eagle\_%' and rolreplication $$,
    array['eagle_backup'],
    'only the backup streams'
);
select results_eq(
    $$ select rolname::text collate "default" from pg_roles
        where rolname like 'eagle\_%' and rolinherit
        order by rolname $$,
    array['eagle_backup', 'eagle_exporter'],
    'only those two act with what they are members of without asking for it'
);
select results_eq(
    $$ select m.member::regrole::text, m.roleid::regrole::text, m.admin_option, m.set_option
         from pg_auth_members as m
        where m.member::regrole::text like 'eagle\_%'
        order by 1, 2 $$,
    $$ values
        ('eagle_backup', 'pg_read_all_data', false, true),
        ('eagle_backup', 'pg_read_all_settings', false, true),
        ('eagle_backup', 'pg_read_all_stats', false, true),
        ('eagle_exporter', 'pg_monitor', false, true),
        ('eagle_migrator', 'eagle_owner', false, true) $$,
    'the migrator becomes the owner, the exporter monitors, the backup reads: no other memberships'
);
select results_eq(
    $$ select setrole::regrole::text, setdatabase,
              array_to_string(setconfig, ' ') collate "default"
         from pg_db_role_setting
        where setrole::regrole::text like 'eagle\_%'
        order by 1 $$,
    $$ select role, 0::oid,
              settings || case
                  when role ~ '(application|exporter|reader)$'
                      and current_setting('server_version_num')::integer >= 170000
                      then ' transaction_timeout=5min'
                  else ''
              end
              || case
                  when role ~ '(application|exporter|indexer|reader)$' then ' temp_file_limit=1GB'
                  else ''
              end
         from (values
                   ('eagle_application',
                    'plan_cache_mode=force_generic_plan statement_timeout=30s'
                    ' idle_in_transaction_session_timeout=1min'),
                   ('eagle_auditor', 'idle_in_transaction_session_timeout=10min'),
                   ('eagle_exporter',
                    'statement_timeout=30s idle_in_transaction_session_timeout=1min'),
                   ('eagle_indexer',
                    'statement_timeout=5min idle_in_transaction_session_timeout=10min'),
                   ('eagle_operator', 'idle_in_transaction_session_timeout=10min'),
                   ('eagle_reader',
                    'plan_cache_mode=force_generic_plan statement_timeout=30s'
                    ' idle_in_transaction_session_timeout=1min')
              ) as begun (role, settings)
        order by 1 $$,
    'sessions begin with these settings: one plan a statement for who asks for one account at a'
    ' time, and an end to what nobody meant to last'
);
select is_empty(
    $$ select m.member::regrole
         from pg_auth_members as m
         join pg_roles as r on r.oid = m.member
        where m.roleid::regrole::text like 'eagle\_%'
          and m.member::regrole::text not like 'eagle\_%'
          and not r.rolsuper
          and not r.rolcreaterole $$,
    'nobody but administrators is a member of a role of the house'
);
select is_empty(
    $$ select rolname from pg_roles
        where rolname like 'eagle\_%' and shobj_description(oid, 'pg_authid') is null $$,
    'every role says what it is for'
);
select is_empty(
    $$ select rolname from pg_authid
        where rolname like 'eagle\_%'
          and rolpassword is not null
          and rolpassword not like 'SCRAM-SHA-256$%' $$,
    'a password is kept as SCRAM, or there is none'
);

-- What a login may turn into: the session's own role counts, so it is a real login's session.
set local session authorization eagle_application;
select throws_ok(
    format('set local role %I', role), '42501', format('permission denied to set role "%s"', role),
    format('the application does not turn into %s', role)
)
  from (
           select r.rolname as role
             from pg_roles as r
            where r.rolname like 'eagle\_%' and r.rolname <> 'eagle_application'
               or r.rolname = 'postgres'
            order by r.rolname
       ) as other;
select throws_ok(
    command, '42501', null,
    format('the application may not: %s', command)
)
  from unnest(array[
           'set session_replication_role = replica',
           'set local row_security = off; select * from app.projects',
           'alter table app.project_events disable trigger all',
           'alter table app.projects disable row level security',
           'drop table app.projects',
           'create table app.mine ()',
           'create table public.mine ()',
           'create table ops.mine ()',
           'create schema mine',
           'create temporary table mine ()',
           'select lo_create(0)',
           'select pg_terminate_backend(0)',
           'select query from pg_stat_activity',
           'create extension pageinspect',
           'alter role eagle_application bypassrls',
           'grant eagle_owner to eagle_application',
           'copy app.projects to program ''cat''',
           'copy app.projects to ''/dev/null''',
           'create policy mine on app.projects using (true)',
           'create trigger mine before insert on app.projects execute function app.audit_project()',
           'comment on table app.projects is ''mine''',
           'select pg_read_file(''/etc/passwd'')',
           'select rolpassword from pg_authid'
       ]) as command;
reset session authorization;
set local session authorization eagle_migrator;
select lives_ok('set local role eagle_owner', 'the migrator turns into the owner');
reset session authorization;
set local session authorization eagle_migrator;
select throws_ok(
    'select * from app.projects', '42501', 'permission denied for schema app',
    'before it does, the migrator has no right of its own'
);
reset session authorization;
set local session authorization eagle_exporter;
select lives_ok(
    'select sum(n_live_tup) from pg_stat_user_tables', 'the exporter reads statistics'
);
select throws_ok(
    'select * from app.projects', '42501', 'permission denied for schema app',
    'the exporter reads no table'
);
reset session authorization;
set local session authorization eagle_backup;
select lives_ok(
    'select * from app.projects', 'the backup reads every table'
);
select throws_ok(
    'delete from app.projects', '42501', 'permission denied for table projects',
    'the backup changes none'
);
select ok(
    has_function_privilege(function, 'execute'),
    format('the backup may call %s, as Barman asks of it', function)
)
  from unnest(array[
           'pg_backup_start(text, boolean)', 'pg_backup_stop(boolean)', 'pg_switch_wal()',
           'pg_create_restore_point(text)'
       ]) as function;
reset session authorization;
set local session authorization eagle_indexer;
select lives_ok(
    'select * from ops.page_projects()', 'the indexer pages through projects by a function'
);
select throws_ok(
    'select * from app.projects', '42501', 'permission denied for schema app',
    'the indexer reads no table'
);
reset session authorization;

select * from finish();
rollback;
