-- 0048.projects-by-change
-- depends: 0047.equal-numbers
-- transactional: false
--
-- why    A page of an account's projects in order of change read and sorted all of them.
-- locks  app.projects SHARE UPDATE EXCLUSIVE while the index is built: reads and writes go on.
-- undo   0048.projects-by-change.rollback.sql; nothing is lost.

create index concurrently projects_account_id_updated_at_idx
    on app.projects (account_id, updated_at desc);
