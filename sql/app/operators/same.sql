-- Whether a row is the account's own, asked by a policy before anything else is asked of the row.
--
--     select account_id operator(app.===) '0194f3c0-0000-7000-8000-000000000001' from app.projects;
--
-- It is uuid's equality, but in no operator family: the planner turns `=` into a condition of an
-- index and leaves this one where the policy has it, in front of a query's own conditions. Nearly
-- all rows that the index condition found pass it, which is what neqsel estimates.
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
