begin;
select plan(11);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.job_runs') $$,
    $$ values
        ('run_id', 'uuid', 'not null', 'ops.uuid_v7()'),
        ('job', 'text', 'not null', ''),
        ('slot_at', 'timestamp with time zone', 'null', ''),
        ('started_at', 'timestamp with time zone', 'not null', 'clock_timestamp()'),
        ('finished_at', 'timestamp with time zone', 'null', ''),
        ('outcome', 'text', 'not null', '''running''::text'),
        ('exit_code', 'smallint', 'null', ''),
        ('message', 'text', 'null', ''),
        ('detail', 'jsonb', 'null', ''),
        ('ran_by', 'text', 'not null', 'SESSION_USER') $$,
    'a run of a job has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.job_runs') $$,
    $$ values
        ('job_runs_check', 'CHECK ((finished_at >= started_at))'),
        ('job_runs_detail_check', 'CHECK (ops.json_fits(detail, 1048576))'),
        ('job_runs_finished_at_check',
         'CHECK (((outcome = ''running''::text) = (finished_at IS NULL)))'),
        ('job_runs_job_check', 'CHECK ((length(job) <= 63))'),
        ('job_runs_job_fkey', 'FOREIGN KEY (job) REFERENCES ops.jobs(job) ON DELETE CASCADE'),
        ('job_runs_job_slot_at_key', 'UNIQUE (job, slot_at)'),
        ('job_runs_message_check', 'CHECK ((length(message) <= 10000))'),
        ('job_runs_outcome_check',
         'CHECK ((outcome = ANY (ARRAY[''running''::text, ''succeeded''::text, '
         '''failed''::text, ''interrupted''::text])))'),
        ('job_runs_pkey', 'PRIMARY KEY (run_id)'),
        ('job_runs_ran_by_check', 'CHECK ((length(ran_by) <= 63))') $$,
    'these constraints hold'
);
select results_eq(
    $$ select * from pg_temp.indexes_of_table('ops.job_runs') $$,
    $$ values
        ('CREATE INDEX job_runs_job_finished_at_succeeded_idx btree (job, finished_at DESC) '
         'WHERE (outcome = ''succeeded''::text)'),
        ('CREATE INDEX job_runs_job_started_at_idx btree (job, started_at DESC)') $$,
    'these indexes serve queries'
);
insert into ops.job_runs (job, slot_at) values ('audit-verify', '2026-11-23 03:00+00');
select throws_ok(
    $$ insert into ops.job_runs (job, slot_at) values ('audit-verify', '2026-11-23 03:00+00') $$,
    '23505', 'duplicate key value violates unique constraint "job_runs_job_slot_at_key"',
    'a slot has one run'
);
select throws_ok(
    $$ insert into ops.job_runs (job) values ('nothing') $$,
    '23503',
    'insert or update on table "job_runs" violates foreign key constraint "job_runs_job_fkey"',
    'a run is of a job that there is'
);
select throws_ok(
    format('update ops.job_runs set %s', wrong.change),
    '23514',
    format('new row for relation "job_runs" violates check constraint "%s"', wrong.by_constraint),
    wrong.what
)
  from (values
            ('outcome = ''lost'', finished_at = now() + interval ''1 hour''',
             'job_runs_outcome_check',
             'a run is running, succeeded, failed or was interrupted'),
            ('outcome = ''failed''', 'job_runs_finished_at_check', 'a run that ended says when'),
            ('finished_at = now() + interval ''1 hour''', 'job_runs_finished_at_check',
             'a run that has an end is not running'),
            ('outcome = ''failed'', finished_at = started_at - interval ''1 second''',
             'job_runs_check', 'a run ends after it began')
       ) as wrong (change, by_constraint, what);

set local role eagle_operator;
select throws_ok(
    command, '42501', 'permission denied for table job_runs',
    format('an operator cannot %s a run by hand', split_part(command, ' ', 1))
)
  from unnest(array[
           'update ops.job_runs set outcome = ''succeeded''',
           'delete from ops.job_runs'
       ]) as command;

select * from finish();
rollback;
