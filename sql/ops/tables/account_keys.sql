create table ops.account_keys (
    key_name   text         not null,
    inner_key  bytea        not null,
    outer_key  bytea        not null,
    added_at   timestamptz  not null  default now(),
    constraint account_keys_pkey primary key (key_name),
    constraint account_keys_key_name_check
        check (length(key_name) <= 32 and key_name ~ '^[a-z0-9_-]+$'),
    constraint account_keys_inner_key_check check (octet_length(inner_key) = 64),
    constraint account_keys_outer_key_check check (octet_length(outer_key) = 64)
);
select ops.place('ops.account_keys', 'local');

comment on table ops.account_keys is
    'The keys with which the API signs accounts, at most two; only the owner reads them.';
comment on column ops.account_keys.key_name is 'What a token calls the key.';
comment on column ops.account_keys.inner_key is
    'The key, filled to a block and combined with the inner pad of HMAC.';
comment on column ops.account_keys.outer_key is
    'The key, filled to a block and combined with the outer pad of HMAC.';
comment on column ops.account_keys.added_at is 'When the key was added.';
