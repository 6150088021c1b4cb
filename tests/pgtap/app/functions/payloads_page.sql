begin;
select plan(18);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.payloads_page'),
    '(account_id uuid, config jsonb, module app.project_module DEFAULT NULL::app.project_module,'
    ' saved_from timestamp with time zone DEFAULT NULL::timestamp with time zone,'
    ' saved_until timestamp with time zone DEFAULT NULL::timestamp with time zone,'
    ' cursor text DEFAULT NULL::text, count integer DEFAULT 100)'
    ' returns TABLE(payload app.project_payloads, next_cursor text), stable, security definer',
    'designs are paged by values of their config, module and time'
);
create function pg_temp.heights(
    size integer, config jsonb, module app.project_module default null,
    saved_from timestamptz default null, saved_until timestamptz default null,
    out heights integer[], out pages integer
)
    language plpgsql
as $function$
declare
    at_cursor text;
    found     record;
begin
    heights := '{}';
    pages   := 0;
    loop
        select array_agg(((p.payload).config ->> 'height_ft')::integer) as page,
               max(p.next_cursor) as last
          into found
          from app.payloads_page(
                   pg_temp.ana(), heights.config, heights.module, heights.saved_from,
                   heights.saved_until, at_cursor, heights.size
               ) as p;
        heights := heights || found.page;
        pages := pages + 1;
        exit when found.last is null or pages > 20;
        at_cursor := found.last;
    end loop;
end
$function$;
insert into app.project_payloads (account_id, project_id, payload_id, module, config, created_at)
select
    pg_temp.ana(), pg_temp.ana_project(), ('a5000000-0000-7000-8000-00000000000' || n)::uuid,
    case when n % 2 = 0 then 'signage.two_pole.direct_burial'
         else 'signage.single_pole.direct_burial' end::app.project_module,
    jsonb_build_object('height_ft', n, 'material', 'A36'),
    '2020-01-01'::timestamptz + (n / 3) * interval '1 day'
  from generate_series(1, 6) as n;

set local role eagle_application;
select throws_ok(
    $$ select app.payloads_page(pg_temp.ana(), '{}') $$,
    'ES005', 'the transaction is not set to this account',
    'no page is there until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select row_eq(
    format('select * from pg_temp.heights(%s)', given.arguments),
    row (given.heights::integer[], given.pages),
    given.what
)
  from (values
            ('100, ''{"material": "A36"}''', '{6,5,4,3,2,1}', 1,
             'the designs with a value are one page, newest first'),
            ('6, ''{"material": "A36"}''', '{6,5,4,3,2,1}', 1,
             'a page that they just fill has no next one'),
            ('1, ''{"material": "A36"}''', '{6,5,4,3,2,1}', 6,
             'page after page shows each design once, those of one moment too'),
            ('1, ''{"height_ft": 25.0}''', '{25}', 1, 'a number is found in any spelling'),
            ('1, ''{"material": "A36"}'', ''signage.two_pole.direct_burial''', '{6,4,2}', 3,
             'those of a module are paged'),
            ('1, ''{"material": "A36"}'', null, ''2020-01-02'', ''2020-01-03''', '{5,4,3}', 3,
             'those from a time and before another are paged'),
            ('1, ''{"material": "A36"}'', ''signage.two_pole.direct_burial'', ''2020-01-02'', ''2020-01-03''',
             '{4}', 1, 'all together, too'),
            ('100, ''{"height_ft": 30}''', '{}', 1, 'nothing of another account is found')
       ) as given (arguments, heights, pages, what);
select throws_ok(
    format('select app.payloads_page(pg_temp.ana(), %s)', wrong.arguments),
    '22023', wrong.message, wrong.what
)
  from (values
            ('''{}'', count => 0', 'count must be from 1 to 1000', 'a page has a row'),
            ('''{}'', count => 1001', 'count must be from 1 to 1000', 'a page has 1,000 at most'),
            ('''{}'', cursor => repeat(''x'', 101)', 'length of cursor must be from 0 to 100',
             'a cursor has 100 characters at most'),
            ('''{}'', cursor => ''x''', 'this is not a cursor of a list of payloads', 'a cursor is one'),
            ('null', 'config is longer than 65536 bytes, has a number over 1e100 or over 50 levels',
             'values are asked for'),
            ('jsonb_build_object(''x'', repeat(''x'', 65537 - 9))',
             'config is longer than 65536 bytes, has a number over 1e100 or over 50 levels',
             'they have 65,536 bytes at most')
       ) as wrong (arguments, message, what);
set local role eagle_reader;
select lives_ok(
    $$ select app.payloads_page(
           pg_temp.ana(), jsonb_build_object('x', repeat('x', 65536 - 9)), count => 1000
       ) $$,
    'a reader pages, too, a thousand at a time, by up to 65,536 bytes'
);
set local role eagle_operator;
select throws_ok(
    $$ select app.payloads_page(pg_temp.ana(), '{}') $$,
    '42501', 'permission denied for function payloads_page', 'an operator does not'
);

select * from finish();
rollback;
