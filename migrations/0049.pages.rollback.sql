-- restores: app.latest_payloads @0008
-- restores: app.page_events @0029
drop function app.count_projects(uuid, app.project_status, text, timestamptz, timestamptz);
drop function app.events_page(
    uuid, uuid, app.project_event_type, timestamptz, timestamptz, text, integer
);
drop function app.payloads_page(
    uuid, jsonb, app.project_module, timestamptz, timestamptz, text, integer
);
drop function app.projects_page(
    uuid, app.project_status, text, timestamptz, timestamptz, text, integer
);
drop function app.cursor_position(text, text);
drop function app.page_cursor(text, timestamptz, uuid);
drop function app.own_account(uuid);
