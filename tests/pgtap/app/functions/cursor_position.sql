begin;
select plan(15);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.cursor_position'),
    '(kind text, cursor text, OUT at timestamp with time zone, OUT id uuid) returns record,'
    ' immutable, security invoker',
    'a page begins where its cursor says'
);
set local role eagle_reader;
select row_eq(
    $$ select * from app.cursor_position('event', null) $$,
    row('infinity'::timestamptz, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid),
    'no cursor is before everything'
);
select results_eq(
    $$ select p.at = given.at, p.id
         from (values (timestamptz '2026-11-30 10:11:12.000001+00'), ('1970-01-01 00:00+00'),
                      ('2099-12-31 23:59:59.999999+00')) as given (at)
        cross join lateral app.cursor_position(
                  'project', app.page_cursor('project', given.at, pg_temp.bob_project())
              ) as p $$,
    $$ values (true, pg_temp.bob_project()), (true, pg_temp.bob_project()),
              (true, pg_temp.bob_project()) $$,
    'a cursor gives the time and the key that it was made of, to the microsecond'
);
select throws_ok(
    format('select app.cursor_position(''project'', %L)', wrong.cursor),
    '22023', 'this is not a cursor of a list of projects', wrong.what
)
  from (values
            ('', 'a blank text is none'),
            ('project', 'a word is none'),
            ('project.', 'nor is it with a point'),
            ('project.0006475efc78ef75a1000000000070008000000000000', 'a part of one is none'),
            ('project.0006475efc78ef75a1000000000070008000000000000000 ', 'nor a blank after it'),
            ('project.0006475EFC78EF75A100000000007000800000000000000', 'nor one in capitals'),
            ('project.x006475efc78ef75a100000000007000800000000000000', 'nor other digits'),
            ('event.0006475efc78ef75a100000000007000800000000000000', 'that of an event is none'),
            (repeat('x', 1000), 'a long text is none'),
            ('project.' || repeat('f', 48), 'a time that never comes is none')
       ) as wrong (cursor, what);
select is(
    (pg_temp.error_of($$ select app.cursor_position('event', 'x') $$)).hint,
    'Give next_cursor of the page before as it is, or null for the first page.',
    'the refusal tells what a cursor is'
);
set local role eagle_operator;
select throws_ok(
    $$ select app.cursor_position('event', null) $$,
    '42501', 'permission denied for function cursor_position', 'an operator asks for no page'
);

select * from finish();
rollback;
