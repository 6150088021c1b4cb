begin;
select plan(16);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.find_definition_faults'),
    '() returns TABLE(check_name text, object text, violations bigint, detail text), '
    'volatile, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_definition_faults()',
    '42501', 'permission denied for function find_definition_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;
select is_empty('select * from ops.find_definition_faults()', 'nothing is wrong at first');

-- What the database does by itself.
select count(*) from ops.create_time_partitions('app.project_events', '2001-02-01');
select count(*) from ops.create_time_partitions('app.project_events', '2031-05-01');
select is_empty('select * from ops.find_definition_faults()', 'months may be made');
select state from ops.begin_retirement('app.project_events_y2001m02', 'detach');
select is_empty('select * from ops.find_definition_faults()', 'a month may be retiring');
alter table app.project_events detach partition app.project_events_y2001m02;
select is_empty('select * from ops.find_definition_faults()', 'or no longer attached');
select state from ops.finish_detachment('app.project_events_y2001m02');
select is_empty('select * from ops.find_definition_faults()', 'or detached');
select state from ops.attach_retired_partition('app.project_events_y2001m02');
select is_empty('select * from ops.find_definition_faults()', 'or attached again');

alter table app.project_events_y2031m05 disable trigger project_events_immutable;
alter table app.projects alter column name drop not null;
create table ops.extra (number integer);
drop function app.page_events(uuid, uuid, timestamptz, uuid, integer);
select results_eq(
    $$ select object, regexp_replace(detail, '^was ''.*', 'changed')
         from ops.find_definition_faults()
        where object !~ '^(ops.extra column|.* not_null)' and object !~ 'not_null'
        order by object collate "C" $$,
    $$ values
        ('app.project_events_y2031m05: app.project_events partition trigger project_events_immutable', 'changed'),
        ('app.projects column name', 'changed'),
        ('function app.page_events(uuid,uuid,timestamp with time zone,uuid,integer)', 'is missing'),
        ('ops.extra', 'was not made by a migration') $$,
    'what changed, is missing or was added is named'
);
update ops.recorded_definitions set definition = '15' where object = 'server';
select alike(
    (select string_agg(detail, ' ') from ops.find_definition_faults()),
    'PostgreSQL 15 recorded the definitions, and this is %',
    'another version writes definitions otherwise, so that they have to be recorded again'
);

update ops.recorded_definitions
   set definition = current_setting('server_version_num')::integer / 10000
 where object = 'server';

-- What is shown of a long change: from 20 characters before the first that differs, 80 characters.
create function pg_temp.shown(was text, becomes text)
    returns text
    language plpgsql
as $function$
begin
    execute format(
        'create or replace function ops.long() returns text language sql as %L',
        E'\nselect ''\n' || shown.becomes || E'\n'''
    );
    delete from ops.recorded_definitions where object = 'function ops.long()';
    insert into ops.recorded_definitions (place, object, definition)
    select d.place, d.object, replace(d.definition, shown.becomes, shown.was)
      from ops.definitions() as d
     where d.object = 'function ops.long()';
    return (
        select string_agg(f.detail, ' and ')
          from ops.find_definition_faults() as f
         where f.object = 'function ops.long()' and f.violations = 1
    );
end
$function$;
select is(
    pg_temp.shown(
        repeat('a', 60) || 'x' || repeat('c', 90), repeat('a', 60) || 'b' || repeat('c', 90)
    ),
    format(
        'was %L, is %L', repeat('a', 20) || 'x' || repeat('c', 59),
        repeat('a', 20) || 'b' || repeat('c', 59)
    ),
    'of a long line the part around the first difference is shown'
);
select is(
    pg_temp.shown(
        'x' || repeat('a', 60) || 'x' || repeat('c', 90),
        'b' || repeat('a', 60) || 'b' || repeat('c', 90)
    ),
    format(
        'was %L, is %L', 'x' || repeat('a', 60) || 'x' || repeat('c', 18),
        'b' || repeat('a', 60) || 'b' || repeat('c', 18)
    ),
    'a line that differs from its first character on is shown from there'
);
select is(
    pg_temp.shown(E'one\ntwo', E'eins\nzwei'), 'was ''one'', is ''eins''',
    'of several lines the first is shown'
);
select results_eq(
    $$ select object, violations, detail
         from ops.find_definition_faults() where object = 'ops.extra' $$,
    $$ values ('ops.extra', 1::bigint, 'was not made by a migration') $$,
    'what no migration made is one fault'
);
create temporary table newest on commit drop as
select max(r.place) as partition
  from ops.recorded_definitions as r
 where r.object = 'app.project_events partition';
do $$
begin
    execute format('drop table %s', (select partition from newest));
end
$$;
select results_eq(
    $$ select object, violations from ops.find_definition_faults()
        where detail = 'is missing, and no retirement of it is recorded' $$,
    'select partition, 1::bigint from newest',
    'a partition that is gone without being retired is one fault'
);
update ops.recorded_definitions set definition = '15' where object = 'server';
select results_eq(
    'select object, violations from ops.find_definition_faults()',
    $$ values ('ops.recorded_definitions', 1::bigint) $$,
    'that another version recorded is the only fault then'
);

select * from finish();
rollback;
