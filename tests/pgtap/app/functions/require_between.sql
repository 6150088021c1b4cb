begin;
select plan(8);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.require_between'),
    '(name text, value bigint, smallest bigint, largest bigint) returns void, immutable,'
    ' security invoker',
    'an argument has a name, and must be between two numbers'
);

set local role eagle_reader;
select throws_ok(
    format('select app.require_between(''count'', %L, 1, 1000)', value),
    '22023', 'count must be from 1 to 1000',
    format('%s is not between 1 and 1000', coalesce(value, 'nothing'))
)
  from unnest(array['0', '1001', '-1', null]) as value;
select lives_ok(
    format('select app.require_between(''count'', %L, 1, 1000)', value),
    format('%s is', value)
)
  from unnest(array['1', '1000']) as value;
reset role;
select is(
    (select detail from pg_temp.error_of('select app.require_between(''count'', 5000, 1, 1000)')),
    'It is 5000.',
    'the refusal tells the number'
);

select * from finish();
rollback;
