begin;
select plan(5);
insert into pg_extension (
    oid, extname, extowner, extnamespace, extrelocatable, extversion
)
values (1, 'citus', 10, 'public'::regnamespace, false, '14.0');

select throws_ok(
    $$ select ops.place('app.projects', 'tenant') $$,
    '42883', 'function create_distributed_table(unknown, unknown) does not exist',
    'a table of tenants is distributed'
);
select throws_ok(
    $$ select ops.place('catalog.imports', 'reference') $$,
    '42883', 'function create_reference_table(unknown) does not exist',
    'a table of the catalogs is copied to each node'
);
select lives_ok(
    $$ select ops.place('ops.jobs', 'local') $$, 'a table of one node stays where it is'
);
select lives_ok(
    $$ select ops.require_signed_accounts(false) $$, 'any account may be accepted'
);
select ops.add_account_key('main', decode(repeat('ab', 32), 'hex'));
select throws_ok(
    $$ select ops.require_signed_accounts(true) $$,
    '0A000', 'signed accounts are not available on a distributed database',
    'signed accounts are refused, as the nodes do not have the keys'
);

select * from finish();
rollback;
