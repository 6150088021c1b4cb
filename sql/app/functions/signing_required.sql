-- Whether this database accepts signed accounts only; ops.require_signed_accounts() sets it.
--
--     select app.signing_required();
--     -- f
--
-- A constant, which the planner folds: where no signature is required, none is checked.
--
create function app.signing_required()
    returns boolean
    language sql
    immutable
    parallel safe
    return false;
comment on function app.signing_required() is
    'Whether an account must be signed to see rows; set by ops.require_signed_accounts().';
