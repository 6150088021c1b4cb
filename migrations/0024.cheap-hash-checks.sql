-- 0024.cheap-hash-checks
-- depends: 0023.dump-job
--
-- why    To see that a hash is 64 hex digits took longer than to compute it, for each row written.
-- locks  app.projects, app.project_payloads ACCESS EXCLUSIVE, briefly: the checks are NOT VALID here
--        and validated in 0025.
-- undo   0024.cheap-hash-checks.rollback.sql; nothing is lost, but it reads both tables whole under
--        ACCESS EXCLUSIVE.

alter table app.projects
    -- squawk-ignore ban-drop-constraint
    drop constraint projects_content_sha256_check,
    add constraint projects_content_sha256_check
        check (length(content_sha256) = 64 and content_sha256 !~ '[^0-9a-f]') not valid;
alter table app.project_payloads
    -- squawk-ignore ban-drop-constraint
    drop constraint project_payloads_sha256_check,
    add constraint project_payloads_sha256_check
        check (length(sha256) = 64 and sha256 !~ '[^0-9a-f]') not valid;
