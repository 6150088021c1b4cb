begin;
select plan(13);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.drop_retired_partition'),
    '(partition text) returns void, volatile, security definer',
    'a retired partition is dropped by its name'
);
create function pg_temp.drop_it() returns void
begin atomic
    select ops.drop_retired_partition('app.project_events_y2001m02');
end;

set local role eagle_application;
select throws_ok(
    'select pg_temp.drop_it()', '42501', 'permission denied for function drop_retired_partition',
    'the application drops nothing'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.drop_retired_partition('app.projects') $$,
    'ES204', 'app.projects is neither archived nor to be dropped',
    'only what was retired is dropped'
);
select throws_ok(
    'select pg_temp.drop_it()',
    'ES204', 'app.project_events_y2001m02 is neither archived nor to be dropped',
    'what is attached is not dropped'
);
select lives_ok(
    $$ select ops.begin_retirement('app.project_events_y2001m02', 'archive') $$,
    'a retirement is begun'
);
reset role;
select pg_temp.detach();
set local role eagle_operator;
select lives_ok(
    $$ select ops.finish_detachment('app.project_events_y2001m02') $$, 'the partition has left'
);
select results_eq(
    $$ select code, hint from pg_temp.error_of('select pg_temp.drop_it()') $$,
    $$ values ('ES204', 'Archive it first, or retire it with the action drop.') $$,
    'what is to be archived is not dropped before it is'
);
select lives_ok(
    $$ select ops.record_archive(
           'app.project_events_y2001m02', 'y2001m02.gz', repeat('a', 64), pg_temp.content(), 2
       ) $$,
    'the partition is archived'
);
select lives_ok('select pg_temp.drop_it()', 'what is archived is dropped');
select hasnt_table('app', 'project_events_y2001m02', 'its table is gone');
select results_eq(
    'select state from ops.retired_partitions', array['archived'], 'its archive is still on record'
);
select lives_ok('select pg_temp.drop_it()', 'what is gone may be dropped again');
select is_empty('select * from ops.verify_event_chain()', 'the chains verify without it');

select * from finish();
rollback;
