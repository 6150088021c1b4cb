begin;
select plan(8);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.definitions'),
    '() returns TABLE(place text, object text, definition text), stable, security invoker',
    'every object is written out as the caller'
);
create temporary table before as select * from ops.definitions();
select is_empty(
    $$ select place, object from before group by place, object having count(*) > 1 $$,
    'an object has one definition'
);
select is_empty(
    $$ select p.oid::regprocedure
         from pg_proc as p
        where p.pronamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
          and not exists (select from before as b where b.object = 'function ' || p.oid::regprocedure::text) $$,
    'every function is there'
);
select results_eq(
    $$ select definition from before where object = 'type catalog.price_category' $$,
    array['base addon permit, owner eagle_owner, '
          || 'eagle_application=USAGE eagle_auditor=USAGE eagle_operator=USAGE eagle_owner=USAGE '
          || 'eagle_reader=USAGE'],
    'labels are in their order, with owner and privileges'
);
create function app.extra() returns integer language sql return 1;
delete from ops.jobs where job = 'backup';
select set_eq(
    $$ select object from before except select object from ops.definitions()
       union all
       (select object from ops.definitions() except select object from before) $$,
    array['job backup', 'function app.extra()'],
    'what comes and goes is seen'
);

create type ops.pair as (left_one integer, right_one text);
select results_eq(
    $$ select split_part(definition, ', ', 1) || ', ' || split_part(definition, ', ', 2)
         from ops.definitions() where object = 'type ops.pair' $$,
    array['left_one integer right_one text, owner postgres'],
    'a type of several parts is written with each of them'
);
select set_eq(
    $$ select object from ops.definitions() where object like 'migration %' $$,
    case
        when to_regclass('ledger._yoyo_migration') is null then 'select null::text where false'
        else $$ select 'migration ' || m.migration_id from ledger._yoyo_migration as m $$
    end,
    'every applied migration is there'
);
create aggregate app.least_of(integer) (sfunc = int4smaller, stype = integer);
select alike(
    (select definition from ops.definitions() where object = 'function app.least_of(integer)'),
    '%"aggtransfn"%int4smaller%', 'an aggregate is written with its parts'
);

select * from finish();
rollback;
