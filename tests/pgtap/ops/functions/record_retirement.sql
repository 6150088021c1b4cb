begin;
select plan(4);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.record_retirement'), '() returns trigger, volatile, security invoker',
    'each state of a retirement is recorded in a trigger'
);
create temporary table before as select max(position) as position from ops.evidence;
grant select on before to eagle_operator;
set local role eagle_operator;
set local timezone = 'Asia/Tokyo';
select ops.begin_retirement('app.project_events_y2001m02', 'drop');
reset role;
select pg_temp.detach();
set local role eagle_operator;
select ops.finish_detachment('app.project_events_y2001m02');
select ops.drop_retired_partition('app.project_events_y2001m02');
reset role;
select results_eq(
    $$ select e.subject, e.content ->> 'state' from ops.evidence as e, before as b
        where e.position > b.position order by e.position $$,
    $$ values ('app.project_events_y2001m02', 'retiring'),
              ('app.project_events_y2001m02', 'detached'),
              ('app.project_events_y2001m02', 'dropped') $$,
    'beginning, detachment and drop are in the evidence'
);
select is_empty(
    $$ select from ops.evidence as e, before as b
        where e.position > b.position
          and e.content ->> 'stretches_sha256'
              <> encode(ops.stretches_sha256('app.project_events_y2001m02'), 'hex') $$,
    'each with the hash of what left of each chain'
);
set local timezone = 'UTC';
select is(
    (select e.content - 'stretches_sha256' from ops.evidence as e order by e.position desc limit 1),
    (select to_jsonb(r) from ops.retired_partitions as r),
    'the last of them is the record, its times in UTC'
);

select * from finish();
rollback;
