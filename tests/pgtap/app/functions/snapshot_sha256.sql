begin;
select plan(10);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.snapshot_sha256'),
    '(config jsonb, files jsonb, cost_snapshot jsonb) returns text, immutable, security invoker',
    'the hash of a snapshot covers its config, files and costs'
);

set local role eagle_application;
select is(
    app.snapshot_sha256('{"a": 1}', '["b"]', '{}'),
    encode(sha256('[{"a": 1}, ["b"], {}]'::bytea), 'hex'),
    'the hash of a snapshot is that of its canonical text, in hex digits'
);
select is(
    app.snapshot_sha256('{"a": 1}', '["b"]', '{}'),
    '5e94b7ce502ffb8e78b6a019d3f86d8d9dbccd6e0638b39fd79ea488465f1139',
    'a hash once stored is computed the same ever after'
);
select is(
    app.snapshot_sha256('{"b":1,   "a":{"y":2,"x":1}}', '[]', '{}'),
    app.snapshot_sha256('{"a": {"x": 1, "y": 2}, "b": 1}', '[]', '{}'),
    'neither the order of keys nor white space changes the hash'
);
select is(
    app.snapshot_sha256('{"a": 1, "a": 2}', '[]', '{}'),
    app.snapshot_sha256('{"a": 2}', '[]', '{}'),
    'of a repeated key the last value counts'
);
select isnt(
    app.snapshot_sha256('{}', '[1, 2]', '{}'), app.snapshot_sha256('{}', '[2, 1]', '{}'),
    'the order of a list changes the hash'
);
select isnt(
    app.snapshot_sha256('{"a": 1}', '[]', '{}'), app.snapshot_sha256('{"a": "1"}', '[]', '{}'),
    'a number and its digits in quotes have different hashes'
);
select isnt(
    app.snapshot_sha256('{"a": 1}', '[]', '{}'), app.snapshot_sha256('{}', '[]', '{"a": 1}'),
    'config and costs do not stand for one another'
);
select results_eq(
    $$ select app.snapshot_sha256('{"a": 1}', '[]', '{}')
              = app.snapshot_sha256('{"a": 1.0}', '[]', '{}'),
              '{"a": 1}'::jsonb = '{"a": 1.0}'::jsonb $$,
    $$ values (false, true) $$,
    'equal numbers of other digits are other snapshots: a design is what was written'
);
select lives_ok(
    $$ select app.snapshot_sha256('{"a": "\\ \n é \" 100%"}', '["%s"]', '{}') $$,
    'a snapshot may hold backslashes, quotes and percent signs'
);

select * from finish();
rollback;
