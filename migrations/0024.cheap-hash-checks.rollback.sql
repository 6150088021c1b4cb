alter table app.project_payloads
    drop constraint project_payloads_sha256_check,
    add constraint project_payloads_sha256_check check (sha256 ~ '^[0-9a-f]{64}$');
alter table app.projects
    drop constraint projects_content_sha256_check,
    add constraint projects_content_sha256_check check (content_sha256 ~ '^[0-9a-f]{64}$');
