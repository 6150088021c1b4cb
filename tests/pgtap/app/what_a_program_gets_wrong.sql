begin;
select plan(3);
\ir ../two_accounts.psql

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.set_project_status(
           pg_temp.ana(), pg_temp.bob_project(), pg_temp.ana_etag(), 'ana', 'estimating'
       ) $$,
    'P0002', 'there is no project b1000000-0000-7000-8000-000000000000 in this account',
    'a project that is not there cannot be moved'
);
select throws_ok(
    $$ select app.save_payload(
           account_id => pg_temp.ana(), project_id => pg_temp.ana_project(),
           module => 'signage.single_pole.base_plate', config => '{}', files => '[]',
           cost_snapshot => '{}', actor => repeat('x', 256)
       ) $$,
    '22023', 'length of actor must be from 0 to 255',
    'who saves a design has 255 characters at most'
);
update app.projects as p set etag = p.etag where p.project_id = pg_temp.ana_project();
select is_empty(
    $$ select from app.project_events as e where e.event_type = 'project.updated' $$,
    'a change that changes nothing is no event'
);

select * from finish();
rollback;
