begin;
select plan(2);

set local role eagle_application;
select throws_ok(
    'select ops.analyze_partitioned_tables()',
    '42501', 'permission denied for function analyze_partitioned_tables',
    'the application takes no statistics'
);
set local role eagle_operator;
select lives_ok('select ops.analyze_partitioned_tables()', 'an operator has them taken');

select * from finish();
rollback;
