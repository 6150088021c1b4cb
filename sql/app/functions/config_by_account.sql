-- A config under the last byte of its account, by which an index keeps accounts apart.
--
--     select app.config_by_account('0194f3c0-0000-7000-8000-000000000001', '{"height_ft": 25}');
--     -- {"01": {"height_ft": 25}}
--
-- In an index on config alone a value has one list, of the rows of all accounts, and the more there
-- are, the longer a look into it takes. So it has 256, each of the rows of one account in 256.
--
create function app.config_by_account(
    account_id uuid,
    config     jsonb
)
    returns jsonb
    language sql
    immutable
    parallel safe
    return jsonb_set('{}', array[right(account_id::text, 2)], config);
comment on function app.config_by_account(uuid, jsonb) is
    'A config under the last byte of its account, by which an index keeps accounts apart.';
