begin;
select plan(74);
\ir ../refusals.psql
insert into ops.retired_partitions (partition, relation, starts_at, ends_at, action, row_count)
values ('app.project_events_y2001m02', 'app.project_events', '2001-02-01', '2001-03-01', 'drop', 0);
insert into ops.missed_months (relation, starts_at, misses)
values ('app.project_events', '2001-02-01', 1);
insert into ops.job_runs (job, slot_at) select j.job, '2001-02-01' from ops.jobs as j limit 1;
insert into ops.account_keys (key_name, inner_key, outer_key)
values ('main', decode(repeat('ab', 64), 'hex'), decode(repeat('cd', 64), 'hex'));
insert into ops.evidence (position, kind, subject, content, sha256)
select 1000, 'beginning', 'a test', '{}', sha256('1');

select pg_temp.has_in_each_row(t.relation, t.columns, t.what)
  from (values
    ('ops.table_placements'::regclass, '{placement}'::text[], 'a table has a place'),
    ('ops.partition_policies', '{months_ahead, on_retirement, period}',
     'a policy says how far ahead partitions are made, and what becomes of old ones'),
    ('ops.retired_partitions',
     '{relation, starts_at, ends_at, action, state, row_count, retired_at, changed_at}',
     'a retired partition says what it was and where it went'),
    ('ops.missed_months', '{misses, first_at, last_at}', 'a missed month is counted'),
    ('ops.jobs',
     '{schedule, late_after, time_limit, is_enabled, description, added_at, role}',
     'a job has a schedule, limits and a role'),
    ('ops.job_runs', '{job, started_at, outcome, ran_by}',
     'a run has a job, a start and an outcome'),
    ('ops.account_keys', '{inner_key, outer_key, added_at}', 'a key has both halves'),
    ('ops.evidence', '{kind, subject, recorded_at, role, content, sha256}',
     'evidence says what happened, when and by whom'),
    ('ops.recorded_definitions', '{definition}', 'an object is recorded with its definition'),
    ('ops.recorded_rows', '{sha256}', 'a row is recorded with its hash')
  ) as t (relation, columns, what);

select pg_temp.refuses(t.relation, t.refused_by, t.change, t.what)
  from (values
    ('ops.table_placements'::regclass, 'table_placements_placement_check',
     $$ placement = 'other' $$, 'a place is a known one'),
    ('ops.table_placements', 'table_placements_relation_check', $$ relation = repeat('x', 261) $$,
     'a name has 260 characters at most'),
    ('ops.partition_policies', 'partition_policies_check',
     $$ on_retirement = 'keep', months_retained = 1 $$, 'what is kept is not retired'),
    ('ops.partition_policies', 'partition_policies_days_check',
     $$ period = 'day', months_ahead = 13 $$, 'days are made a year ahead at most'),
    ('ops.partition_policies', 'partition_policies_months_ahead_check', $$ months_ahead = 0 $$,
     'partitions are made ahead'),
    ('ops.partition_policies', 'partition_policies_months_ahead_check', $$ months_ahead = 121 $$,
     'partitions are made ten years ahead at most'),
    ('ops.partition_policies', 'partition_policies_months_retained_check',
     $$ on_retirement = 'drop', months_retained = 0 $$, 'a month is retained at least'),
    ('ops.partition_policies', 'partition_policies_on_retirement_check',
     $$ on_retirement = 'other', months_retained = 1 $$, 'what becomes of old partitions is known'),
    ('ops.partition_policies', 'partition_policies_period_check', $$ period = 'hour' $$,
     'a period is a known one'),
    ('ops.partition_policies', 'partition_policies_relation_check',
     $$ relation = repeat('x', 261) $$, 'a partitioned table has 260 characters at most'),
    ('ops.missed_months', 'missed_months_misses_check', $$ misses = 0 $$,
     'a missed month was missed'),
    ('ops.missed_months', 'missed_months_relation_check', $$ relation = repeat('x', 261) $$,
     'a table that missed one has 260 characters at most')
  ) as t (relation, refused_by, change, what);

select pg_temp.refuses(
    'ops.retired_partitions', 'retired_partitions_' || t.refused_by, t.change, t.what
)
  from (values
    ('action_check', $$ action = 'other' $$, 'what is done with a partition is known'),
    ('check', $$ state = 'archived' $$, 'an archive has a file and its hashes'),
    ('content_sha256_check', $$ content_sha256 = 'AB' $$, 'the hash of the rows has 64 digits'),
    ('file_name_check', $$ file_name = repeat('x', 256) $$, 'a file has 255 characters at most'),
    ('file_sha256_check', $$ file_sha256 = 'AB' $$, 'the hash of the file has 64 digits'),
    ('partition_check', $$ partition = repeat('x', 261) $$,
     'a partition has 260 characters at most'),
    ('relation_check', $$ relation = repeat('x', 261) $$, 'so has its table'),
    ('row_count_check', $$ row_count = -1 $$, 'no number of rows is below zero'),
    ('state_check', $$ state = 'other' $$, 'a partition is in a known state')
  ) as t (refused_by, change, what);

