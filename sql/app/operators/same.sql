-- Whether a row belongs to the account; a policy evaluates it before any other condition.
--
--     select account_id operator(app.===) '0194f3c0-0000-7000-8000-000000000001' from app.projects;
--
-- It is the equality of uuid, but in no operator family: the planner turns `=` into an index
-- condition and leaves this operator as the first filter, before the conditions of the query.
-- Nearly all rows that the index condition finds pass it, which is what neqsel estimates.
--
create operator app.=== (
    leftarg  = uuid,
    rightarg = uuid,
    function = pg_catalog.uuid_eq,
    restrict = pg_catalog.neqsel,
    join     = pg_catalog.neqjoinsel
);
comment on operator app.=== (uuid, uuid) is
    'Whether two accounts are the same, as the first condition of a policy.';
