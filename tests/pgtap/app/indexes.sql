begin;
select plan(32);
\ir ../plans.psql
\ir ../at_size.psql

-- As the application runs them, behind row security.
set local role eagle_application;
set local app.account_id = '00000000-0000-7000-8000-000000000001';

select pg_temp.uses_index(
    'app.projects_pkey',
    $$ select * from app.projects
        where account_id = '00000000-0000-7000-8000-000000000001'
          and project_id = '00000000-0000-7000-8000-000000000003' $$,
    'one project is found by its key',
    'project_id ='
);
select pg_temp.uses_index(
    'app.projects_account_id_etag_key',
    $$ select project_id from app.projects
        where account_id = '00000000-0000-7000-8000-000000000001'
          and etag = '00000000-0000-4000-8000-000000000003' $$,
    'whether an etag is still the current one of a project is found by the etag',
    'etag ='
);
select pg_temp.uses_index(
    'app.projects_account_id_created_at_draft_idx',
    $$ select project_id, name from app.projects
        where account_id = '00000000-0000-7000-8000-000000000001'
          and status = 'draft'
        order by created_at desc
        limit 100 $$,
    'the newest 100 drafts are found in their order'
);
select pg_temp.uses_index(
    'app.projects_account_id_project_id_estimating_idx',
    $$ select latest.*
         from app.projects as p
        cross join lateral app.latest_payloads(p.account_id, p.project_id) as latest
        where p.account_id = '00000000-0000-7000-8000-000000000001'
          and p.status = 'estimating' $$,
    'the projects being estimated are found for their latest payloads'
);
select pg_temp.uses_index(
    'app.project_payloads_account_id_project_id_module_created_at_idx',
    $$ select latest.*
         from app.projects as p
        cross join lateral app.latest_payloads(p.account_id, p.project_id) as latest
        where p.account_id = '00000000-0000-7000-8000-000000000001'
          and p.status = 'estimating' $$,
    'the latest payloads of every project being estimated are found',
    'project_id ='
);
select pg_temp.uses_index(
    'app.project_payloads_account_id_project_id_module_created_at_idx',
    $$ select * from app.latest_payloads(
           '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003'
       ) $$,
    'the latest payloads of a project are found',
    'project_id ='
);
select pg_temp.uses_index(
    'app.projects_account_id_status_updated_at_idx',
    $$ select status, count(*), avg(confidence) from app.projects
        where account_id = '00000000-0000-7000-8000-000000000001'
        group by status $$,
    'an account''s projects and their mean confidence by status are counted in the index'
);
select pg_temp.uses_index(
    'app.project_totals_pkey',
    'select * from app.account_dashboard',
    'an account''s dashboard is summed from its totals',
    'account_id ='
);
select pg_temp.uses_index(
    'app.projects_account_id_content_sha256_idx',
    $$ select project_id, constants_version, confidence from app.projects
        where account_id = '00000000-0000-7000-8000-000000000001'
          and content_sha256
              = '0000000000000000000000000000000000000000000000000000000000000000' $$,
    'an earlier result of the same inputs is found by their hash',
    'content_sha256 ='
);
select pg_temp.uses_index(
    'app.project_payloads_pkey',
    $$ select * from app.project_payloads
        where account_id = '00000000-0000-7000-8000-000000000001'
          and payload_id = '00000000-0000-7000-8000-000000000003' $$,
    'one payload is found by its key',
    'payload_id ='
);
select pg_temp.uses_index(
    'app.project_payloads_account_id_project_id_module_sha256_key',
    $$ insert into app.project_payloads as p (
           account_id, project_id, module, config, files, cost_snapshot
       )
       values ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003',
               'signage.two_pole.direct_burial', '{}', '[]', '{}')
           on conflict on constraint project_payloads_account_id_project_id_module_sha256_key
           do update set created_at = excluded.created_at $$,
    'a snapshot that is stored already is found when it is saved again'
);
select pg_temp.uses_index(
    'app.project_events_pkey',
    $$ select * from app.page_events(
           '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003'
       ) $$,
    'a page of a project''s events is found in its order',
    'project_id = .*occurred_at'
);
select pg_temp.uses_index(
    'app.project_events_account_id_occurred_at_idx',
    $$ select e.occurred_at, e.event_type, p.name
         from app.project_events as e
         join app.projects as p using (account_id, project_id)
        where e.account_id = '00000000-0000-7000-8000-000000000001'
          and e.occurred_at >= now() - interval '30 days'
        order by e.occurred_at desc $$,
    'an account''s events of 30 days are found with the names of their projects',
    'occurred_at >='
);
select pg_temp.uses_index(
    'app.project_events_account_id_occurred_at_idx',
    $$ select event_type, count(*) from app.project_events
        where account_id = '00000000-0000-7000-8000-000000000001'
          and occurred_at >= now() - interval '7 days'
        group by event_type $$,
    'an account''s events of 7 days are counted by type in the index'
);
select pg_temp.uses_index(
    'app.project_stats_account_id_status_idx',
    'select * from app.account_stats',
    'an account''s statistics are found',
    'account_id ='
);

