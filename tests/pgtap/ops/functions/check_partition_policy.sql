begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.check_partition_policy'),
    '() returns trigger, volatile, security invoker',
    'the table of a policy is checked whoever writes the policy'
);
set local role eagle_operator;
create temporary table mine (at timestamptz not null) partition by range (at);
select throws_ok(
    $$ insert into ops.partition_policies (relation, months_ahead) values ('pg_temp.mine', 1) $$,
    'ES209', 'pg_temp.mine is not a table of this database''s owner',
    'no policy is for a table that the operator made'
);
select throws_ok(
    $$ update ops.partition_policies set relation = 'pg_temp.mine' $$,
    '42501', 'permission denied for table partition_policies',
    'an operator makes no policy one for another table'
);
select lives_ok(
    $$ update ops.partition_policies set months_ahead = 4 $$,
    'an operator changes how long ahead partitions are made'
);
select lives_ok(
    $$ insert into ops.partition_policies (relation, months_ahead) values ('app.projects', 1) $$,
    'an operator gives a table of the owner a policy'
);

select * from finish();
rollback;
