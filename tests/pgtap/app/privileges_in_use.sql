begin;
select plan(21);
\ir ../two_accounts.psql

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select lives_ok(
    $$ insert into app.projects (
           account_id, name, customer, description, site_name, street, created_by, updated_by,
           constants_version, content_sha256, confidence
       )
       values (pg_temp.ana(), 'Airport sign', 'Ana', 'A pole', 'Gate 9', '9 High St', 'ana', 'ana',
               '{footing_v1}', repeat('ab', 32), 0.9) $$,
    'the application makes a project with its result'
);
select is(
    cardinality(app.word_hashes(pg_temp.ana(), 'airport sign')) > 0, true,
    'the application hashes the words that it looks for'
);

set local role eagle_reader;
select is(app.signing_required(), false, 'a reader is told whether accounts are signed');
select is(app.signed_account()::text, '', 'and that none is signed');
select lives_ok($$ select app.begin_work(pg_temp.ana(), 'rita') $$, 'a reader works for an account');
select is(app.current_actor(), 'rita', 'a reader is told who is at work');
select is(app.event_actor('rita'), 'rita', 'a reader is told whom an event names');
select lives_ok($$ select app.require_account(pg_temp.ana()) $$, 'a reader is of the account');
select is(
    cardinality(app.word_hashes(pg_temp.ana(), 'harbour')) > 0, true,
    'a reader hashes the words that it looks for'
);
select is(
    app.config_of_account(pg_temp.ana(), '{}') is not null, true,
    'a reader says what design it looks for'
);
select is(length(app.snapshot_sha256('{}', '[]', '{}')), 64, 'a reader computes the hash of a design');
select matches(
    app.project_search_text('Harbour', 'Ana', 'Pier', 'Quay'), 'harbour',
    'a reader is told what text is searched'
);

set local role eagle_auditor;
select results_eq(
    $$ select p.account_id, p.project_id, p.status::text, p.created_by, p.updated_by,
              p.created_at <= p.updated_at, p.confidence
         from app.projects as p
        where p.created_by <> 'ana'
        order by p.account_id $$,
    $$ values
        (pg_temp.ana(), pg_temp.ana_project(), 'draft', 'ana@example.com', 'ana@example.com', true,
         null::double precision),
        (pg_temp.bob(), pg_temp.bob_project(), 'draft', 'bob@example.com', 'bob@example.com', true,
         null) $$,
    'an auditor sees the projects of all accounts, and not their names'
);
select is(
    (select count(distinct (p.account_id, p.project_id, p.payload_id, p.module, p.created_at,
                            p.sha256))
       from app.project_payloads as p),
    2::bigint,
    'an auditor sees that designs were saved'
);
select is(
    (select sum(t.project_count) from app.project_totals as t), 3::numeric,
    'an auditor sees the totals of all accounts'
);
select throws_ok(
    'select name from app.projects', '42501', 'permission denied for table projects',
    'an auditor does not read what a project is called'
);
select throws_ok(
    'select config from app.project_payloads', '42501',
    'permission denied for table project_payloads',
    'an auditor does not read what was designed'
);
select lives_ok(
    $$ select app.require_between('number', 1, 1, 2) $$, 'an auditor''s functions check their input'
);
set local role eagle_operator;
select lives_ok(
    $$ select app.require_between('number', 1, 1, 2) $$, 'so do an operator''s'
);

reset role;
set local session_replication_role = replica;
set local role eagle_application;
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.bob(), pg_temp.bob_project(), 'report.generated', 'ana') $$,
    '42501', 'new row violates row-level security policy for table "project_events"',
    'without its triggers, too, an event of another account is refused'
);
select throws_ok(
    $$ insert into app.projects (account_id, name, created_by, updated_by)
       values (pg_temp.bob(), 'Theft', 'ana', 'ana') $$,
    '42501', 'new row violates row-level security policy for table "projects"',
    'so is a project'
);

select * from finish();
rollback;