-- As the owner runs them inside its functions, after checking the account.
reset role;
set local role eagle_owner;
select pg_temp.uses_index(
    'app.projects_account_id_status_updated_at_idx',
    pg_temp.query_of('app.list_projects', jsonb_build_object(
        'list_projects.account_id', '''00000000-0000-7000-8000-000000000001''::uuid',
        'list_projects.status', '''submitted''::app.project_status',
        'list_projects.count', '100'
    )),
    'an account''s projects in one status are found in their order',
    'status ='
);
select pg_temp.uses_index(
    'app.projects_account_id_word_hashes_idx',
    pg_temp.query_of('app.search_projects', jsonb_build_object(
        'search_projects.account_id', '''00000000-0000-7000-8000-000000000001''::uuid',
        'search_projects.count', '100',
        'hashes', '(app.word_hashes(''00000000-0000-7000-8000-000000000001'', ''arbo quay''))',
        'patterns', '(array[''%arbo%'', ''%quay%''])'
    )),
    'the projects with some parts of words are found by the hashes of all of them',
    'word_hashes.* @>'
);
select pg_temp.uses_index(
    'app.project_payloads_account_id_config_of_account_idx',
    pg_temp.query_of('app.find_payloads', jsonb_build_object(
        'find_payloads.account_id', '''00000000-0000-7000-8000-000000000001''::uuid',
        'find_payloads.config',
            '''{"material": "A36", "height_ft": 25, "wind_speed_mph": 115}''::jsonb',
        'find_payloads.count', '100'
    )),
    'the payloads with a material, a height and a wind speed together are found',
    'jsonb_set.* @>'
);
-- A page in the middle, under the setting of the functions: its cursor is looked up in the order of
-- the index, and not many more rows are read than the page has.
set local enable_sort = off;
select pg_temp.uses_index(
    page.index,
    pg_temp.query_of('app.projects_page', jsonb_build_object(
        'projects_page.account_id', '''00000000-0000-7000-8000-000000000001''::uuid',
        'projects_page.status', page.status,
        'projects_page.count', '100',
        'from_at', 'timestamptz ''-infinity''',
        'until_at', 'timestamptz ''infinity''',
        'last_at', '(now() - interval ''30 days'')',
        'last_id', '''00000000-0000-7000-8000-000000000001''::uuid',
        'hashes', '(app.word_hashes(''00000000-0000-7000-8000-000000000001'', ''arbo quay''))',
        'patterns', '(array[''%arbo%'', ''%quay%''])'
    ), page.place),
    page.what,
    page.looked_up
)
  from (values
            ('app.projects_account_id_word_hashes_idx'::regclass, 'null', 1,
             'a page of the projects with words is found by their hashes', 'word_hashes.* @>'),
            ('app.projects_account_id_status_updated_at_idx',
             '''submitted''::app.project_status', 2,
             'a page of the projects in a status is found in their order',
             'status = .*updated_at <='),
            ('app.projects_account_id_updated_at_idx', 'null', 3,
             'a page of all projects is found in their order', 'updated_at <=')
       ) as page (index, status, place, what, looked_up);
select pg_temp.uses_index(
    'app.project_payloads_account_id_config_of_account_idx',
    pg_temp.query_of('app.payloads_page', jsonb_build_object(
        'payloads_page.account_id', '''00000000-0000-7000-8000-000000000001''::uuid',
        'payloads_page.config',
            '''{"material": "A36", "height_ft": 25, "wind_speed_mph": 115}''::jsonb',
        'payloads_page.module', 'null',
        'payloads_page.count', '100',
        'from_at', 'timestamptz ''-infinity''',
        'until_at', 'timestamptz ''infinity''',
        'last_at', '(now() - interval ''30 days'')',
        'last_id', '''00000000-0000-7000-8000-000000000001''::uuid'
    ), 1),
    'a page of the designs with some values is found by all of them',
    'jsonb_set.* @>'
);
select cmp_ok(
    pg_temp.rows_read(
        pg_temp.query_of('app.projects_page', jsonb_build_object(
            'projects_page.account_id', '''00000000-0000-7000-8000-000000000001''::uuid',
            'projects_page.status', '''accepted''::app.project_status',
            'projects_page.count', '10',
            'from_at', 'timestamptz ''-infinity''',
            'until_at', 'timestamptz ''infinity''',
            'last_at', '(now() - interval ''30 days'')',
            'last_id', '''00000000-0000-7000-8000-000000000001''::uuid'
        ), page.place)
    ),
    '<', 50::numeric,
    format('a page of 10 of %s reads few more', page.what)
)
  from (values (2, 'hundreds in a status'), (3, 'thousands')) as page (place, what);
set local role eagle_application;
select pg_temp.uses_index(
    page.index,
    pg_temp.query_of('app.events_page', jsonb_build_object(
        'events_page.account_id', '''00000000-0000-7000-8000-000000000001''::uuid',
        'events_page.project_id', '''00000000-0000-7000-8000-000000000003''::uuid',
        'events_page.event_type', 'null',
        'events_page.count', '100',
        'from_at', 'timestamptz ''-infinity''',
        'until_at', 'timestamptz ''infinity''',
        'last_at', '(now() - interval ''30 days'')',
        'last_id', '''00000000-0000-7000-8000-000000000001''::uuid'
    ), page.place),
    page.what,
    page.looked_up
)
  from (values
            ('app.project_events_pkey'::regclass, 1,
             'a page of the events of a project is found in their order',
             'project_id = .*occurred_at'),
            ('app.project_events_account_id_occurred_at_idx', 2,
             'a page of the events of an account is found in their order', 'occurred_at <=')
       ) as page (index, place, what, looked_up);
select pg_temp.uses_index(
    'app.project_totals_pkey',
    $$ select sum(project_count) from app.account_dashboard
        where account_id = '00000000-0000-7000-8000-000000000001' $$,
    'the projects of an account are counted from its totals', 'account_id ='
);
reset enable_sort;
reset role;
set local role eagle_owner;
insert into app.project_requests (account_id, idempotency_key, place, project_id, request_sha256)
select p.account_id, p.project_id::text, 1, p.project_id, sha256('x') from app.projects as p;
analyze app.project_requests;
select pg_temp.uses_index(
    'app.project_requests_pkey',
    $$ select from app.project_requests as r
        where r.account_id = '00000000-0000-7000-8000-000000000001'
          and r.idempotency_key = '00000000-0000-7000-8000-000000000003' $$,
    'the projects of a request are found by its key', 'idempotency_key ='
);
select pg_temp.uses_index(
    'app.project_requests_account_id_project_id_key',
    $$ delete from app.project_requests as r
        where r.account_id = '00000000-0000-7000-8000-000000000001'
          and r.project_id = '00000000-0000-7000-8000-000000000003' $$,
    'the request of a project that is deleted is found', 'project_id ='
);
select pg_temp.uses_index(
    'app.event_chains_pkey',
    $$ update app.event_chains as c
          set position = c.position + 1
        where c.account_id = '00000000-0000-7000-8000-000000000001'
          and c.project_id = '00000000-0000-7000-8000-000000000003' $$,
    'the head of a chain is found for its next event',
    'project_id ='
);
insert into app.retired_events (
    account_id, project_id, first_position, last_position, last_sha256, partition
)
select
    '00000000-0000-7000-8000-000000000001', gen_random_uuid(), 1, 3, sha256('x'), 'app.month_7'
  from generate_series(1, 2000);
analyze app.retired_events;
select pg_temp.uses_index(
    'app.retired_events_pkey',
    $$ select from app.retired_events as r
        where r.account_id = '00000000-0000-7000-8000-000000000001'
          and r.project_id = '00000000-0000-7000-8000-000000000003' $$,
    'what was retired of a project''s chain is found',
    'project_id ='
);
select pg_temp.every_index_is_planned('app');

select * from finish();
rollback;
