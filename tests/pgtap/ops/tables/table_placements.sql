begin;
select plan(6);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.table_placements') $$,
    $$ values
        ('relation', 'text', 'not null', ''),
        ('placement', 'text', 'not null', '') $$,
    'a placement has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.table_placements') $$,
    $$ values
        ('table_placements_pkey', 'PRIMARY KEY (relation)'),
        ('table_placements_placement_check',
         'CHECK ((placement = ANY (ARRAY[''tenant''::text, ''reference''::text,'
         ' ''local''::text])))'),
        ('table_placements_relation_check', 'CHECK ((length(relation) <= 260))') $$,
    'a placement has these constraints'
);
select results_eq(
    $$ select relation, placement
         from ops.table_placements
        where split_part(relation, '.', 1) in ('app', 'ops')
        order by relation $$,
    $$ values
        ('app.event_chains', 'tenant'),
        ('app.project_events', 'tenant'),
        ('app.project_payloads', 'tenant'),
        ('app.project_requests', 'tenant'),
        ('app.project_totals', 'tenant'),
        ('app.projects', 'tenant'),
        ('app.retired_events', 'tenant'),
        ('ops.account_keys', 'local'),
        ('ops.evidence', 'local'),
        ('ops.job_runs', 'local'),
        ('ops.jobs', 'local'),
        ('ops.missed_months', 'local'),
        ('ops.partition_policies', 'local'),
        ('ops.recorded_definitions', 'local'),
        ('ops.recorded_rows', 'local'),
        ('ops.retired_partitions', 'local'),
        ('ops.table_placements', 'local') $$,
    'what tenants have is distributed by tenant, what runs the database is not distributed'
);

set local role eagle_application;
select throws_ok(
    'select * from ops.table_placements',
    '42501', 'permission denied for table table_placements',
    'the application does not ask where tables are'
);
set local role eagle_operator;
select isnt_empty('select * from ops.table_placements', 'an operator asks where tables are');
select throws_ok(
    'update ops.table_placements set placement = ''local''',
    '42501', 'permission denied for table table_placements',
    'an operator moves no table by changing a word'
);

select * from finish();
rollback;
