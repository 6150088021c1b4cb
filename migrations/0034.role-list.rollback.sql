-- Give back the lists of roles, as migration 0033 left them.
--
-- restores: ops.check_access @0033

drop function ops.revoke_grants(name);

comment on function ops.check_access() is
    'What opens this database to someone whom its declaration keeps out; '
    'no row when all is as declared.';
