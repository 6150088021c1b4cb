-- All privileges of roles in the schema app: privileges that are not granted here are revoked.
select ops.revoke_grants('app');

grant usage on schema app to eagle_application, eagle_reader, eagle_auditor, eagle_operator;

-- Privileges on columns do not permit LOCK TABLE. The privileges to update, delete from or truncate
-- a table permit all of its modes, and are granted to no role. The database sets key, status, etag
-- and times of a new row.
grant select on app.projects to eagle_application;
grant insert (
    account_id, name, customer, description, site_name, street, created_by, updated_by,
    constants_version, content_sha256, confidence
) on app.projects to eagle_application;
grant update (
    name, customer, description, site_name, street, status, updated_by, etag,
    constants_version, content_sha256, confidence
) on app.projects to eagle_application;

grant select on app.project_payloads to eagle_application;
grant insert (account_id, project_id, module, config, files, cost_snapshot)
   on app.project_payloads to eagle_application;
grant update (created_at) on app.project_payloads to eagle_application;

grant select on app.project_events to eagle_application;
grant insert (account_id, project_id, event_type, actor, data)
    on app.project_events
    to eagle_application;

grant select on app.projects, app.project_payloads, app.project_events to eagle_reader;
grant select on app.project_totals, app.account_dashboard, app.account_stats
   to eagle_application, eagle_reader;
grant select on app.project_events, app.event_chains, app.retired_events, app.project_totals
   to eagle_auditor;
-- Columns that the audit log can be compared with; not names of projects, nor contents of designs.
grant select (
    account_id, project_id, status, created_by, updated_by, created_at, updated_at, confidence
) on app.projects to eagle_auditor;
grant select (account_id, project_id, payload_id, module, created_at, sha256)
   on app.project_payloads to eagle_auditor;

-- A reader may also run the functions of index expressions: otherwise the planner would not inline
-- them in the session of the reader, and queries in functions of the owner would not match the
-- indexes.
grant execute on function
    app.signing_required(),
    app.signed_account(),
    app.begin_work(uuid, text, text),
    app.current_account_id(),
    app.current_actor(),
    app.event_actor(text),
    app.require_account(uuid),
    app.require_between(text, bigint, bigint, bigint),
    app.project_search_text(text, text, text, text),
    app.word_hashes(uuid, text),
    app.config_of_account(uuid, jsonb),
    app.snapshot_sha256(jsonb, jsonb, jsonb),
    app.latest_payloads(uuid, uuid),
    app.page_events(uuid, uuid, timestamptz, uuid, integer),
    app.find_payloads(uuid, jsonb, integer),
    app.list_projects(uuid, app.project_status, integer),
    app.search_projects(uuid, text, integer)
   to eagle_application, eagle_reader;
grant execute on function
    app.update_project(uuid, uuid, uuid, text, jsonb),
    app.set_project_status(uuid, uuid, uuid, text, app.project_status),
    app.delete_project(uuid, uuid, uuid, text),
    app.save_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text),
    app.append_event(uuid, uuid, app.project_event_type, text, jsonb)
   to eagle_application;
grant execute on function
    app.require_between(text, bigint, bigint, bigint),
    app.erase_events(uuid, uuid, text, text)
   to eagle_operator;
grant execute on function
    app.require_between(text, bigint, bigint, bigint),
    app.event_content_sha256(text, jsonb),
    app.event_sha256(bytea, uuid, uuid, bigint, uuid, app.project_event_type, timestamptz, bytea)
   to eagle_auditor;

-- A statement for what one migration makes: a check of an older schema runs those that apply there.
grant select on app.project_requests to eagle_auditor;
grant execute on function app.get_project(uuid, uuid) to eagle_application, eagle_reader;
grant execute on function
    app.create_project(uuid, text, text, text, text, text, text, text),
    app.create_projects(uuid, jsonb, text, text)
   to eagle_application;
grant execute on function app.normal_numbers(jsonb) to eagle_application, eagle_reader;
grant execute on function
    app.put_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text),
    app.attach_file(uuid, uuid, app.project_module, jsonb, text)
   to eagle_application;
grant execute on function
    app.own_account(uuid),
    app.page_cursor(text, timestamptz, uuid),
    app.cursor_position(text, text),
    app.projects_page(
        uuid, app.project_status, text, timestamptz, timestamptz, text, integer
    ),
    app.payloads_page(
        uuid, jsonb, app.project_module, timestamptz, timestamptz, text, integer
    ),
    app.events_page(
        uuid, uuid, app.project_event_type, timestamptz, timestamptz, text, integer
    ),
    app.count_projects(uuid, app.project_status, text, timestamptz, timestamptz)
   to eagle_application, eagle_reader;
