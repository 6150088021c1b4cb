begin;
select plan(15);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.finish_detachment'),
    '(partition text) returns ops.retired_partitions, volatile, security definer',
    'a detachment is finished by its partition'
);
set local role eagle_auditor;
select throws_ok(
    $$ select ops.finish_detachment('app.project_events_y2001m02') $$,
    '42501', 'permission denied for function finish_detachment',
    'an auditor retires nothing'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.finish_detachment('app.project_events_y2001m02') $$,
    'ES204', 'app.project_events_y2001m02 is not detached, or its retirement has not begun',
    'what was not begun is not finished'
);
select lives_ok(
    $$ select ops.begin_retirement('app.project_events_y2001m02', 'archive') $$,
    'a retirement is begun'
);
select results_eq(
    $$ select code, hint
         from pg_temp.error_of($e$ select ops.finish_detachment('app.project_events_y2001m02') $e$) $$,
    $$ values (
           'ES204', 'Call ops.begin_retirement(), then run what ops.detach_statement() says.'
       ) $$,
    'what is still attached is not finished, and the refusal tells what is missing'
);

-- One more event arrives before the partition leaves.
reset role;
insert into app.project_events (account_id, project_id, event_type, actor, occurred_at)
values (pg_temp.ana(), pg_temp.ana_project(), 'report.generated', 'ana', '2001-02-04');
select pg_temp.detach();
set local role eagle_operator;
select results_eq(
    $$ select state, action, row_count from ops.finish_detachment('app.project_events_y2001m02') $$,
    $$ values ('detached', 'archive', 3::bigint) $$,
    'what came after the beginning is counted at the end'
);
select results_eq(
    $$ select state, row_count from ops.finish_detachment('app.project_events_y2001m02') $$,
    $$ values ('detached', 3::bigint) $$,
    'what is finished is finished, however often it is said'
);
select is_empty('select * from ops.verify_event_chain()', 'the chains verify');
reset role;
update content set sha256 = ops.archive_sha256('app.project_events_y2001m02');
set local role eagle_operator;
select lives_ok(
    $$ select ops.record_archive(
           'app.project_events_y2001m02', 'y2001m02.gz', repeat('a', 64), pg_temp.content(), 3
       ) $$,
    'the partition is archived'
);
select is(
    (ops.finish_detachment('app.project_events_y2001m02')).state, 'archived',
    'what is archived does not fall back to being detached'
);

reset role;
select results_eq(
    $$ select first_position, last_position from app.retired_events order by first_position $$,
    $$ values (3::bigint, 4::bigint), (6, 6) $$,
    'each unbroken stretch that left is on record'
);
select throws_ok(
    command, 'ES003', null,
    format('events that have left are immutable: %s', split_part(command, ' ', 1))
)
  from unnest(array[
           'update app.project_events_y2001m02 set actor = ''nobody''',
           'delete from app.project_events_y2001m02',
           'truncate app.project_events_y2001m02'
       ]) as command;
select is(
    obj_description('app.project_events_y2001m02'::regclass, 'pg_class'),
    'Retired from app.project_events.',
    'a retired partition says what it is'
);

select * from finish();
rollback;
