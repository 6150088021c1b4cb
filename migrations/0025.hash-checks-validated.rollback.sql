alter table app.project_payloads
    drop constraint project_payloads_sha256_check,
    add constraint project_payloads_sha256_check
        check (length(sha256) = 64 and sha256 !~ '[^0-9a-f]') not valid;
alter table app.projects
    drop constraint projects_content_sha256_check,
    add constraint projects_content_sha256_check
        check (length(content_sha256) = 64 and content_sha256 !~ '[^0-9a-f]') not valid;
