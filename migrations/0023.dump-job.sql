-- 0023.dump-job
-- depends: 0022.account-indexes
--
-- why    A dump, which another version or another place can load, was there only if somebody
--        thought of it.
-- locks  None: a row is added.
-- undo   0023.dump-job.rollback.sql; what was recorded of the job's runs is lost.

insert into ops.jobs (
    job, command, role, schedule, late_after, time_limit, is_enabled, description
)
values
    ('backup-dump', '{backup,dump}', 'eagle_backup', '0 4 * * sun', '15 days', '6 hours', true,
     'The database in one file that another version and another place can load.');
