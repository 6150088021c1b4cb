drop function app.set_project_status(uuid, uuid, uuid, text, app.project_status);
drop function app.update_project(uuid, uuid, uuid, text, jsonb);
drop function app.create_project(uuid, text, text, text, text, text, text);
drop index app.projects_account_id_status_updated_at_idx;
alter table app.projects
    drop column constants_version,
    drop column content_sha256,
    drop column confidence;
comment on table app.projects is 'A sign project of an account.';
