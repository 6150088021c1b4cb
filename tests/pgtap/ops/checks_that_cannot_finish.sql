begin;
select plan(11);

create function pg_temp.break(function text, state text) returns void
    language plpgsql
as $function$
begin
    execute format(
        'create or replace function %s language plpgsql as $$ begin'
        ' raise exception using errcode = %L, message = ''broken''; end $$',
        function, state
    );
end
$function$;
savepoint rows;
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values ('a0000000-0000-7000-8000-000000000000', 'a1000000-0000-7000-8000-000000000000', 'Sign',
        'ana', 'ana');
insert into app.project_payloads (account_id, project_id, module, config)
values ('a0000000-0000-7000-8000-000000000000', 'a1000000-0000-7000-8000-000000000000',
        'signage.single_pole.base_plate', '{}');
select pg_temp.break('ops.json_fits(value jsonb, bytes integer) returns boolean', '22012');
select isnt_empty(
    $$ select from ops.find_row_faults(true)
        where check_name = 'failed' and detail = 'broken (SQLSTATE 22012)' $$,
    'a rule that fails is a finding, and the other rules are checked'
);
select pg_temp.break('ops.json_fits(value jsonb, bytes integer) returns boolean', '40001');
select throws_ok(
    $$ select * from ops.find_row_faults(true) $$, '40001', 'broken',
    'a check of rows that is to be tried again ends'
);
rollback to rows;

savepoint keys;
select pg_temp.break(
    'ops.verify_project_totals() returns table (account_id uuid, status app.project_status,'
    ' project_count bigint, confidence_count bigint, confidence_sum numeric, duration interval)',
    '22012'
);
select isnt_empty(
    $$ select from ops.find_key_faults(true)
        where check_name = 'failed' and detail = 'broken (SQLSTATE 22012)' $$,
    'a comparison of rows that fails is a finding'
);
select pg_temp.break(
    'ops.verify_project_totals() returns table (account_id uuid, status app.project_status,'
    ' project_count bigint, confidence_count bigint, confidence_sum numeric, duration interval)',
    '53200'
);
select throws_ok(
    $$ select * from ops.find_key_faults(true) $$, '53200', 'broken',
    'a comparison without memory ends'
);
rollback to keys;

savepoint parts;
select pg_temp.break(
    'ops.find_object_faults() returns table'
    ' (check_name text, object text, violations bigint, detail text)', '22012'
);
select isnt_empty(
    $$ select from ops.check_integrity(false) as c
        where c.check_name = 'failed' and c.findings::text like '%broken (SQLSTATE 22012)%' $$,
    'a part of the checks that fails is a finding, and the other parts run'
);
select pg_temp.break(
    'ops.find_object_faults() returns table'
    ' (check_name text, object text, violations bigint, detail text)', 'XX000'
);
select isnt_empty(
    $$ select from ops.check_integrity(false) as c
        where c.check_name = 'unreadable' and c.findings::text like '%broken (SQLSTATE XX000)%' $$,
    'a part that cannot read the catalogue is tried again, and then a finding'
);
select pg_temp.break(
    'ops.find_object_faults() returns table'
    ' (check_name text, object text, violations bigint, detail text)', '40001'
);
select throws_ok(
    $$ select * from ops.check_integrity(false) $$, '40001', 'broken',
    'a check that is to be tried again ends'
);
rollback to parts;

-- Of the other parts nothing is wanted here; this one finds a fault as often as the setting says.
create temporary sequence calls;
grant usage on sequence calls to public;
do $$
declare
    part record;
begin
    for part in
        select p.oid::regproc as name, pg_get_function_arguments(p.oid) as arguments,
               pg_get_function_result(p.oid) as result
          from pg_proc as p
         where p.oid::regproc::text ~ '^ops\.find_.*_faults$'
    loop
        execute format(
            'create or replace function %s(%s) returns %s language plpgsql as %L',
            part.name, part.arguments, part.result,
            case part.name::text
                when 'ops.find_definition_faults'
                    then 'begin'
                         '  if nextval(''calls'') <= current_setting(''broken.times'')::integer then'
                         '    return query select ''definitions'', ''app.x'', 1::bigint, ''is new'';'
                         '  end if; '
                         'end'
                else 'begin end'
            end
        );
    end loop;
end
$$;
set local broken.times = 2;
select is_empty(
    $$ select from ops.check_integrity(false) as c where c.violations > 0 $$,
    'what two readings of the catalogue find, and a third does not, was changing'
);
select setval('calls', 1, false);
set local broken.times = 3;
select results_eq(
    $$ select c.findings from ops.check_integrity(false) as c where c.violations > 0 $$,
    $$ values (array['app.x: is new']) $$,
    'what three find is a fault'
);
rollback to parts;

-- A database that was made without the runner has no ledger.
alter schema ledger rename to old_ledger;
select isnt_empty(
    $$ select from ops.definitions() where object ~ 'app.projects' $$,
    'the objects are read where there is no ledger'
);
select isnt_empty(
    $$ select from ops.metrics() where metric = 'access_findings' $$,
    'numbers are read where there is no ledger'
);

select * from finish();
rollback;
