begin;
select plan(1);
\ir ../shape.psql

select set_eq(
    $$ select * from pg_temp.grants_in('app') $$,
    $$ values
        ('eagle_application', 'account_stats', 'select'),
        ('eagle_application', 'append_event()', 'execute'),
        ('eagle_application', 'create_project()', 'execute'),
        ('eagle_application', 'current_account_id()', 'execute'),
        ('eagle_application', 'current_actor()', 'execute'),
        ('eagle_application', 'find_payloads()', 'execute'),
        ('eagle_application', 'latest_payloads()', 'execute'),
        ('eagle_application', 'list_projects()', 'execute'),
        ('eagle_application', 'page_events()', 'execute'),
        ('eagle_application', 'project_events', 'select'),
        ('eagle_application',
         'project_events (account_id, project_id, event_type, actor, data)', 'insert'),
        ('eagle_application', 'project_payloads', 'select'),
        ('eagle_application',
         'project_payloads (account_id, project_id, module, config, files, cost_snapshot)', 'insert'),
        ('eagle_application', 'project_payloads (created_at)', 'update'),
        ('eagle_application', 'project_search_text()', 'execute'),
        ('eagle_application', 'projects', 'delete, select'),
        ('eagle_application',
         'projects (account_id, name, customer, description, site_name, street, created_by'
         ', updated_by, constants_version, content_sha256, confidence)', 'insert'),
        ('eagle_application',
         'projects (name, customer, description, site_name, street, status, updated_by'
         ', etag, constants_version, content_sha256, confidence)', 'update'),
        ('eagle_application', 'require_account()', 'execute'),
        ('eagle_application', 'save_payload()', 'execute'),
        ('eagle_application', 'schema', 'usage'),
        ('eagle_application', 'search_projects()', 'execute'),
        ('eagle_application', 'set_project_status()', 'execute'),
        ('eagle_application', 'snapshot_sha256()', 'execute'),
        ('eagle_application', 'update_project()', 'execute'),
        ('eagle_auditor', 'event_chains', 'select'),
        ('eagle_auditor', 'event_content_sha256()', 'execute'),
        ('eagle_auditor', 'event_sha256()', 'execute'),
        ('eagle_auditor', 'project_events', 'select'),
        ('eagle_auditor', 'retired_events', 'select'),
        ('eagle_auditor', 'schema', 'usage'),
        ('eagle_operator', 'erase_events()', 'execute'),
        ('eagle_operator', 'schema', 'usage'),
        ('eagle_reader', 'account_stats', 'select'),
        ('eagle_reader', 'current_account_id()', 'execute'),
        ('eagle_reader', 'current_actor()', 'execute'),
        ('eagle_reader', 'find_payloads()', 'execute'),
        ('eagle_reader', 'latest_payloads()', 'execute'),
        ('eagle_reader', 'list_projects()', 'execute'),
        ('eagle_reader', 'page_events()', 'execute'),
        ('eagle_reader', 'project_events', 'select'),
        ('eagle_reader', 'project_payloads', 'select'),
        ('eagle_reader', 'project_search_text()', 'execute'),
        ('eagle_reader', 'projects', 'select'),
        ('eagle_reader', 'require_account()', 'execute'),
        ('eagle_reader', 'schema', 'usage'),
        ('eagle_reader', 'search_projects()', 'execute'),
        ('eagle_reader', 'snapshot_sha256()', 'execute') $$,
    'nobody may do anything in app but what is granted here'
);

select * from finish();
rollback;
