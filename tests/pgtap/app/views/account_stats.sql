begin;
select plan(10);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select name, type from pg_temp.columns_of('app.account_stats') $$,
    $$ values
        ('account_id', 'uuid'),
        ('status', 'app.project_status'),
        ('project_count', 'bigint'),
        ('avg_duration_hours', 'numeric') $$,
    'an account''s statistics have these columns, in this order'
);
select ok(
    (select reloptions @> array['security_barrier=true']
       from pg_class
      where oid = 'app.account_stats'::regclass),
    'a condition of the reader sees no row of another account'
);

insert into app.projects (account_id, name, status, created_by, updated_by)
values
    (pg_temp.ana(), 'Sign', 'accepted', 'ana', 'ana'),
    (pg_temp.bob(), 'Sign', 'accepted', 'bob', 'bob'),
    (pg_temp.bob(), 'Sign', 'rejected', 'bob', 'bob');
refresh materialized view app.project_stats;

create function pg_temp.peek(account_id uuid, status app.project_status) returns boolean
    language plpgsql
    cost 0.0001
as $function$
begin
    if account_id = pg_temp.bob() then
        raise exception 'saw %', account_id using errcode = 'LEAKS';
    end if;
    return true;
end
$function$;

set local role eagle_application;
select is_empty(
    'select * from app.account_stats',
    'no statistics are shown until the transaction says whom it works for'
);
set local app.account_id = 'everybody';
select throws_ok(
    'select * from app.account_stats',
    '22P02', 'invalid input syntax for type uuid: "everybody"',
    'an account that is none is an error'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    'select account_id, status::text, project_count from app.account_stats',
    $$ values (pg_temp.ana(), 'accepted', 1::bigint) $$,
    'the application sees the statistics of its account'
);
select is_empty(
    'select * from app.account_stats where account_id = pg_temp.bob()',
    'the application sees no statistics of another account, even asked by name'
);
select isnt_empty(
    'select * from app.account_stats where pg_temp.peek(account_id, status)',
    'a cheap function that tells what it sees is shown no other account'
);
set local role eagle_reader;
select results_eq(
    'select account_id from app.account_stats', 'select pg_temp.ana()',
    'a reader sees the statistics of its account'
);
select throws_ok(
    'delete from app.account_stats',
    '55000', 'cannot delete from view "account_stats"',
    'statistics are not written'
);
set local role eagle_auditor;
select throws_ok(
    'select * from app.account_stats',
    '42501', 'permission denied for view account_stats',
    'an auditor reads events, not statistics'
);

select * from finish();
rollback;