select pg_temp.refuses('ops.jobs', 'jobs_' || t.refused_by, t.change, t.what)
  from (values
    ('check', $$ command = '{a}', statement = 'select 1' $$, 'a job is a command or a statement'),
    ('command_check', $$ statement = null, command = '{}' $$, 'a command has a word'),
    ('description_check', $$ description = repeat('x', 1001) $$,
     'a description has 1,000 characters at most'),
    ('job_check', $$ job = 'No Job' $$, 'a job is named in small letters'),
    ('late_after_check', $$ late_after = '0' $$, 'a job may take some time to be late'),
    ('role_check', $$ role = 'postgres' $$, 'a job runs as a role of its own'),
    ('schedule_check', $$ schedule = 'now and then' $$, 'a schedule is one that triggers take'),
    ('statement_check', $$ command = null, statement = ' ' $$, 'a statement has words'),
    ('time_limit_check', $$ time_limit = '0' $$, 'a job may take some time'),
    ('work_check', $$ command = null, statement = 'select 1' $$,
     'a job does what the product knows')
  ) as t (refused_by, change, what);

select pg_temp.refuses('ops.job_runs', 'job_runs_' || t.refused_by, t.change, t.what)
  from (values
    ('check', $$ outcome = 'failed', finished_at = started_at - interval '1 s' $$,
     'no run ends before it starts'),
    ('detail_check', $$ detail = to_jsonb(repeat('x', 1048577)) $$,
     'the detail of a run has a megabyte at most'),
    ('finished_at_check', $$ outcome = 'failed' $$, 'a run that has failed has ended'),
    ('finished_at_check', $$ finished_at = started_at $$, 'a run that has ended has an outcome'),
    ('job_check', $$ job = repeat('x', 64) $$, 'the job of a run has 63 characters at most'),
    ('message_check', $$ message = repeat('x', 10001) $$,
     'a message has 10,000 characters at most'),
    ('outcome_check', $$ outcome = 'other', finished_at = started_at $$,
     'an outcome is a known one'),
    ('ran_by_check', $$ ran_by = repeat('x', 64) $$, 'who ran it has 63 characters at most')
  ) as t (refused_by, change, what);

select pg_temp.refuses(t.relation, t.refused_by, t.change, t.what)
  from (values
    ('ops.account_keys'::regclass, 'account_keys_inner_key_check', $$ inner_key = '\xab' $$,
     'the inner half of a key has 64 bytes'),
    ('ops.account_keys', 'account_keys_outer_key_check', $$ outer_key = '\xab' $$,
     'so has the outer half'),
    ('ops.account_keys', 'account_keys_key_name_check', $$ key_name = 'Main' $$,
     'a key is named in small letters'),
    ('ops.evidence', 'evidence_kind_check', $$ kind = 'other' $$, 'evidence is of a known kind'),
    ('ops.evidence', 'evidence_position_check', $$ position = 0 $$,
     'evidence begins with its first entry'),
    ('ops.evidence', 'evidence_sha256_check', $$ sha256 = '\xab' $$,
     'the hash of evidence has 32 bytes'),
    ('ops.evidence', 'evidence_subject_check', $$ subject = repeat('x', 201) $$,
     'a subject has 200 characters at most'),
    ('ops.recorded_definitions', 'recorded_definitions_definition_check',
     $$ definition = repeat('x', 1000001) $$, 'a definition has a million characters at most'),
    ('ops.recorded_definitions', 'recorded_definitions_object_check',
     $$ object = repeat('x', 2001) $$, 'an object has 2,000 characters at most'),
    ('ops.recorded_definitions', 'recorded_definitions_place_check', $$ place = repeat('x', 301) $$,
     'a place has 300 characters at most'),
    ('ops.recorded_rows', 'recorded_rows_key_check', $$ key = repeat('x', 501) $$,
     'the key of a row has 500 characters at most'),
    ('ops.recorded_rows', 'recorded_rows_relation_check', $$ relation = repeat('x', 261) $$,
     'its table has 260 characters at most'),
    ('ops.recorded_rows', 'recorded_rows_sha256_check', $$ sha256 = '\xab' $$,
     'its hash has 32 bytes')
  ) as t (relation, refused_by, change, what);

select pg_temp.refuses_a_second(t.relation, t.refused_by, t.change, t.what)
  from (values
    ('ops.table_placements'::regclass, 'table_placements_pkey', '{}'::jsonb,
     'a table has one place'),
    ('ops.partition_policies', 'partition_policies_pkey', '{}', 'a table has one policy'),
    ('ops.retired_partitions', 'retired_partitions_pkey', '{}', 'a partition is retired once'),
    ('ops.missed_months', 'missed_months_pkey', '{}', 'a missed month is counted in one place'),
    ('ops.jobs', 'jobs_pkey', '{}', 'a job is there once'),
    ('ops.job_runs', 'job_runs_pkey', '{}', 'a run has its own number'),
    ('ops.job_runs', 'job_runs_job_slot_at_key',
     '{"run_id": "a2000000-0000-7000-8000-000000000000"}',
     'a job runs once at its time'),
    ('ops.account_keys', 'account_keys_pkey', '{}', 'a key has its own name'),
    ('ops.evidence', 'evidence_pkey', '{}', 'evidence has one entry at a position'),
    ('ops.recorded_definitions', 'recorded_definitions_pkey', '{}', 'an object is recorded once'),
    ('ops.recorded_rows', 'recorded_rows_pkey', '{}', 'a row is recorded once')
  ) as t (relation, refused_by, change, what);

set local session_replication_role = origin;
select is(
    pg_temp.refused_by($$ insert into ops.job_runs (job) values ('no-such-job') $$),
    'job_runs_job_fkey', 'a run is of a job'
);

select * from finish();
rollback;
