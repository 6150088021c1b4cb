begin;
select plan(51);
\ir ../two_accounts.psql
\ir ../refusals.psql
insert into app.retired_events (
    account_id, project_id, first_position, last_position, last_sha256, partition
)
values (pg_temp.ana(), pg_temp.ana_project(), 1, 2, sha256('2'), 'app.project_events_y2001m02');
insert into app.project_requests
values (pg_temp.ana(), 'k', 1, pg_temp.ana_project(), sha256('k'));

select pg_temp.has_in_each_row(
    'app.project_requests', '{project_id, request_sha256}',
    'a request says which project it made, and what it asked for'
);
select pg_temp.has_in_each_row(
    'app.projects',
    '{name, status, created_by, updated_by, created_at, updated_at, etag}',
    'a project has a name, a status, who made and changed it and when, and an etag'
);
select pg_temp.has_in_each_row(
    'app.project_payloads', '{project_id, config, files, cost_snapshot, created_at}',
    'a design has a project, its content and a time'
);
select pg_temp.has_in_each_row(
    'app.project_events', '{event_type, actor, data, position, sha256}',
    'an event says what happened and who did it, and has its place in the chain'
);
select pg_temp.has_in_each_row(
    'app.event_chains', '{position, sha256}', 'the head of a chain has a place and a hash'
);
select pg_temp.has_in_each_row(
    'app.project_totals', '{project_count, confidence_count, confidence_sum, duration}',
    'an entry of the totals counts everything'
);
select pg_temp.has_in_each_row(
    'app.retired_events', '{last_position, last_sha256, erased_positions, partition}',
    'what was retired of a chain says where it ended'
);

select pg_temp.refuses(t.relation, t.refused_by, t.change, t.what)
  from (values
    ('app.projects'::regclass, 'projects_name_check', $$ name = ' ' $$,
     'a project''s name is a word'),
    ('app.projects', 'projects_name_check', $$ name = repeat('x', 201) $$,
     'a name has 200 characters at most'),
    ('app.projects', 'projects_customer_check', $$ customer = repeat('x', 201) $$,
     'a customer has 200 characters at most'),
    ('app.projects', 'projects_site_name_check', $$ site_name = repeat('x', 201) $$,
     'a site has 200 characters at most'),
    ('app.projects', 'projects_street_check', $$ street = repeat('x', 201) $$,
     'a street has 200 characters at most'),
    ('app.projects', 'projects_description_check', $$ description = repeat('x', 10001) $$,
     'a description has 10,000 characters at most'),
    ('app.projects', 'projects_created_by_check', $$ created_by = repeat('x', 256) $$,
     'who made a project has 255 characters at most'),
    ('app.projects', 'projects_updated_by_check', $$ updated_by = repeat('x', 256) $$,
     'who changed it has 255 characters at most'),
    ('app.projects', 'projects_check', $$ updated_at = created_at - interval '1 s' $$,
     'no project is changed before it is made'),
    ('app.projects', 'projects_confidence_check', $$ confidence = 1.01 $$,
     'no confidence is above one'),
    ('app.projects', 'projects_confidence_check', $$ confidence = -0.01 $$,
     'no confidence is below zero'),
    ('app.projects', 'projects_constants_version_check', $$ constants_version = '{null}' $$,
     'a pack of constants has a name'),
    ('app.projects', 'projects_content_sha256_check', $$ content_sha256 = repeat('g', 64) $$,
     'the hash of the inputs is hexadecimal'),
    ('app.projects', 'projects_content_sha256_check', $$ content_sha256 = 'ab' $$,
     'the hash of the inputs has 64 digits'),
    ('app.project_payloads', 'project_payloads_config_check', $$ config = '[]' $$,
     'a design is an object'),
    ('app.project_payloads', 'project_payloads_config_check',
     $$ config = jsonb_build_object('a', repeat('x', 65536)) $$, 'a design has 64 kB at most'),
    ('app.project_payloads', 'project_payloads_cost_snapshot_check', $$ cost_snapshot = '[]' $$,
     'costs are an object'),
    ('app.project_payloads', 'project_payloads_files_check', $$ files = '{}' $$,
     'files are a list'),
    ('app.project_events', 'project_events_data_check', $$ data = '[]' $$,
     'what else is known of an event is an object'),
    ('app.project_events', 'project_events_position_check', $$ position = 0 $$,
     'a chain begins with its first event'),
    ('app.project_events', 'project_events_sha256_check', $$ sha256 = '\xab' $$,
     'the hash of an event has 32 bytes'),
    ('app.project_requests', 'project_requests_idempotency_key_check',
     $$ idempotency_key = '' $$, 'an idempotency key is not blank'),
    ('app.project_requests', 'project_requests_idempotency_key_check',
     $$ idempotency_key = repeat('x', 201) $$, 'an idempotency key has 200 characters at most'),
    ('app.project_requests', 'project_requests_place_check', $$ place = 0 $$,
     'the projects of a request are counted from one'),
    ('app.project_requests', 'project_requests_request_sha256_check',
     $$ request_sha256 = '\xab' $$, 'the hash of a request has 32 bytes'),
    ('app.event_chains', 'event_chains_position_check', $$ position = -1 $$,
     'no chain ends before it begins'),
    ('app.event_chains', 'event_chains_sha256_check', $$ sha256 = '\xab' $$,
     'the hash of a head has 32 bytes'),
    ('app.retired_events', 'retired_events_check', $$ last_position = 0 $$,
     'what is retired ends where it begins, or later'),
    ('app.retired_events', 'retired_events_first_position_check', $$ first_position = 0 $$,
     'what is retired begins with an event'),
    ('app.retired_events', 'retired_events_last_sha256_check', $$ last_sha256 = '\xab' $$,
     'the hash of the last event has 32 bytes'),
    ('app.retired_events', 'retired_events_partition_check', $$ partition = repeat('x', 261) $$,
     'a partition has 260 characters at most')
  ) as t (relation, refused_by, change, what);

