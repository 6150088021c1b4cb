begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.renew_payload'), '() returns trigger, volatile, security invoker',
    'a payload is renewed in a trigger'
);

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    format(
        'update app.project_payloads set created_at = %L'
        ' returning created_at between now() and clock_timestamp()',
        chosen.time
    ),
    array[true],
    format('a payload becomes the newest now, not %s', chosen.what)
)
  from (values ('2001-01-01', 'in the past'), ('2999-01-01', 'in the future'), ('infinity', 'ever'))
       as chosen (time, what);

reset role;
set local role eagle_owner;
select results_eq(
    $$ update app.project_payloads set created_at = '2001-01-01'
        where account_id = pg_temp.bob() returning created_at $$,
    array['2001-01-01'::timestamptz],
    'who restores payloads keeps their times'
);

select * from finish();
rollback;
