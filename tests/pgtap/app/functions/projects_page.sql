begin;
select plan(29);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.projects_page'),
    '(account_id uuid, status app.project_status DEFAULT NULL::app.project_status,'
    ' words text DEFAULT NULL::text,'
    ' changed_from timestamp with time zone DEFAULT NULL::timestamp with time zone,'
    ' changed_until timestamp with time zone DEFAULT NULL::timestamp with time zone,'
    ' cursor text DEFAULT NULL::text, count integer DEFAULT 100)'
    ' returns TABLE(project app.projects, next_cursor text), stable, security definer',
    'projects are paged by status, words and time'
);

select ok(
    (select proconfig @> '{enable_sort=off}' from pg_proc where oid = 'app.projects_page'::regproc),
    'they are read in the order of an index'
);

-- Page after page from the first, as a caller follows the cursors: the names, and how many pages.
create function pg_temp.names(
    size integer, status app.project_status default null, words text default null,
    changed_from timestamptz default null, changed_until timestamptz default null,
    out names text[], out pages integer
)
    language plpgsql
as $function$
declare
    at_cursor text;
    found     record;
begin
    names := '{}';
    pages := 0;
    loop
        select array_agg((p.project).name) as page, min(p.next_cursor) as first,
               max(p.next_cursor) as last, count(p.next_cursor) in (0, count(*)) as is_same
          into found
          from app.projects_page(
                   pg_temp.ana(), names.status, names.words, names.changed_from,
                   names.changed_until, at_cursor, names.size
               ) as p;
        names := names || found.page;
        pages := pages + 1;
        if not found.is_same or found.first <> found.last then
            raise exception 'the rows of a page have different cursors';
        end if;
        exit when found.last is null or pages > 20;
        at_cursor := found.last;
    end loop;
end
$function$;

update app.projects as p set name = 'Sign 0' where p.project_id = pg_temp.ana_project();
insert into app.projects (
    account_id, name, street, status, created_by, updated_by, created_at, updated_at
)
select
    pg_temp.ana(), 'Sign ' || n, case when n % 2 = 0 then 'Even' else 'Odd' end || ' St',
    case when n % 3 = 0 then 'submitted' else 'draft' end::app.project_status,
    'ana', 'ana', '2020-01-01', '2020-01-01'::timestamptz + n * interval '1 day'
  from generate_series(1, 6) as n;
-- Three more of one moment, which a page ends in the middle of.
insert into app.projects (
    account_id, project_id, name, status, created_by, updated_by, created_at, updated_at
)
select
    pg_temp.ana(), ('a4000000-0000-7000-8000-00000000000' || n)::uuid, 'Tie ' || n, 'accepted',
    'ana', 'ana', '2019-01-01', '2019-01-01'
  from generate_series(1, 3) as n;

set local role eagle_application;
select throws_ok(
    'select app.projects_page(pg_temp.ana())',
    'ES005', 'the transaction is not set to this account',
    'no page is there until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select row_eq(
    format('select * from pg_temp.names(%s)', given.arguments),
    row (given.names::text[], given.pages),
    given.what
)
  from (values
            ('100', '{Sign 0,Sign 6,Sign 5,Sign 4,Sign 3,Sign 2,Sign 1,Tie 3,Tie 2,Tie 1}', 1,
             'all projects are one page, last changed first'),
            ('10', '{Sign 0,Sign 6,Sign 5,Sign 4,Sign 3,Sign 2,Sign 1,Tie 3,Tie 2,Tie 1}', 1,
             'a page that they just fill has no next one'),
            ('9', '{Sign 0,Sign 6,Sign 5,Sign 4,Sign 3,Sign 2,Sign 1,Tie 3,Tie 2,Tie 1}', 2,
             'of one more there is a second page, which begins within one moment'),
            ('1', '{Sign 0,Sign 6,Sign 5,Sign 4,Sign 3,Sign 2,Sign 1,Tie 3,Tie 2,Tie 1}', 10,
             'page after page shows every project once'),
            ('1, status => ''draft''', '{Sign 0,Sign 5,Sign 4,Sign 2,Sign 1}', 5,
             'those of a status are paged'),
            ('2, status => ''accepted''', '{Tie 3,Tie 2,Tie 1}', 2,
             'those of a status and one moment are paged'),
            ('1, words => ''SIGN even''', '{Sign 6,Sign 4,Sign 2}', 3,
             'those with words are paged'),
            ('1, words => ''sign st'', status => ''draft''', '{Sign 0,Sign 5,Sign 4,Sign 2,Sign 1}', 5,
             'those with words in a status are paged'),
            ('100, words => ''  ''', '{Sign 0,Sign 6,Sign 5,Sign 4,Sign 3,Sign 2,Sign 1,Tie 3,Tie 2,Tie 1}',
             1, 'blanks are no words'),
            ('100, words => ''i_n''', '{}', 1, 'an underscore in words is one'),
            ('100, words => ''s%n''', '{}', 1, 'a percent sign in words is one'),
            ('100, words => ''bakery''', '{}', 1, 'words find nothing of another account'),
            ('1, changed_from => ''2020-01-03'', changed_until => ''2020-01-06''',
             '{Sign 4,Sign 3,Sign 2}', 3, 'those from a time and before another are paged'),
            ('1, status => ''submitted'', changed_from => ''2020-01-04'', changed_until => ''2020-01-07''',
             '{Sign 3}', 1, 'in a status, too'),
            ('1, words => ''sign'', changed_from => ''2020-01-03'', changed_until => ''2020-01-06''',
             '{Sign 4,Sign 3,Sign 2}', 3, 'with words, too'),
            ('1, ''draft'', ''sign even'', ''2020-01-03'', ''2020-01-06''', '{Sign 4,Sign 2}', 2,
             'all together, too')
       ) as given (arguments, names, pages, what);
select is_empty(
    $$ select * from app.projects_page(pg_temp.ana(), 'rejected') $$, 'an empty page has no row'
);
select results_eq(
    $$ select p.project from app.projects_page(pg_temp.ana(), words => 'quay') as p $$,
    'select p from app.projects as p where p.project_id = pg_temp.ana_project()',
    'a project has all of its columns'
);
select throws_ok(
    format('select app.projects_page(pg_temp.ana(), %s)', wrong.arguments),
    '22023', wrong.message, wrong.message
)
  from (values
            ('count => 0', 'count must be from 1 to 1000'),
            ('count => 1001', 'count must be from 1 to 1000'),
            ('words => repeat(''x'', 501)', 'length of words must be from 0 to 500'),
            ('cursor => repeat(''x'', 101)', 'length of cursor must be from 0 to 100'),
            ('cursor => ''x''', 'this is not a cursor of a list of projects')
       ) as wrong (arguments, message);
select lives_ok(
    $$ select app.projects_page(pg_temp.ana(), words => repeat('x', 500), count => 1000) $$,
    'words of 500 characters and pages of 1,000 projects are asked for'
);
set local role eagle_reader;
select isnt_empty('select app.projects_page(pg_temp.ana())', 'a reader pages, too');
set local role eagle_operator;
select throws_ok(
    'select app.projects_page(pg_temp.ana())',
    '42501', 'permission denied for function projects_page', 'an operator does not'
);

select * from finish();
rollback;
