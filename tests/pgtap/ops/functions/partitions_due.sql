begin;
select plan(13);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.partitions_due'),
    '() returns TABLE(partition text, action text), stable, security invoker',
    'what is due is asked for as a whole'
);
set local role eagle_application;
select throws_ok(
    'select * from ops.partitions_due()',
    '42501', 'permission denied for function partitions_due',
    'the application does not ask what is to be retired'
);
set local role eagle_operator;
select is_empty('select * from ops.partitions_due()', 'where all is kept nothing is due');

-- A policy that keeps two full months, and months around its edge.
update ops.partition_policies
   set months_retained = 2, on_retirement = 'archive'
 where relation = 'app.project_events';
select lives_ok(
    $$ select ops.ensure_partitions(
           from_month => ((now() at time zone 'UTC') - interval '4 months')::date
       ) $$,
    'the last months have partitions'
);
select results_eq(
    'select * from ops.partitions_due()',
    $$ select partition, 'archive'
         from (values
                   ('app.project_events_y2001m02', interval '100 years'),
                   (to_char((now() at time zone 'UTC') - interval '4 months',
                            '"app.project_events_y"YYYY"m"MM'), interval '4 months'),
                   (to_char((now() at time zone 'UTC') - interval '3 months',
                            '"app.project_events_y"YYYY"m"MM'), interval '3 months')
              ) as due (partition, age)
        order by age desc $$,
    'full months beyond those retained are due, oldest first, and what happens to them'
);

-- What was begun stays due until it is done.
select is(
    (ops.begin_retirement('app.project_events_y2001m02', 'archive')).state, 'retiring',
    'a retirement is begun'
);
update ops.partition_policies set months_retained = null, on_retirement = 'keep';
select results_eq(
    'select * from ops.partitions_due()',
    $$ values ('app.project_events_y2001m02', 'archive') $$,
    'what was begun is due whatever the policy says now'
);
reset role;
select pg_temp.detach();
set local role eagle_operator;
select is(
    (ops.finish_detachment('app.project_events_y2001m02')).state, 'detached',
    'the partition has left'
);
select isnt_empty(
    'select * from ops.partitions_due()', 'what has left and is to be archived is due'
);
select lives_ok(
    $$ select ops.record_archive(
           'app.project_events_y2001m02', 'y2001m02.gz', repeat('a', 64), pg_temp.content(), 2
       ) $$,
    'the partition is archived'
);
select isnt_empty('select * from ops.partitions_due()', 'what is archived and still there is due');
select lives_ok(
    $$ select ops.drop_retired_partition('app.project_events_y2001m02') $$, 'its table is dropped'
);
select is_empty('select * from ops.partitions_due()', 'what is done is not due');

select * from finish();
rollback;
