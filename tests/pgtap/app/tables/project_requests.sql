begin;
select plan(11);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.columns_of('app.project_requests') $$,
    $$ values
        ('account_id', 'uuid', 'not null', ''),
        ('idempotency_key', 'text', 'not null', ''),
        ('place', 'integer', 'not null', ''),
        ('project_id', 'uuid', 'not null', ''),
        ('request_sha256', 'bytea', 'not null', '') $$,
    'a request has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('app.project_requests') $$,
    $$ values
        ('project_requests_account_id_project_id_fkey',
         'FOREIGN KEY (account_id, project_id) REFERENCES app.projects(account_id, project_id)'
         ' ON DELETE CASCADE'),
        ('project_requests_account_id_project_id_key', 'UNIQUE (account_id, project_id)'),
        ('project_requests_idempotency_key_check',
         'CHECK (((idempotency_key <> ''''::text) AND (length(idempotency_key) <= 200)))'),
        ('project_requests_pkey', 'PRIMARY KEY (account_id, idempotency_key, place)'),
        ('project_requests_place_check', 'CHECK ((place > 0))'),
        ('project_requests_request_sha256_check', 'CHECK ((octet_length(request_sha256) = 32))') $$,
    'a request has these constraints'
);
select is_empty(
    $$ select * from pg_temp.triggers_of('app.project_requests') $$, 'a request has no trigger'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local role eagle_application;
select throws_ok(
    command,
    '42501', 'permission denied for table project_requests',
    format('the application cannot %s a request', split_part(command, ' ', 1))
)
  from unnest(array[
           'select place from app.project_requests',
           'insert into app.project_requests values'
           ' (pg_temp.ana(), ''k'', 1, pg_temp.ana_project(), sha256(''k''))',
           'update app.project_requests set place = 2',
           'delete from app.project_requests',
           'truncate app.project_requests'
       ]) as command;
select lives_ok(
    $$ select app.create_project(pg_temp.ana(), 'Sign', 'ana', idempotency_key => 'k') $$,
    'a project is created under a key'
);
reset role;
select is((select count(*) from app.project_requests), 1::bigint, 'which is kept');
set local role eagle_application;
select app.delete_project(p.account_id, p.project_id, p.etag, 'ana')
  from app.projects as p
 where p.name = 'Sign';
reset role;
select is_empty('select * from app.project_requests', 'a request goes with its project');

select * from finish();
rollback;
