begin;
select plan(35);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.check_integrity'),
    '(is_thorough boolean DEFAULT true) returns TABLE(check_name text, severity text, '
    'violations bigint, findings text[], remedy text), volatile, security definer',
    'integrity is checked as a whole'
);
set local role eagle_application;
select throws_ok(
    'select * from ops.check_integrity()',
    '42501', 'permission denied for function check_integrity',
    'the application is not told of the rows of others'
);

reset role;
-- Other tests deleted events and filled tables, and undid that; the server counted it.
select pg_stat_reset();
update pg_class set relpages = 1
 where relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
   and relpages > 1000;
select set_config('app.account_id', '0194f3c0-0000-7000-8000-000000000001', true);
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values
    ('0194f3c0-0000-7000-8000-000000000001', '0194f3c0-0000-7000-8000-00000000000a', 'A', 'a', 'a'),
    ('0194f3c0-0000-7000-8000-000000000001', '0194f3c0-0000-7000-8000-00000000000b', 'B', 'a', 'a');
insert into app.project_payloads (account_id, project_id, module, config, files, cost_snapshot)
values (
    '0194f3c0-0000-7000-8000-000000000001', '0194f3c0-0000-7000-8000-00000000000a',
    'signage.single_pole.base_plate', '{"material": "A36"}', '[]', '{}'
);

-- What is found once a fault was planted as only a superuser can; the fault is undone. Other tests
-- leave dead rows behind, which are no fault of this one's.
create function pg_temp.found_after(fault text, is_thorough boolean default false)
    returns table (check_name text, findings text, violations bigint)
    language plpgsql
as $function$
declare
    rows_found jsonb;
begin
    begin
        execute fault;
        set local role eagle_operator;
        select coalesce(jsonb_agg(to_jsonb(c)), '[]') into rows_found
          from (
                  select i.check_name, array_agg(finding) as findings, i.violations
                    from ops.check_integrity(found_after.is_thorough) as i
                   cross join lateral unnest(i.findings) as finding
                   where finding not like '% rows are dead'
                   group by i.check_name, i.violations
               ) as c;
        raise exception sqlstate 'UNDO0';
    exception
        when sqlstate 'UNDO0' then
            null;
    end;
    return query
    select f ->> 'check_name', f ->> 'findings', (f ->> 'violations')::bigint
      from jsonb_array_elements(rows_found) as f;
end
$function$;

select is_empty(
    $$ select * from pg_temp.found_after('select', true) $$, 'nothing is wrong at first'
);
create temporary table planted as
select *
  from (values
            ('orphans', 'a payload whose project is gone',
             $$ set local session_replication_role = replica;
                delete from app.projects where name = 'A' $$),
            ('checks', 'a confidence above one',
             $$ alter table app.projects drop constraint projects_confidence_check;
                update app.projects set confidence = 2, etag = etag where name = 'A';
                set local session_replication_role = replica;
                alter table app.projects add constraint projects_confidence_check
                    check (confidence >= 0 and confidence <= 1) not valid;
                update pg_constraint set convalidated = true
                 where conname = 'projects_confidence_check' $$),
            ('duplicates', 'an etag that two projects have',
             $$ update pg_index set indisunique = false, indimmediate = true
                 where indexrelid = 'app.projects_account_id_etag_key'::regclass;
                alter table app.projects disable trigger user;
                update app.projects set etag = (select etag from app.projects where name = 'A');
                alter table app.projects enable trigger user;
                update pg_index set indisunique = true
                 where indexrelid = 'app.projects_account_id_etag_key'::regclass $$),
            ('payload-hashes', 'a payload that was changed behind its hash',
             $$ set local session_replication_role = replica;
                update app.project_payloads set config = '{"material": "A992"}';
                alter table app.project_payloads alter column sha256 drop expression;
                update app.project_payloads set config = '{"material": "A572"}' $$),
            ('event-chains', 'an event that was removed',
             $$ set local session_replication_role = replica;
                delete from app.project_events where event_type = 'payload.saved' $$),
            ('invalid-indexes', 'an index that a build left invalid',
             $$ update pg_index set indisvalid = false
                 where indexrelid = 'app.projects_account_id_etag_key'::regclass $$),
            ('unvalidated-constraints', 'a constraint that old rows may break',
             $$ alter table app.projects add constraint projects_customer_named_check
                    check (customer <> '') not valid $$),
            ('unlogged-tables', 'a table that a crash empties',
             $$ alter table ops.missed_months set unlogged $$),
            ('access', 'a table that everybody may read',
             $$ grant select on catalog.pricing_configs to public $$),
            ('partitions', 'a month ahead that has no partition',
             $$ update ops.partition_policies set months_ahead = 4 $$),
            ('partitions', 'weeks that are missing in a month held in part',
             $$ update ops.partition_policies set months_ahead = 4, period = 'week';
                select * from ops.create_time_partitions(
                    'app.project_events',
                    (date_trunc('month', now() at time zone 'UTC') + interval '4 months')::date
                ) $$),
            ('partitions', 'a module that has no partition',
             $$ drop table app.project_payloads_two_pole_direct_burial $$),
            ('partitions', 'a partition whose detachment stopped halfway',
             $$ update pg_inherits set inhdetachpending = true
                 where inhrelid = 'app.project_payloads_two_pole_direct_burial'::regclass $$),
            ('retirements', 'a retirement that has not gone on for a day',
             $$ insert into ops.retired_partitions
                    (partition, relation, starts_at, ends_at, action, row_count, changed_at)
                values ('app.old', 'app.project_events', '2001-01-01', '2001-02-01', 'drop', 0,
                        now() - interval '25 hours') $$),
            ('missed-months', 'writes that were refused this week',
             $$ insert into ops.missed_months (relation, starts_at, misses)
                values ('app.project_events', '2001-01-01', 3) $$),
            ('sequences', 'a sequence that is nearly used up',
             $$ set local role eagle_owner;
                create sequence ops.numbers maxvalue 10;
                select setval('ops.numbers', 9);
                reset role $$),
            ('transaction-ids', 'a database that has not been frozen for long',
             $$ update pg_database
                   set datfrozenxid = mod(
                           pg_current_xact_id()::text::bigint + 4294967296 - 1100000000, 4294967296
                       )::text::xid
                 where datname = current_database() $$),
            ('bloat', 'a table with many times the pages that its rows need',
             $$ set local role eagle_owner;
                create table ops.swollen (number bigint not null);
                reset role;
                insert into ops.swollen select * from generate_series(1, 10);
                analyze ops.swollen;
                update pg_class set relpages = 2000 where oid = 'ops.swollen'::regclass $$),
            ('statistics', 'a partitioned table that was never analyzed, with rows',
             $$ update pg_class set reltuples = -1 where oid = 'app.project_events'::regclass;
                update pg_class set reltuples = 20000
                 where oid = (select inhrelid from pg_inherits
                               where inhparent = 'app.project_events'::regclass limit 1) $$)
       ) as planted (check_name, what, fault);

