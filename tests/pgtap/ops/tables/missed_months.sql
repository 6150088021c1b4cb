begin;
select plan(4);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.missed_months') $$,
    $$ values
        ('relation', 'text', 'not null', ''),
        ('starts_at', 'timestamp with time zone', 'not null', ''),
        ('misses', 'bigint', 'not null', ''),
        ('first_at', 'timestamp with time zone', 'not null', 'now()'),
        ('last_at', 'timestamp with time zone', 'not null', 'now()') $$,
    'a missed month has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.missed_months') $$,
    $$ values
        ('missed_months_misses_check', 'CHECK ((misses > 0))'),
        ('missed_months_pkey', 'PRIMARY KEY (relation, starts_at)'),
        ('missed_months_relation_check', 'CHECK ((length(relation) <= 260))') $$,
    'a missed month has these constraints'
);
set local role eagle_operator;
select lives_ok('select * from ops.missed_months', 'an operator sees what was missed');
select throws_ok(
    'delete from ops.missed_months', '42501', 'permission denied for table missed_months',
    'an operator does not forget what was missed'
);

select * from finish();
rollback;
