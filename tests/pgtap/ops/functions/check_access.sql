begin;
select plan(159);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.check_access'),
    '() returns TABLE(rule text, object text, finding text, remedy text), stable, security invoker',
    'access is checked as a whole'
);
set local role eagle_application;
select throws_ok(
    'select * from ops.check_access()',
    '42501', 'permission denied for function check_access',
    'the application is not told what stands open'
);
reset role;
select is_empty('select * from ops.check_access()', 'access is as it is declared');

-- What a change opens, and what the check then says; the change is undone.
create function pg_temp.found_after(change text)
    returns table (rule text, object text)
    language plpgsql
as $function$
declare
    findings jsonb;
begin
    begin
        execute change;
        select coalesce(jsonb_agg(to_jsonb(c)), '[]') into findings from ops.check_access() as c;
        raise exception sqlstate 'UNDO0';
    exception
        when sqlstate 'UNDO0' then
            null;
    end;
    return query
    select distinct f ->> 'rule', f ->> 'object'
      from jsonb_array_elements(findings) as f;
end
$function$;

select bag_eq(
    format('select * from pg_temp.found_after(%L)', opened.change),
    format('values (%L, %L)', opened.rule, opened.object),
    format('this is found: %s', opened.change)
)
  from (values
            ('grant select on app.projects to public', 'granted to everyone', 'app.projects'),
            ('grant update (actor) on app.project_events to public',
             'granted to everyone', 'app.project_events (actor)'),
            ('grant execute on function app.erase_events to public',
             'granted to everyone', 'app.erase_events(uuid,uuid,text,text)'),
            ('grant usage on schema app to public', 'granted to everyone', 'app'),
            ('grant select on app.projects to eagle_exporter',
             'granted to a stranger', 'app.projects'),
            ('grant select on ops.jobs to eagle_indexer', 'granted to a stranger', 'ops.jobs'),
            ('alter table app.projects owner to postgres', 'owner', 'app.projects'),
            ('alter table app.projects disable row level security', 'row security', 'app.projects'),
            ('create policy all_of_it on app.projects for select to eagle_reader using (true)',
             'policy', 'app.projects'),
            ('create policy all_of_it on app.projects for insert to eagle_application'
             ' with check (true)',
             'policy', 'app.projects'),
            ('grant select on app.project_payloads_two_pole_direct_burial to eagle_reader',
             'partition', 'app.project_payloads_two_pole_direct_burial'),
            ('alter function app.erase_events set search_path = public',
             'definer function', 'app.erase_events(uuid,uuid,text,text)'),
            ('alter table app.projects alter column name set statistics 100',
             'statistics', 'app.projects.name'),
            ('alter table app.projects alter column account_id set statistics 100',
             'statistics', 'app.projects.account_id'),
            ('grant set on parameter backtrace_functions to eagle_reader',
             'parameter', 'backtrace_functions'),
            ('grant select on app.project_payloads_two_pole_direct_burial to public',
             'granted to everyone', 'app.project_payloads_two_pole_direct_burial'),
            ('alter role eagle_reader superuser', 'role', 'eagle_reader'),
            ('alter role eagle_reader bypassrls', 'role', 'eagle_reader'),
            ('alter role eagle_owner login', 'role', 'eagle_owner'),
            ('create role eagle_later superuser', 'role', 'eagle_later'),
            ('create role eagle_later; grant select on app.projects to eagle_later',
             'granted to a stranger', 'app.projects'),
            ('alter role eagle_reader reset temp_file_limit', 'role setting', 'eagle_reader'),
            ($$comment on role eagle_auditor is
               'Reads. Sessions begin with idle_in_transaction_session_timeout=10min, jit=off.'$$,
             'role setting', 'eagle_auditor'),
            ('grant eagle_owner to eagle_application', 'membership', 'eagle_application'),
            ('grant pg_read_all_data to eagle_reader', 'membership', 'eagle_reader'),
            ('grant execute on function lo_creat(integer) to public',
             'server function', 'lo_creat(integer)'),
            ('grant execute on function pg_advisory_lock(bigint) to public',
             'server function', 'pg_advisory_lock(bigint)'),
            ('grant trigger on app.projects to eagle_application', 'privilege', 'app.projects'),
            ('grant trigger on app.projects to public', 'granted to everyone', 'app.projects'),
            ('grant references on catalog.imports to eagle_operator',
             'privilege', 'catalog.imports'),
            ('grant create on schema app to eagle_operator', 'privilege', 'app'),
            ('grant create on schema public to eagle_owner', 'schema', 'public'),
            ('create schema postgres authorization eagle_owner', 'schema', 'postgres'),
            ('alter default privileges for role eagle_owner grant select on tables to eagle_reader',
             'default privilege', 'all schemas'),
            ('grant connect on database template1 to public', 'other database', 'template1')
       ) as opened (change, rule, object);
