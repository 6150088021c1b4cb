begin;
select plan(7);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.find_recorded_faults'),
    '() returns TABLE(check_name text, object text, violations bigint, detail text), '
    'volatile, security invoker',
    'faults of one kind are found as the caller'
);
select catalog.publish_price('extra', 'v1', 1, 'Extra', 'addon', '2026-01-01', is_new => true);
select catalog.publish_price('extra', 'v2', 2, 'Extra', 'addon', '2027-01-01');
select catalog.publish_constant(
    'EXTRA', 'v1', 1, 'unitless', 'Extra', 'A test', '2026-01-01', is_new => true
);
select is_empty('select * from ops.find_recorded_faults()', 'what is published is recorded');
insert into app.projects (account_id, name, status, created_by, updated_by)
values (pg_temp.ana(), 'Sign', 'accepted', 'ana', 'ana');
select is_empty('select * from ops.find_recorded_faults()', 'statistics may be old');
select ops.refresh_project_stats();
select is_empty('select * from ops.find_recorded_faults()', 'or new');
update app.projects set confidence = 0.5;
delete from app.projects where name = 'Sign';
refresh materialized view app.project_stats;
select is_empty('select * from ops.find_recorded_faults()', 'or refreshed by another');

update catalog.property_definitions set description = 'another' where symbol = 'Ix';
insert into catalog.property_definitions (symbol, sort_order, category, description)
values ('Q9', 900, 'property', 'A test');
select results_eq(
    'select object, violations, detail from ops.find_recorded_faults() order by detail',
    $$ values
        ('catalog.property_definitions', 1::bigint, 'such as Ix, which was changed'),
        ('catalog.property_definitions', 1, 'such as Q9, which was not published or imported') $$,
    'what was changed or added otherwise is found'
);
refresh materialized view app.project_stats with no data;
select results_eq(
    $$ select violations, detail
         from ops.find_recorded_faults() where check_name = 'project-stats' $$,
    $$ values (1::bigint, 'has no rows until it is refreshed') $$,
    'and statistics that cannot be read'
);

select * from finish();
rollback;
