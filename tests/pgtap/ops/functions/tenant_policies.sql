begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.tenant_policies'),
    '() returns TABLE(relation regclass, policy text, condition text, row_check text, wanted text,'
    ' wanted_check text, is_as_wanted boolean), stable, security invoker',
    'the policies of tenants are a question without arguments'
);
select results_eq(
    'select relation::text, policy collate "default" from ops.tenant_policies() where is_as_wanted',
    $$ values
        ('app.project_events', 'project_events_tenant_append'),
        ('app.project_events', 'project_events_tenant_read'),
        ('app.project_payloads', 'project_payloads_tenant'),
        ('app.project_payloads', 'project_payloads_tenant_read'),
        ('app.project_totals', 'project_totals_tenant_read'),
        ('app.projects', 'projects_tenant'),
        ('app.projects', 'projects_tenant_read') $$,
    'these policies keep accounts apart, each as it has to be'
);
select results_eq(
    $$ select distinct condition from ops.tenant_policies() where condition is not null $$,
    $$ values (
           '((account_id OPERATOR(app.===) ( SELECT app.current_account_id() AS current_account_id))'
           ' AND (account_id = app.current_account_id()))'
       ) $$,
    'a policy begins with the comparison that nothing is cheaper than'
);
create policy second on app.projects as restrictive to eagle_reader using (status <> 'draft');
create policy third on app.project_payloads for select to public
 using (account_id = app.current_account_id());
alter policy projects_tenant on app.projects using (account_id = app.current_account_id());
select results_eq(
    $$ select policy collate "default" from ops.tenant_policies() where is_as_wanted is not true $$,
    array['third', 'projects_tenant', 'second'],
    'a policy in another form, for everyone, or one that restricts is not as wanted'
);
drop policy second on app.projects;
select is(ops.isolate(), 2, 'those that are in another form are written anew');

select * from finish();
rollback;