select pg_temp.refuses_a_second(t.relation, t.refused_by, t.change, t.what)
  from (values
    ('app.projects'::regclass, 'projects_pkey', '{}'::jsonb, 'an account has a project once'),
    ('app.project_events', 'project_events_pkey', '{}', 'an event is recorded once'),
    ('app.event_chains', 'event_chains_pkey', '{}', 'a project has one chain'),
    ('app.project_requests', 'project_requests_pkey',
     '{"project_id": "a2000000-0000-7000-8000-000000000000"}', 'a request has a place once'),
    ('app.project_requests', 'project_requests_account_id_project_id_key', '{"place": 2}',
     'a project has one request'),
    ('app.project_totals', 'project_totals_pkey', '{}', 'an entry of the totals is there once'),
    ('app.retired_events', 'retired_events_pkey', '{}', 'what is retired is recorded once')
  ) as t (relation, refused_by, change, what);
select pg_temp.refuses_a_second(
    'app.projects', 'projects_account_id_etag_key',
    '{"project_id": "a2000000-0000-7000-8000-000000000000"}',
    'an account gives an etag once'
);
select pg_temp.refuses_a_second(
    'app.project_payloads', 'project_payloads_account_id_project_id_module_sha256_key',
    '{"payload_id": "a3000000-0000-7000-8000-000000000000"}',
    'a design is saved once'
);
select pg_temp.refuses_a_second(
    'app.project_payloads', 'project_payloads_pkey', '{"config": {}}', 'a design has its own key'
);
set local session_replication_role = origin;
select is(
    pg_temp.refused_by($$ insert into app.project_payloads (account_id, project_id, module, config)
                          values (pg_temp.ana(), pg_temp.bob_project(),
                                  'signage.single_pole.base_plate', '{}') $$),
    'project_payloads_account_id_project_id_fkey',
    'a design belongs to a project of its account'
);

select is(
    pg_temp.refused_by($$ insert into app.project_requests
                          values (pg_temp.ana(), 'l', 1, pg_temp.bob_project(), sha256('l')) $$),
    'project_requests_account_id_project_id_fkey',
    'a request made a project of its account'
);
set local session_replication_role = replica;
create or replace function app.snapshot_sha256(config jsonb, files jsonb, cost_snapshot jsonb)
    returns text immutable return 'no hash';
select pg_temp.refuses(
    'app.project_payloads', 'project_payloads_sha256_check', $$ config = '{}' $$,
    'the hash of a design has 64 digits, whatever computes it'
);
select * from finish();
rollback;
