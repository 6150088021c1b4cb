-- A config under its account, by which an index keeps accounts apart.
--
--     select app.config_of_account('0194f3c0-0000-7000-8000-000000000001', '{"height_ft": 25}');
--     -- {"0194f3c0-0000-7000-8000-000000000001": {"height_ft": 25}}
--
-- In an index on config alone a value has one list, of the rows of all accounts: the more there are,
-- the longer a look into it takes, and how long would tell an account what others have. So the account
-- is part of what is hashed. jsonb_path_ops hashes to 32 bits.
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
