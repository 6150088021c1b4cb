begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.stretches_sha256'),
    '(partition text) returns bytea, stable, security invoker',
    'what a partition held is hashed by its name'
);
select is(
    ops.stretches_sha256('app.old'), sha256(''), 'of no stretches the hash is that of nothing'
);
insert into app.retired_events (
    account_id, project_id, first_position, last_position, last_sha256, partition
)
values
    (pg_temp.ana(), pg_temp.ana_project(), 1, 2, sha256('a'), 'app.old'),
    (pg_temp.bob(), pg_temp.bob_project(), 1, 2, sha256('b'), 'app.old');
select is(
    ops.stretches_sha256('app.old'),
    sha256(
        sha256(sha256(convert_to(
            pg_temp.ana() || ' ' || pg_temp.ana_project() || ' 1 2 '
            || encode(sha256('a'), 'hex') || ' {}', 'UTF8')))
        || sha256(sha256(convert_to(
            pg_temp.bob() || ' ' || pg_temp.bob_project() || ' 1 2 '
            || encode(sha256('b'), 'hex') || ' {}', 'UTF8')))
    ),
    'the hash is that of the hashes of accounts, each of the hashes of its stretches'
);
create temporary table before as select ops.stretches_sha256('app.old') as sha256;
update app.retired_events set erased_positions = '{1}' where account_id = pg_temp.bob();
select isnt(
    ops.stretches_sha256('app.old'), (select sha256 from before),
    'a place that was emptied changes the hash'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.stretches_sha256('app.old') $$,
    '42501', 'permission denied for function stretches_sha256',
    'an operator does not ask for it'
);

select * from finish();
rollback;
