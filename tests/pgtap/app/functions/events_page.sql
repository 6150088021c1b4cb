begin;
select plan(19);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.events_page'),
    '(account_id uuid, project_id uuid DEFAULT NULL::uuid,'
    ' event_type app.project_event_type DEFAULT NULL::app.project_event_type,'
    ' occurred_from timestamp with time zone DEFAULT NULL::timestamp with time zone,'
    ' occurred_until timestamp with time zone DEFAULT NULL::timestamp with time zone,'
    ' cursor text DEFAULT NULL::text, count integer DEFAULT 100)'
    ' returns TABLE(event app.project_events, next_cursor text), stable, security invoker',
    'events are paged by project, type and time'
);
select ok(
    (select proconfig @> '{enable_sort=off}' from pg_proc where oid = 'app.events_page'::regproc),
    'they are read in the order of an index'
);
create function pg_temp.numbers(
    size integer, project_id uuid default null, event_type app.project_event_type default null,
    occurred_from timestamptz default null, occurred_until timestamptz default null,
    out numbers integer[], out pages integer
)
    language plpgsql
as $function$
declare
    at_cursor text;
    found     record;
begin
    numbers := '{}';
    pages   := 0;
    loop
        select array_agg(((p.event).data ->> 'n')::integer) as page, max(p.next_cursor) as last
          into found
          from app.events_page(
                   pg_temp.ana(), numbers.project_id, numbers.event_type, numbers.occurred_from,
                   numbers.occurred_until, at_cursor, numbers.size
               ) as p;
        numbers := numbers || found.page;
        pages := pages + 1;
        exit when found.last is null or pages > 20;
        at_cursor := found.last;
    end loop;
end
$function$;
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values (pg_temp.ana(), 'a2000000-0000-7000-8000-000000000000', 'Second', 'ana', 'ana');
create temporary table moment on commit drop as
select date_trunc('day', now()) + interval '1 day' as at;
grant select on moment to public;
insert into app.project_events (
    account_id, project_id, event_id, event_type, actor, occurred_at, data
)
select
    pg_temp.ana(),
    case when n < 5 then pg_temp.ana_project() else 'a2000000-0000-7000-8000-000000000000' end,
    ('a6000000-0000-7000-8000-00000000000' || n)::uuid,
    case when n % 2 = 0 then 'file.attached' else 'report.generated' end::app.project_event_type,
    'ana', m.at + (n / 4) * interval '1 hour', jsonb_build_object('n', n)
  from moment as m
 cross join generate_series(1, 7) as n;

set local role eagle_application;
select throws_ok(
    'select app.events_page(pg_temp.ana())',
    'ES005', 'the transaction is not set to this account',
    'no page is there until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select row_eq(
    format('select * from pg_temp.numbers(%s)', given.arguments),
    row (given.numbers::integer[], given.pages),
    given.what
)
  from (values
            ('100, occurred_from => (select at from moment)', '{7,6,5,4,3,2,1}', 1,
             'the events of an account are one page, newest first'),
            ('7, occurred_from => (select at from moment)', '{7,6,5,4,3,2,1}', 1,
             'a page that they just fill has no next one'),
            ('1, occurred_from => (select at from moment)', '{7,6,5,4,3,2,1}', 7,
             'page after page shows each event once, those of one moment too'),
            ('1, pg_temp.ana_project(), occurred_from => (select at from moment)', '{4,3,2,1}', 4,
             'those of a project are paged'),
            ('1, event_type => ''file.attached''', '{6,4,2}', 3, 'those of a type are paged'),
            ('1, pg_temp.ana_project(), ''file.attached''', '{4,2}', 2,
             'those of a project and a type are paged'),
            ('1, null, null, (select at from moment), (select at + interval ''1 hour'' from moment)',
             '{3,2,1}', 3, 'those from a time and before another are paged'),
            ('1, pg_temp.ana_project(), ''report.generated'', (select at from moment),'
             ' (select at + interval ''1 hour'' from moment)',
             '{3,1}', 2, 'all together, too'),
            ('100, pg_temp.bob_project()', '{}', 1, 'nothing of another account is there')
       ) as given (arguments, numbers, pages, what);
select results_eq(
    'select p.event from app.events_page(pg_temp.ana(), pg_temp.ana_project()) as p',
    'select e from app.project_events as e where e.project_id = pg_temp.ana_project()'
    ' order by occurred_at desc, event_id desc',
    'an event has all of its columns'
);
select throws_ok(
    format('select app.events_page(pg_temp.ana(), %s)', wrong.arguments),
    '22023', wrong.message, wrong.what
)
  from (values
            ('count => 0', 'count must be from 1 to 1000', 'a page has a row'),
            ('count => 1001', 'count must be from 1 to 1000', 'a page has 1,000 at most'),
            ('cursor => repeat(''x'', 101)', 'length of cursor must be from 0 to 100',
             'a cursor has 100 characters at most'),
            ('cursor => ''x''', 'this is not a cursor of a list of events', 'a cursor is one')
       ) as wrong (arguments, message, what);
set local role eagle_reader;
select lives_ok(
    'select app.events_page(pg_temp.ana(), count => 1000)', 'a reader pages, too, a thousand at a time'
);
set local role eagle_operator;
select throws_ok(
    'select app.events_page(pg_temp.ana())',
    '42501', 'permission denied for function events_page', 'an operator does not'
);

select * from finish();
rollback;
