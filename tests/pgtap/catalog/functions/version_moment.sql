begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.version_moment'),
    '(noun text, object text) returns timestamp with time zone, volatile, security invoker',
    'a moment is that of one constant or price'
);
set local role eagle_operator;
select throws_ok(
    $$ select catalog.version_moment('price', 'base_est') $$,
    '42501', 'permission denied for function version_moment',
    'only what publishes asks for it'
);
reset role;
select is(
    catalog.version_moment('price', 'base_est'), now(), 'it is the time of the transaction'
);
select is(
    (select count(*)
       from pg_locks
      where locktype = 'advisory'
        and pid = pg_backend_pid()
        and mode = 'ExclusiveLock'),
    1::bigint, 'no other transaction has one of the same price until this one ends'
);
insert into catalog.past_versions (noun, object, version, was, ended_at, outcome)
values ('price', 'base_est', 'v0', '{}', now() + interval '1 hour', 'closed');
select is(
    catalog.version_moment('price', 'base_est'), now() + interval '1 hour',
    'it is not before what another transaction changed last'
);

select * from finish();
rollback;
