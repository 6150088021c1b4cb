begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.payload_hashes'),
    '(first_account uuid, last_account uuid) returns TABLE(account_id uuid, project_id uuid,'
    ' payload_id uuid, sha256 text), stable, security definer',
    'the hashes of payloads are asked for by a range of accounts'
);
set local role eagle_operator;
select throws_ok(
    'select ops.payload_hashes(pg_temp.ana(), pg_temp.bob())',
    '42501', 'permission denied for function payload_hashes',
    'an operator does not ask for hashes of designs'
);
set local role eagle_auditor;
select throws_ok(
    'select config from app.project_payloads',
    '42501', 'permission denied for table project_payloads',
    'an auditor does not read designs'
);
select results_eq(
    $$ select count(*), count(*) filter (where h.sha256 = p.sha256)
         from ops.payload_hashes(pg_temp.ana(), pg_temp.bob()) as h
         join app.project_payloads as p using (payload_id) $$,
    $$ values (2::bigint, 2::bigint) $$,
    'an auditor is told what each hashes to, which is what is stored'
);
reset role;
create or replace function app.snapshot_sha256(config jsonb, files jsonb, cost_snapshot jsonb)
    returns text language sql immutable as $$ select repeat('0', 64) $$;
update app.project_payloads set config = '{"height_ft": 1}' where account_id = pg_temp.ana();
select results_eq(
    'select count(*) from ops.payload_hashes(pg_temp.ana(), pg_temp.ana()) as h'
    ' join app.project_payloads as p using (payload_id) where h.sha256 <> p.sha256',
    array[1::bigint],
    'what is stored is not believed'
);

select * from finish();
rollback;
