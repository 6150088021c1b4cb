begin;
select plan(4);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.page_cursor'),
    '(kind text, at timestamp with time zone, id uuid) returns text, immutable, security invoker',
    'a cursor is made of a time and a key'
);
set local role eagle_reader;
select is(
    app.page_cursor('event', '2026-01-02 03:04:05.678901+00', pg_temp.ana_project()),
    'event.0006475ef6574f35a1000000000070008000000000000000',
    'it is the time in microseconds and the key, in hex'
);
select is(app.page_cursor('event', null, pg_temp.ana_project()), null, 'no time has no cursor');
set local role eagle_operator;
select throws_ok(
    $$ select app.page_cursor('event', now(), pg_temp.ana_project()) $$,
    '42501', 'permission denied for function page_cursor', 'an operator makes none'
);

select * from finish();
rollback;
