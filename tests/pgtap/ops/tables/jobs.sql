begin;
select plan(21);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.jobs') $$,
    $$ values
        ('job', 'text', 'not null', ''),
        ('command', 'text[]', 'null', ''),
        ('statement', 'text', 'null', ''),
        ('schedule', 'text', 'not null', ''),
        ('late_after', 'interval', 'not null', ''),
        ('time_limit', 'interval', 'not null', ''),
        ('is_enabled', 'boolean', 'not null', 'true'),
        ('description', 'text', 'not null', ''),
        ('added_at', 'timestamp with time zone', 'not null', 'now()'),
        ('role', 'text', 'not null', '''eagle_operator''::text') $$,
    'a job has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.jobs') $$,
    $$ values
        ('jobs_check', 'CHECK ((num_nonnulls(command, statement) = 1))'),
        ('jobs_command_check',
         'CHECK (((array_position(command, NULL::text) IS NULL) AND (command <> '
         '''{}''::text[]) AND (cardinality(command) <= 50) AND '
         '(length(array_to_string(command, ''''::text)) <= 5000)))'),
        ('jobs_description_check', 'CHECK ((length(description) <= 1000))'),
        ('jobs_job_check',
         'CHECK (((job ~ ''^[a-z][a-z0-9]*(-[a-z0-9]+)*$''::text) AND (length(job) <= 63)))'),
        ('jobs_late_after_check', 'CHECK ((late_after > ''00:00:00''::interval))'),
        ('jobs_pkey', 'PRIMARY KEY (job)'),
        ('jobs_role_check', 'CHECK (((role ~ ''^eagle_[a-z]+$''::text) AND (length(role) <= 63)))'),
        ('jobs_schedule_check', 'CHECK ((ops.is_schedule(schedule) AND (length(schedule) <= 200)))'),
        ('jobs_statement_check',
         'CHECK (((btrim(statement) <> ''''::text) AND (length(statement) <= 10000)))'),
        ('jobs_time_limit_check', 'CHECK ((time_limit > ''00:00:00''::interval))'),
        ('jobs_work_check',
         'CHECK ((((((((((((((((job = ''analyze-partitioned''::text) AND (COALESCE(statement, '
         'array_to_string(command, '' ''::text)) = ''select '
         'ops.analyze_partitioned_tables()''::text) AND (role = ''eagle_operator''::text)) OR '
         '((job = ''audit-anchor''::text) AND (COALESCE(statement, array_to_string(command, '' '
         '''::text)) = ''audit anchor''::text) AND (role = ''eagle_auditor''::text))) OR ((job '
         '= ''audit-anchor-light''::text) AND (COALESCE(statement, array_to_string(command, '' '
         '''::text)) = ''audit anchor --light''::text) AND (role = ''eagle_auditor''::text))) '
         'OR ((job = ''audit-verify''::text) AND (COALESCE(statement, array_to_string(command, '
         ''' ''::text)) = ''audit verify''::text) AND (role = ''eagle_auditor''::text))) OR '
         '((job = ''backup''::text) AND (COALESCE(statement, array_to_string(command, '' '
         '''::text)) = ''backup run''::text) AND (role = ''eagle_backup''::text))) OR ((job = '
         '''backup-dump''::text) AND (COALESCE(statement, array_to_string(command, '' '
         '''::text)) = ''backup dump''::text) AND (role = ''eagle_backup''::text))) OR ((job = '
         '''backup-prune''::text) AND (COALESCE(statement, array_to_string(command, '' '
         '''::text)) = ''backup prune''::text) AND (role = ''eagle_backup''::text))) OR ((job '
         '= ''backup-verify''::text) AND (COALESCE(statement, array_to_string(command, '' '
         '''::text)) = ''backup verify''::text) AND (role = ''eagle_backup''::text))) OR ((job '
         '= ''dr-test''::text) AND (COALESCE(statement, array_to_string(command, '' ''::text)) '
         '= ''dr-test''::text) AND (role = ''eagle_backup''::text))) OR ((job = '
         '''integrity''::text) AND (COALESCE(statement, array_to_string(command, '' ''::text)) '
         '= ''integrity''::text) AND (role = ''eagle_operator''::text))) OR ((job = '
         '''partition-ensure''::text) AND (COALESCE(statement, array_to_string(command, '' '
         '''::text)) = ''partition ensure''::text) AND (role = ''eagle_operator''::text))) OR '
         '((job = ''partition-retire''::text) AND (COALESCE(statement, '
         'array_to_string(command, '' ''::text)) = ''partition retire''::text) AND (role = '
         '''eagle_migrator''::text))) OR ((job = ''project-stats''::text) AND '
         '(COALESCE(statement, array_to_string(command, '' ''::text)) = ''select '
         'ops.refresh_project_stats()''::text) AND (role = ''eagle_operator''::text))) OR '
         '((job = ''project-totals''::text) AND (COALESCE(statement, array_to_string(command, '
         ''' ''::text)) = ''select ops.fold_project_totals()''::text) AND (role = '
         '''eagle_operator''::text))))') $$,
    'these constraints hold'
);
select results_eq(
    $$ select job from ops.jobs where not is_enabled order by job $$,
    $$ values ('audit-anchor'), ('audit-anchor-light'), ('partition-retire') $$,
    'every job is on but those that need a folder of this machine'
);
select is_empty(
    $$ select job from ops.jobs where role not in (select rolname from pg_roles) $$,
    'every job logs in as a role that there is'
);
select throws_ok(
    format('update ops.jobs set %s where job = ''audit-verify''', wrong.change),
    '23514',
    format('new row for relation "jobs" violates check constraint "%s"', wrong.by_constraint),
    wrong.what
)
  from (values
            ('job = ''Audit verify''', 'jobs_job_check', 'the name of a job can be that of a unit'),
            ('command = ''{}''', 'jobs_command_check', 'a command has arguments'),
            ('command = null, statement = '' ''', 'jobs_statement_check',
             'a statement says something'),
            ('statement = ''select 1''', 'jobs_check',
             'a job is a command or a statement, not both'),
            ('command = null', 'jobs_check', 'a job is a command or a statement, one of them'),
            ('schedule = ''daily''', 'jobs_schedule_check',
             'a schedule has the five fields of crontab'),
            ('schedule = ''0 0 * * 0''', 'jobs_schedule_check',
             'days of the week are named, since programs differ in how they count them'),
            ('schedule = ''0 0 * * sun-tue''', 'jobs_schedule_check',
             'a schedule is one that every scheduler runs'),
            ('late_after = ''0''', 'jobs_late_after_check', 'a job is late after some time'),
            ('time_limit = ''0''', 'jobs_time_limit_check', 'a job may take some time'),
            ('role = ''postgres''', 'jobs_role_check', 'a job logs in as a role of this database'),
            ('role = ''eagle_migrator''', 'jobs_work_check', 'a job logs in as its own role'),
            ('command = ''{generate}''', 'jobs_work_check', 'a job does its own work'),
            ('job = ''audit-verify-2''', 'jobs_work_check', 'a job is one that the program knows')
       ) as wrong (change, by_constraint, what);

set local role eagle_operator;
select lives_ok(
    $$ update ops.jobs set schedule = '0 4 * * *', is_enabled = false where job = 'audit-verify' $$,
    'an operator changes when a job runs, and whether'
);
select throws_ok(
    $$ update ops.jobs set statement = 'drop table app.projects' $$,
    '42501', 'permission denied for table jobs',
    'an operator does not change what a job does'
);
set local role eagle_application;
select throws_ok(
    'select * from ops.jobs', '42501', 'permission denied for table jobs',
    'the application has no part in jobs'
);

select * from finish();
rollback;