-- A role may give itself every setting that anybody may change; only some it is to start with.
select bag_eq(
    format(
        'select * from pg_temp.found_after(%L)',
        format(
            'set local role %1$I; alter role %1$I %2$s set %3$s; reset role',
            own.role, own.place, own.setting
        )
    ),
    format('values (''role setting'', %L)', own.role),
    format('%s is found to start its sessions with %s%s', own.role, own.setting, own.suffix)
)
  from (
           select r.rolname as role, s.setting, place.place, place.suffix
             from (select rolname from pg_roles where rolname like 'eagle\_%' and rolcanlogin) as r
            cross join unnest(array[
                      'default_transaction_read_only = on', 'synchronous_commit = off',
                      'standard_conforming_strings = off', 'statement_timeout = ''1ms''',
                      'enable_indexscan = off', 'search_path = pg_temp',
                      'transform_null_equals = on'
                  ]) as s (setting)
            cross join (
                      values
                          ('', ''),
                          (format('in database %I', current_database()), ', in this database')
                  ) as place (place, suffix)
       ) as own;
select bag_eq(
    $$ select * from pg_temp.found_after(
           'set local role eagle_application; alter role eagle_application reset all; reset role'
       ) $$,
    $$ values ('role setting', 'eagle_application') $$,
    'a role that took its declared settings away is found'
);
select bag_eq(
    $$ select * from pg_temp.found_after(
           'set local role eagle_application; '
           'alter role eagle_application set plan_cache_mode = force_custom_plan; reset role'
       ) $$,
    $$ values ('role setting', 'eagle_application') $$,
    'a role that changed them is found'
);
create function pg_temp.watch() returns event_trigger language plpgsql as 'begin end';
alter function pg_temp.watch() owner to eagle_owner;
select bag_eq(
    $$ select * from pg_temp.found_after(
           'create event trigger watching on ddl_command_start execute function pg_temp.watch()'
       ) $$,
    $$ values ('event trigger', 'watching') $$,
    'an event trigger that runs code of the owner, as whoever changes the schema, is found'
);
select set_eq(
    $$ select rule
         from pg_temp.found_after('alter table app.project_events disable trigger all')
        where object = 'app.project_events' $$,
    array['audit trigger'],
    'a disabled trigger of the audit log is found'
);
select isnt_empty(
    $$ select rule
         from pg_temp.found_after(format(
                  'drop trigger project_events_no_truncate on %s',
                  (select partition from ops.partitions where relation = 'app.project_events' limit 1)
              )) $$,
    'a partition of the audit log that can be truncated is found'
);

set local role eagle_auditor;
select is_empty('select * from ops.check_access()', 'an auditor checks access');
set local role eagle_operator;
select is_empty('select * from ops.check_access()', 'an operator checks access');

reset role;
alter role eagle_reader set work_mem = '1GB';
select results_eq(
    $$ select remedy from ops.check_access() where finding like '% starts with work_mem=1GB' $$,
    array['alter role eagle_reader reset work_mem, in each database it is set for'],
    'the remedy for a setting names it'
);
alter default privileges for role eagle_owner grant select on tables to public;
select results_eq(
    $$ select finding from ops.check_access() where rule = 'default privilege' $$,
    array['what eagle_owner makes later is given to everyone: select'],
    'a default privilege of everyone is called so'
);

select * from finish();
rollback;
