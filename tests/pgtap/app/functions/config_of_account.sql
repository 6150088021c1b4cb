begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.config_of_account'),
    '(account_id uuid, config jsonb) returns jsonb, immutable, security invoker',
    'a config is put under its account'
);

set local role eagle_application;
select is(
    app.config_of_account('0194f3c0-0000-7000-8000-000000000001', '{"height_ft": 25}'),
    '{"0194f3c0-0000-7000-8000-000000000001": {"height_ft": 25}}',
    'the account stands over the whole config'
);
select is(
    app.config_of_account('0194f3c0-0000-7000-8000-000000000001', '{}'),
    '{"0194f3c0-0000-7000-8000-000000000001": {}}',
    'it stands over an empty config, too'
);
select ok(
    not app.config_of_account('0194f3c0-0000-7000-8000-000000000001', '{"height_ft": 25}')
        @> app.config_of_account('0194f3c0-0000-7000-8000-000000000002', '{"height_ft": 25}'),
    'equal configs of two accounts do not contain each other'
);

select * from finish();
rollback;
