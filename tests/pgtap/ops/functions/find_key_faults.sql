begin;
select plan(11);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.find_key_faults'),
    '(is_thorough boolean DEFAULT true) returns TABLE(check_name text, object text, '
    'violations bigint, detail text), volatile, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_key_faults()',
    '42501', 'permission denied for function find_key_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;
select is_empty('select * from ops.find_key_faults()', 'nothing is wrong at first');

-- One fault of each kind, as only a superuser can make them.
set local session_replication_role = replica;
update pg_index set indisready = false, indislive = false
 where indexrelid = 'catalog.pricing_configs_item_code_daterange_excl'::regclass;
update pg_index set indisunique = false, indimmediate = true
 where indexrelid = 'app.projects_account_id_etag_key'::regclass;
insert into catalog.pricing_configs
values ('twice', 'v1', 1, 'x', 'base', '2026-01-01', null),
       ('twice', 'v2', 1, 'x', 'base', '2026-06-01', null);
update app.projects set etag = gen_random_uuid();
insert into app.projects (account_id, name, etag, created_by, updated_by)
select account_id, 'Copy', etag, 'eve', 'eve' from app.projects where account_id = pg_temp.ana();
update pg_index set indisunique = true
 where indexrelid = 'app.projects_account_id_etag_key'::regclass;
insert into catalog.code_references
values ('X', '1', 'x', null, 'x', 'x', gen_random_uuid(), 1);
update pg_index set indisready = true, indislive = true
 where indexrelid = 'catalog.pricing_configs_item_code_daterange_excl'::regclass;
select results_eq(
    'select check_name, object, violations from ops.find_key_faults() order by check_name, object',
    $$ values
        ('duplicates', 'app.projects projects_account_id_etag_key', 1::bigint),
        ('exclusions', 'catalog.pricing_configs pricing_configs_item_code_daterange_excl', 1),
        ('orphans', 'catalog.code_references code_references_import_id_fkey', 1),
        ('totals', 'app.project_totals', 1) $$,
    'a fault of each kind is found'
);
select results_eq(
    'select check_name from ops.find_key_faults(is_thorough => false) order by check_name',
    array['exclusions', 'orphans'],
    'what sorts or counts every row is left out of the quick checks'
);

-- Null may stand in a key more than once, where it is not told to be a value like others.
create table ops.nulls (number integer);
create unique index nulls_distinct_idx on ops.nulls (number);
insert into ops.nulls values (null), (null);
create table ops.nulls_alike (number integer);
create unique index alike_idx on ops.nulls_alike (number) nulls not distinct;
update pg_index set indisready = false, indislive = false
 where indexrelid = 'ops.alike_idx'::regclass;
insert into ops.nulls_alike values (null), (null);
update pg_index set indisready = true, indislive = true
 where indexrelid = 'ops.alike_idx'::regclass;
select results_eq(
    $$ select check_name, object, violations
         from ops.find_key_faults() where object like 'ops.%' $$,
    $$ values ('duplicates', 'ops.nulls_alike alike_idx', 1::bigint) $$,
    'null is a value twice only where an index says that it is one'
);

-- A key that cannot be read.
create function ops.fail(value integer) returns integer language sql immutable return value;
create table ops.unlucky (value integer);
create unique index unlucky_idx on ops.unlucky (ops.fail(value));
insert into ops.unlucky values (1);
create function pg_temp.unlucky(code text)
    returns table (check_name text, object text, violations bigint, detail text)
    language plpgsql
as $function$
begin
    execute format(
        $f$ create or replace function ops.fail(value integer) returns integer
                language plpgsql immutable
            as $body$ begin raise exception 'no luck' using errcode = %L; end $body$ $f$,
        unlucky.code
    );
    return query
    select f.* from ops.find_key_faults() as f where f.object like 'ops.unlucky%';
end
$function$;
select results_eq(
    format('select * from pg_temp.unlucky(%L)', failed.code),
    format(
        $$ values (%L, 'ops.unlucky unlucky_idx', 1::bigint, 'no luck (SQLSTATE %s)') $$,
        failed.found, failed.code
    ),
    failed.what
)
  from (values
            ('22012', 'failed', 'a key whose expression fails is a finding'),
            ('XX001', 'unreadable', 'one that cannot be read is another')
       ) as failed (code, found, what);
select throws_ok(
    format('select * from pg_temp.unlucky(%L)', ended.code), ended.code, 'no luck',
    format('what is ended from outside is not a finding: %s', ended.code)
)
  from unnest(array['40001', '53200', '55P03']) as ended (code);

select * from finish();
rollback;
