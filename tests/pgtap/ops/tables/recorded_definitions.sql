begin;
select plan(4);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.recorded_definitions') $$,
    $$ values
        ('place', 'text', 'not null', ''),
        ('object', 'text', 'not null', ''),
        ('definition', 'text', 'not null', '') $$,
    'a recorded definition has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.recorded_definitions') $$,
    $$ values
        ('recorded_definitions_definition_check', 'CHECK ((length(definition) <= 1000000))'),
        ('recorded_definitions_object_check', 'CHECK ((length(object) <= 2000))'),
        ('recorded_definitions_pkey', 'PRIMARY KEY (place, object)'),
        ('recorded_definitions_place_check', 'CHECK ((length(place) <= 300))') $$,
    'a recorded definition has these constraints'
);
select results_eq(
    $$ select definition from ops.recorded_definitions where object = 'server' $$,
    $$ values ((current_setting('server_version_num')::integer / 10000)::text) $$,
    'the version of the server that wrote them is recorded, too'
);
set local role eagle_operator;
select throws_ok(
    'delete from ops.recorded_definitions',
    '42501', 'permission denied for table recorded_definitions',
    'an operator does not forget what the migrations left'
);

select * from finish();
rollback;
