begin;
select plan(7);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.revoke_grants'), '(schema name) returns void, volatile, security invoker',
    'rights are taken away of one schema'
);
create schema "odd one";
create table "odd one".things (x integer);
create type "odd one".kind as enum ('a');
create function "odd one".one() returns integer language sql return 1;
grant usage on schema "odd one" to public, eagle_reader;
grant select on "odd one".things to eagle_reader, pg_monitor;
grant execute on function "odd one".one() to eagle_backup;
grant usage on type "odd one".kind to eagle_reader;
select ops.revoke_grants('odd one');
select ok(not has_schema_privilege('eagle_reader', 'odd one', 'usage'), 'of the schema');
select ok(not has_table_privilege('eagle_reader', '"odd one".things', 'select'), 'of its tables');
select ok(
    not has_function_privilege('eagle_backup', '"odd one".one()', 'execute'), 'of its functions'
);
select ok(not has_type_privilege('eagle_reader', '"odd one".kind', 'usage'), 'and of its types');
select ok(
    has_table_privilege('pg_monitor', '"odd one".things', 'select'),
    'another role keeps what it was given'
);
create role eagle_later nologin;
grant select on "odd one".things to eagle_later;
select ops.revoke_grants('odd one');
select ok(
    not has_table_privilege('eagle_later', '"odd one".things', 'select'),
    'a role that is new to the product is one of its roles'
);

select * from finish();
rollback;
