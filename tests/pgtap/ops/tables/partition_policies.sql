begin;
select plan(16);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.partition_policies') $$,
    $$ values
        ('relation', 'text', 'not null', ''),
        ('months_ahead', 'smallint', 'not null', ''),
        ('months_retained', 'smallint', 'null', ''),
        ('on_retirement', 'text', 'not null', '''keep''::text'),
        ('period', 'text', 'not null', '''month''::text') $$,
    'a partition policy has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.partition_policies') $$,
    $$ values
        ('partition_policies_check',
         'CHECK (((on_retirement = ''keep''::text) = (months_retained IS NULL)))'),
        ('partition_policies_days_check',
         'CHECK (((period <> ''day''::text) OR (months_ahead <= 12)))'),
        ('partition_policies_months_ahead_check',
         'CHECK (((months_ahead >= 1) AND (months_ahead <= 120)))'),
        ('partition_policies_months_retained_check', 'CHECK ((months_retained > 0))'),
        ('partition_policies_on_retirement_check',
         'CHECK ((on_retirement = ANY (ARRAY[''keep''::text, ''detach''::text, ''archive''::text,'
         ' ''drop''::text])))'),
        ('partition_policies_period_check',
         'CHECK ((period = ANY (ARRAY[''day''::text, ''week''::text, ''month''::text,'
         ' ''quarter''::text, ''year''::text])))'),
        ('partition_policies_pkey', 'PRIMARY KEY (relation)'),
        ('partition_policies_relation_check', 'CHECK ((length(relation) <= 260))') $$,
    'a partition policy has these constraints'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('ops.partition_policies') $$,
    $$ values
        ('partition_policies_own_relation',
         'BEFORE INSERT OR UPDATE OF relation ON ops.partition_policies FOR EACH ROW'
         ' EXECUTE FUNCTION ops.check_partition_policy()') $$,
    'whose table it is of is checked first'
);
select results_eq(
    'select * from ops.partition_policies',
    $$ values ('app.project_events', 3::smallint, null::smallint, 'keep', 'month') $$,
    'events have partitions by month, three months ahead, and all are kept'
);

set local role eagle_application;
select throws_ok(
    'select * from ops.partition_policies',
    '42501', 'permission denied for table partition_policies',
    'the application has no part in partition policies'
);
set local role eagle_auditor;
select throws_ok(
    'update ops.partition_policies set months_ahead = 1',
    '42501', 'permission denied for table partition_policies',
    'an auditor reads partition policies and changes none'
);
set local role eagle_operator;
select throws_ok(
    format('update ops.partition_policies set %s', wrong.change),
    '23514',
    format(
        'new row for relation "partition_policies" violates check constraint "%s"',
        wrong.by_constraint
    ),
    wrong.what
)
  from (values
            ('months_ahead = 0', 'partition_policies_months_ahead_check',
             'at least the next month has a partition'),
            ('months_ahead = 121', 'partition_policies_months_ahead_check',
             'partitions are made for ten years at most'),
            ('months_retained = 0, on_retirement = ''drop''',
             'partition_policies_months_retained_check',
             'at least one full month stays attached'),
            ('months_retained = 12, on_retirement = ''burn''',
             'partition_policies_on_retirement_check',
             'an old partition is kept, detached, archived or dropped'),
            ('period = ''fortnight''', 'partition_policies_period_check',
             'a partition is a day, week, month, quarter or year'),
            ('period = ''day'', months_ahead = 13', 'partition_policies_days_check',
             'days are made a year ahead at most'),
            ('months_retained = 12', 'partition_policies_check',
             'who keeps all partitions retires none'),
            ('on_retirement = ''archive''', 'partition_policies_check',
             'who retires partitions says after how many months')
       ) as wrong (change, by_constraint, what);
select lives_ok(
    $$ update ops.partition_policies set months_retained = 84, on_retirement = 'archive' $$,
    'an operator decides how old partitions are retired'
);
select throws_ok(
    $$ insert into ops.partition_policies (relation, months_ahead)
       values ('app.project_events', 1) $$,
    '23505', 'duplicate key value violates unique constraint "partition_policies_pkey"',
    'a table has one partition policy'
);

select * from finish();
rollback;