create temporary table found as
select planted.what, planted.check_name as looked_for, f.*
  from planted
  left join lateral pg_temp.found_after(
            planted.fault, planted.check_name in ('duplicates', 'payload-hashes', 'event-chains')
       ) as f on true;
select ok(
    planted.check_name in (select f.check_name from found as f where f.what = planted.what),
    'found: ' || planted.what
)
  from planted;
-- At most 20 of them are named; the checks that are left out count rows, pages or weeks.
select is_empty(
    $$ select f.what, f.check_name, f.violations, f.findings
         from found as f
        where f.check_name not in (
                  'bloat', 'deleted-events', 'duplicates', 'missed-months', 'partitions', 'statistics'
              )
          and least(f.violations, 20) <> jsonb_array_length(f.findings::jsonb) $$,
    'each of these findings counts as one'
);
select is_empty(
    $$ select check_name from ops.check_integrity(is_thorough => false)
        where check_name in ('duplicates', 'payload-hashes', 'event-chains') $$,
    'the quick checks leave out what reads and hashes every row'
);
select results_eq(
    $$ select f.findings::jsonb ->> 0
         from pg_temp.found_after(
                  'set local session_replication_role = replica;
                   delete from app.projects where name = ''A'''
              ) as f
        where f.check_name = 'orphans' $$,
    array[
        'app.project_payloads project_payloads_account_id_project_id_fkey: such as '
        '0194f3c0-0000-7000-8000-000000000001, 0194f3c0-0000-7000-8000-00000000000a'
    ],
    'a finding names the table, the rule and a row'
);
select is_empty(
    $$ select * from pg_temp.found_after('select', true) $$, 'nothing is wrong at the end'
);
select isnt_empty(
    $$ select from ops.check_integrity() where check_name = 'bloat' and remedy <> '' $$,
    'every check has a line, whatever it finds'
);

-- A part that fails, which the others do not hear of; these find nothing from here on.
create function pg_temp.silence(part regprocedure)
    returns void
    language plpgsql
as $function$
begin
    execute format(
        'create or replace function %s(%s) returns %s language plpgsql as %L',
        silence.part::regproc, pg_get_function_arguments(silence.part),
        pg_get_function_result(silence.part), 'begin end'
    );
end
$function$;
select pg_temp.silence(part)
  from unnest(array[
           'ops.find_definition_faults()', 'ops.find_object_faults()', 'ops.find_recorded_faults()',
           'ops.find_row_faults(boolean)', 'ops.find_key_faults(boolean)'
       ]::regprocedure[]) as part;
-- A sequence counts also what is undone.
create temporary sequence tries;
grant usage on tries to public;
create function pg_temp.failing(code text, times integer default 5)
    returns table (check_name text, violations bigint, findings text[])
    language plpgsql
as $function$
begin
    execute format(
        $f$ create or replace function ops.find_capacity_faults()
                returns table (check_name text, object text, violations bigint, detail text)
                language plpgsql stable
            as $body$
            begin
                if nextval('pg_temp.tries') <= %s then
                    raise exception 'no luck' using errcode = %L;
                end if;
            end
            $body$ $f$,
        failing.times, failing.code
    );
    perform setval('pg_temp.tries', 1, false);
    return query
    select i.check_name, i.violations, i.findings
      from ops.check_integrity(false) as i
     where i.check_name in ('failed', 'unreadable') and i.violations > 0;
end
$function$;
select results_eq(
    format('select * from pg_temp.failing(%L)', failed.code),
    format(
        $$ values (%L, 1::bigint, array['capacity: no luck (SQLSTATE %s)']) $$,
        failed.found, failed.code
    ),
    failed.what
)
  from (values
            ('22012', 'failed', 'a check that fails is a finding'),
            ('42P01', 'failed', 'so is one whose table is still missing when it is tried again'),
            ('XX001', 'unreadable', 'a page that cannot be read is one')
       ) as failed (code, found, what);
select is_empty(
    $$ select * from pg_temp.failing('42P01', 2) $$,
    'a table that is there at the third try was only missing meanwhile'
);
select isnt_empty(
    $$ select * from pg_temp.failing('22012', 1) $$, 'another error is not tried again'
);
select throws_ok(
    format('select * from pg_temp.failing(%L)', ended.code), ended.code, 'no luck',
    format('what is ended from outside is not a finding: %s', ended.code)
)
  from unnest(array['40001', '53200', '55P03']) as ended (code);

select * from finish();
rollback;
