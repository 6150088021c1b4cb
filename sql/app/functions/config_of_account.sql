-- A config under its account, so that an index has separate lists for each account.
--
--     select app.config_of_account('0194f3c0-0000-7000-8000-000000000001', '{"height_ft": 25}');
--     -- {"0194f3c0-0000-7000-8000-000000000001": {"height_ft": 25}}
--
-- In an index on config alone a value has one list with the rows of all accounts: a look-up would
-- take longer the more rows there are, and its time would reveal to an account what others have.
-- Therefore the account is part of the hashed value. jsonb_path_ops hashes to 32 bits.
--
create function app.config_of_account(
    account_id uuid,
    config     jsonb
)
    returns jsonb
    language sql
    immutable
    parallel safe
    return jsonb_set('{}', array[account_id::text], config);
comment on function app.config_of_account(uuid, jsonb) is
    'A config under its account, by which an index keeps accounts apart.';
