begin;
select plan(12);
\ir ../../errors.psql
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.place'),
    '(relation text, placement text) returns void, volatile, security invoker',
    'a table is placed by its name'
);

set local role eagle_application;
select throws_ok(
    $$ select ops.place('app.projects', 'local') $$,
    '42501', 'permission denied for function place',
    'the application does not place tables'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.place('app.projects', 'local') $$,
    '42501', 'permission denied for function place',
    'an operator does not place tables'
);

set local role eagle_owner;
select throws_ok(
    $$ select ops.place('app.nothing', 'tenant') $$,
    '42P01', 'there is no table app.nothing to place',
    'a table that is not there has no place'
);
select is(
    (pg_temp.error_of($$ select ops.place('app.nothing', 'tenant') $$)).hint,
    'Give the schema-qualified name of an existing table.',
    'the refusal tells what to give'
);
select throws_ok(
    $$ select ops.place('app.projects', 'everywhere') $$,
    '23514',
    'new row for relation "table_placements" violates check constraint'
    ' "table_placements_placement_check"',
    'a table is a tenant''s, a reference or local'
);
create table ops.new_table ();
select lives_ok($$ select ops.place('ops.new_table', 'local') $$, 'a new table is placed');
select lives_ok($$ select ops.place('ops.new_table', 'reference') $$, 'a table is placed anew');
select results_eq(
    $$ select placement from ops.table_placements where relation = 'ops.new_table' $$,
    array['reference'],
    'the place of a table is known once'
);

-- As if Citus were installed, whose functions are then looked for.
reset role;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
values (99999, 'citus', 10, 'pg_catalog'::regnamespace, false, '13');
set local role eagle_owner;
select throws_ok(
    $$ select ops.place('ops.new_table', 'tenant') $$,
    '42883', 'function create_distributed_table(unknown, unknown) does not exist',
    'on a distributed database a tenant''s table is distributed'
);
select throws_ok(
    $$ select ops.place('ops.new_table', 'reference') $$,
    '42883', 'function create_reference_table(unknown) does not exist',
    'a reference is copied to every node'
);
select lives_ok($$ select ops.place('ops.new_table', 'local') $$, 'and what is local stays');

select * from finish();
rollback;
