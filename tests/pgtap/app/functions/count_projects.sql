begin;
select plan(15);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.count_projects'),
    '(account_id uuid, status app.project_status DEFAULT NULL::app.project_status,'
    ' words text DEFAULT NULL::text,'
    ' changed_from timestamp with time zone DEFAULT NULL::timestamp with time zone,'
    ' changed_until timestamp with time zone DEFAULT NULL::timestamp with time zone)'
    ' returns TABLE(project_count bigint, is_exact boolean), stable, security invoker',
    'projects are counted by what they are paged by'
);
insert into app.projects (
    account_id, name, status, created_by, updated_by, created_at, updated_at
)
select
    pg_temp.ana(), 'Pylon ' || n,
    case when n = 1 then 'submitted' else 'draft' end::app.project_status,
    'ana', 'ana', '2020-01-01', '2020-01-01'::timestamptz + n * interval '1 day'
  from generate_series(1, 1001) as n;
set local role eagle_application;
select throws_ok(
    'select app.count_projects(pg_temp.ana())',
    'ES005', 'the transaction is not set to this account',
    'nothing is counted until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select row_eq(
    format('select * from app.count_projects(pg_temp.ana(), %s)', given.arguments),
    row (given.number::bigint, given.is_exact),
    given.what
)
  from (values
            ('null', 1002, true, 'all projects are counted, however many there are'),
            ('''draft''', 1001, true, 'those of a status are'),
            ('''rejected''', 0, true, 'none is, too'),
            ('words => '' ''', 1002, true, 'blanks are no words'),
            ('words => ''harb''', 1, true, 'those with words are counted'),
            ('words => ''bakery''', 0, true, 'not those of another account'),
            ('words => ''pylon''', 1000, false, 'up to 1,000, and then it says so'),
            ('words => ''pylon'', status => ''draft''', 1000, true, 'a thousand is no more than that'),
            ('changed_from => ''2022-01-01''', 272, true, 'those from a time are'),
            ('changed_until => ''2020-01-04''', 2, true, 'those before a time are'),
            ('''submitted'', ''pylon'', ''2020-01-02'', ''2020-01-03''', 1, true, 'all together, too')
       ) as given (arguments, number, is_exact, what);
select throws_ok(
    $$ select app.count_projects(pg_temp.ana(), words => repeat(' ', 501)) $$,
    '22023', 'length of words must be from 0 to 500', 'words have 500 characters at most'
);
set local role eagle_reader;
select lives_ok(
    $$ select app.count_projects(pg_temp.ana(), words => repeat('x', 500)) $$, 'a reader counts, too'
);

select * from finish();
rollback;
