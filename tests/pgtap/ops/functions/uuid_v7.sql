begin;
select plan(6);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.uuid_v7'), '() returns uuid, volatile, security invoker',
    'an id is made without being told anything'
);

set local role eagle_auditor;
select throws_ok(
    'select ops.uuid_v7()', '42501', 'permission denied for function uuid_v7',
    'who writes nothing makes no ids'
);
set local role eagle_application;
select is_empty(
    $$ select id
         from (select ops.uuid_v7() from generate_series(1, 1000)) as made (id)
        where id::text !~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' $$,
    'an id is a UUID of version 7 and the variant of RFC 9562'
);
select is(
    (select count(distinct id)
       from (select ops.uuid_v7() from generate_series(1, 1000)) as made (id)),
    1000::bigint,
    'no two ids are the same'
);
select is_empty(
    $$ select id
         from (select clock_timestamp(), ops.uuid_v7(), clock_timestamp()
                 from generate_series(1, 1000)) as made (before, id, after)
        where to_timestamp(
                  ('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0
              ) not between date_trunc('milliseconds', before) and after $$,
    'an id starts with the millisecond in which it was made'
);
select ok(
    (select first.id < second.id
       from (select ops.uuid_v7() as id offset 0) as first
      cross join lateral (select pg_sleep(0.002 + 0 * length(first.id::text)) offset 0) as pause
      cross join lateral (select ops.uuid_v7() as id where pause is not null offset 0) as second),
    'ids are ordered by time'
);

select * from finish();
rollback;
