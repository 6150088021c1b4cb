create table ops.jobs (
    job          text         not null,
    command      text[]       null,
    statement    text         null,
    schedule     text         not null,
    late_after   interval     not null,
    time_limit   interval     not null,
    is_enabled   boolean      not null  default true,
    description  text         not null,
    added_at     timestamptz  not null  default now(),
    role         text         not null  default 'eagle_operator',
    constraint jobs_pkey primary key (job),
    constraint jobs_job_check check (job ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and length(job) <= 63),
    constraint jobs_command_check check (
        array_position(command, null) is null
        and command <> '{}'
        and cardinality(command) <= 50
        and length(array_to_string(command, '')) <= 5000
    ),
    constraint jobs_statement_check check (btrim(statement) <> '' and length(statement) <= 10000),
    constraint jobs_check check (num_nonnulls(command, statement) = 1),
    constraint jobs_schedule_check check (ops.is_schedule(schedule) and length(schedule) <= 200),
    constraint jobs_late_after_check check (late_after > interval '0'),
    constraint jobs_time_limit_check check (time_limit > interval '0'),
    constraint jobs_role_check check (role ~ '^eagle_[a-z]+$' and length(role) <= 63),
    constraint jobs_description_check check (length(description) <= 1000),
    -- The program that runs a job determines what it does; a row cannot change that.
    constraint jobs_work_check
        check (
            (job, coalesce(statement, array_to_string(command, ' ')), role) in (
                (
                    'analyze-partitioned', 'select ops.analyze_partitioned_tables()',
                    'eagle_operator'
                ),
                ('audit-anchor', 'audit anchor', 'eagle_auditor'),
                ('audit-anchor-light', 'audit anchor --light', 'eagle_auditor'),
                ('audit-verify', 'audit verify', 'eagle_auditor'),
                ('backup', 'backup run', 'eagle_backup'),
                ('backup-dump', 'backup dump', 'eagle_backup'),
                ('backup-prune', 'backup prune', 'eagle_backup'),
                ('backup-verify', 'backup verify', 'eagle_backup'),
                ('dr-test', 'dr-test', 'eagle_backup'),
                ('integrity', 'integrity', 'eagle_operator'),
                ('partition-ensure', 'partition ensure', 'eagle_operator'),
                ('partition-retire', 'partition retire', 'eagle_migrator'),
                ('project-stats', 'select ops.refresh_project_stats()', 'eagle_operator'),
                ('project-totals', 'select ops.fold_project_totals()', 'eagle_operator')
            )
        )
);
select ops.place('ops.jobs', 'local');

comment on table ops.jobs is 'What runs by itself: what, when, and how late is too late.';
comment on column ops.jobs.job is 'Name of the job, of its unit and of its lines in monitoring.';
comment on column ops.jobs.command is
    'Arguments of `tooling` that the program runs under this name; to be read, not to be set.';
comment on column ops.jobs.statement is
    'The SQL statement that it is instead; to be read, not to be set.';
comment on column ops.jobs.schedule is
    'When: minute, hour, day and month as crontab has them, days of the week by name; in UTC.';
comment on column ops.jobs.late_after is 'The age of the last success at which somebody is told.';
comment on column ops.jobs.time_limit is 'How long a run may take before it is stopped.';
comment on column ops.jobs.is_enabled is 'False where the job is not to run.';
comment on column ops.jobs.description is 'What it is for, in a sentence.';
comment on column ops.jobs.added_at is
    'When the job was added: until its first success its lateness counts from here.';
comment on column ops.jobs.role is
    'The role that its command logs in as; to be read, not to be set.';

insert into ops.jobs (
    job, command, statement, role, schedule, late_after, time_limit, is_enabled, description
)
values
    ('analyze-partitioned', null, 'select ops.analyze_partitioned_tables()', 'eagle_operator',
     '20 2 * * *', '2 days', '1 hour', true,
     'Statistics of partitioned tables as a whole, which autovacuum does not take.'),
    ('audit-anchor', '{audit,anchor}', null, 'eagle_auditor',
     '45 4 * * *', '2 days', '30 minutes', false,
     'Heads of all chains, signed, in a file that who rules the database cannot replace.'),
    ('audit-anchor-light', '{audit,anchor,--light}', null, 'eagle_auditor',
     '*/5 * * * *', '1 hour', '5 minutes', false,
     'Heads of the chains that have grown, signed: what can be cut unseen is younger than this.'),
    ('audit-verify', '{audit,verify}', null, 'eagle_auditor',
     '0 3 * * *', '2 days', '4 hours', true,
     'Every chain of the audit log is computed anew.'),
    ('backup', '{backup,run}', null, 'eagle_backup',
     '15 1 * * *', '30 hours', '6 hours', true,
     'A base backup, verified after writing.'),
    ('backup-dump', '{backup,dump}', null, 'eagle_backup',
     '0 4 * * sun', '15 days', '6 hours', true,
     'The database in one file that another version and another place can load.'),
    ('backup-prune', '{backup,prune}', null, 'eagle_backup',
     '0 6 * * *', '3 days', '1 hour', true,
     'Backups and log that the retention no longer asks for go.'),
    ('backup-verify', '{backup,verify}', null, 'eagle_backup',
     '0 5 * * sun', '10 days', '6 hours', true,
     'The newest backup and the log after it are read once more.'),
    ('dr-test', '{dr-test}', null, 'eagle_backup',
     '0 7 * * sun', '10 days', '12 hours', true,
     'The newest backup is restored elsewhere and proved equal.'),
    ('integrity', '{integrity}', null, 'eagle_operator',
     '30 3 * * *', '2 days', '2 hours', true,
     'Every check of what the database holds.'),
    ('partition-ensure', '{partition,ensure}', null, 'eagle_operator',
     '15 0 * * *', '2 days', '10 minutes', true,
     'Partitions of the months ahead.'),
    ('partition-retire', '{partition,retire}', null, 'eagle_migrator',
     '30 0 * * sun', '15 days', '4 hours', false,
     'Partitions that the policies no longer keep are retired.'),
    ('project-stats', null, 'select ops.refresh_project_stats()', 'eagle_operator',
     '*/15 * * * *', '1 hour', '30 minutes', true,
     'The rows that account pages show, counted anew.'),
    ('project-totals', null, 'select ops.fold_project_totals()', 'eagle_operator',
     '*/5 * * * *', '1 hour', '5 minutes', true,
     'What changed in the totals of projects, folded into one row each.');
