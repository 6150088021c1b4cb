begin;
select plan(10);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.require_signed_accounts'),
    '(required boolean) returns void, volatile, security invoker',
    'signatures are required or not'
);
select throws_ok(
    'select ops.require_signed_accounts(true)',
    'ES211', 'there is no key that an account could be signed with',
    'no signature is required before one can be made'
);
select ops.add_account_key('k1', decode(repeat('ab', 32), 'hex'));
select ops.require_signed_accounts(true);
select is(app.signing_required(), true, 'signatures are required');
select is_empty(
    'select relation, policy from ops.tenant_policies() where is_as_wanted is not true',
    'the policies stay as they are'
);
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select ops.require_signed_accounts(false)',
    '42501', 'permission denied for function require_signed_accounts',
    'the application does not end the requirement'
);
select is_empty('select * from app.projects', 'an unsigned account sees no row from then on');
reset role;
select ops.require_signed_accounts(false);
select is(app.signing_required(), false, 'the requirement ends');
set local role eagle_application;
select results_eq(
    'select account_id from app.projects', 'select pg_temp.ana()',
    'an unsigned account is accepted again'
);

-- Where the owner may not keep what was found, and where Citus is, as if it were installed.
reset role;
revoke set on parameter backtrace_functions from eagle_owner;
set local role eagle_owner;
select throws_ok(
    'select ops.require_signed_accounts(true)',
    '42501', 'the owner cannot keep which account was found signed',
    'a requirement that could not be kept is refused'
);
reset role;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
values (99999, 'citus', 10, 'pg_catalog'::regnamespace, false, '13');
select throws_ok(
    'select ops.require_signed_accounts(true)',
    '0A000', 'signed accounts are not available on a distributed database',
    'nor can accounts be signed on a distributed database'
);

select * from finish();
rollback;
