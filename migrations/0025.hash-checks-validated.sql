-- 0025.hash-checks-validated
-- depends: 0024.cheap-hash-checks
--
-- why    Rows from before 0024 are known to hold to its checks only once all were read.
-- locks  app.projects, app.project_payloads SHARE UPDATE EXCLUSIVE while they are read: readers and
--        writers go on.
-- undo   0025.hash-checks-validated.rollback.sql; nothing is lost.

alter table app.projects validate constraint projects_content_sha256_check;
alter table app.project_payloads validate constraint project_payloads_sha256_check;
