begin;
select plan(8);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.page_events'),
    '(account_id uuid, project_id uuid,'
    ' before_time timestamp with time zone DEFAULT ''infinity''::timestamp with time zone,'
    ' before_event_id uuid DEFAULT ''ffffffff-ffff-ffff-ffff-ffffffffffff''::uuid,'
    ' count integer DEFAULT 100) returns SETOF app.project_events, stable, security invoker',
    'events are paged by the last one of the page before'
);

-- Ten more events, seven of them at the same moment, which a page ends in the middle of.
insert into app.project_events (account_id, project_id, event_type, actor, occurred_at)
select
    pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana',
    statement_timestamp() + make_interval(secs => 1 + greatest(number - 7, 0))
  from generate_series(1, 10) as number;

set local role eagle_application;
select throws_ok(
    'select * from app.page_events(pg_temp.ana(), pg_temp.ana_project())',
    'ES005', 'the transaction is not set to this account',
    'no event is paged until the transaction says whom it works for'
);
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select * from app.page_events(pg_temp.ana(), pg_temp.ana_project())',
    'ES005', 'the transaction is not set to this account',
    'no event of another account is paged'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    'select event_id from app.page_events(pg_temp.ana(), pg_temp.ana_project())',
    'select event_id from app.project_events order by occurred_at desc, event_id desc',
    'a page starts with the newest event'
);
select results_eq(
    $$ with recursive page as (
           select 1 as number, e.*
             from app.page_events(pg_temp.ana(), pg_temp.ana_project(), count => 5) as e
            union all
           select number + 1, next.*
             from (select page.*, row_number() over (order by occurred_at, event_id) as from_end
                     from page) as last
            cross join lateral app.page_events(
                      pg_temp.ana(), pg_temp.ana_project(), last.occurred_at, last.event_id, 5
                  ) as next
            where last.from_end = 1
       )
       select event_id from page order by number, occurred_at desc, event_id desc $$,
    'select event_id from app.project_events order by occurred_at desc, event_id desc',
    'page after page shows every event once, those of one moment too'
);
select results_eq(
    'select event_id from app.page_events(pg_temp.ana(), pg_temp.ana_project(), null, null)',
    'select event_id from app.project_events order by occurred_at desc, event_id desc',
    'no position is the first page'
);
set local role eagle_reader;
select results_eq(
    $$ select count(*) from app.page_events(pg_temp.ana(), pg_temp.ana_project(), count => 3) $$,
    array[3::bigint],
    'a reader pages through events too'
);

reset role;
insert into app.project_events (account_id, project_id, event_type, actor)
select pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana' from generate_series(1, 1000);
select results_eq(
    $$ select count(*) from app.page_events(pg_temp.ana(), pg_temp.ana_project(), count => 2000) $$,
    array[1000::bigint],
    'a page has at most 1,000 events'
);

select * from finish();
rollback;
