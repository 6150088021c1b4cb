begin;
select plan(8);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.event_content_sha256'),
    '(actor text, data jsonb) returns bytea, immutable, security invoker',
    'the content of an event is its actor and data'
);

set local role eagle_application;
select throws_ok(
    $$ select app.event_content_sha256('ana', '{}') $$,
    '42501', 'permission denied for function event_content_sha256',
    'the application does not compute hashes of events'
);
set local role eagle_auditor;
select is(
    encode(app.event_content_sha256('ana', '{"to": "submitted"}'), 'hex'),
    encode(sha256(decode('00000003', 'hex') || 'ana{"to": "submitted"}'::bytea), 'hex'),
    'the hash covers the length of the actor''s name, the name and the data'
);
select is(
    encode(app.event_content_sha256('ana', '{"to": "submitted"}'), 'hex'),
    '39d81cf89a5c14ecac54c0e1ec383e7feae8d15c0c4475ece6f991f2127f9680',
    'a hash once recorded is computed the same ever after'
);
select is(
    app.event_content_sha256('ana', '{"b": 1, "a": [1, 2]}'),
    app.event_content_sha256('ana', '{"a":[1,2],"b":1}'),
    'data equal as JSON has one hash'
);
select isnt(
    app.event_content_sha256('ana', '{}'), app.event_content_sha256('Ana', '{}'),
    'another actor has another hash'
);
select isnt(
    app.event_content_sha256('é\', '{}'), app.event_content_sha256('é\\', '{}'),
    'a backslash in a name is a backslash'
);
select is(app.event_content_sha256(null, '{}'), null, 'unknown content has no hash');

select * from finish();
rollback;
