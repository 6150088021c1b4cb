begin;
select plan(10);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.find_row_faults'),
    '(is_thorough boolean DEFAULT true) returns TABLE(check_name text, object text, '
    'violations bigint, detail text), volatile, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_row_faults()',
    '42501', 'permission denied for function find_row_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;

alter table ops.missed_months drop constraint missed_months_misses_check;
insert into ops.missed_months (relation, starts_at, misses)
values ('app.a', '2001-01-01', 0), ('app.b', '2001-01-01', -1), ('app.c', '2001-01-01', 1);
alter table ops.missed_months
    add constraint missed_months_misses_check check (misses > 0) not valid;
select results_eq(
    $$ select check_name, object, violations from ops.find_row_faults(is_thorough => false) $$,
    $$ values ('checks', 'ops.missed_months missed_months_misses_check', 2::bigint) $$,
    'rows that break a check are counted, the check named'
);

-- A rule of each kind that a row breaks, and a table that cannot be read.
create type ops.mood as enum ('good', 'bad');
create table ops.rules (
    first  integer,
    mood   ops.mood,
    twice  integer generated always as (2 * first) stored
);
insert into ops.rules (first, mood) values (1, 'good'), (null, 'bad');
update pg_attribute set attnotnull = true
 where attrelid = 'ops.rules'::regclass and attname = 'first';
delete from pg_enum where enumtypid = 'ops.mood'::regtype and enumlabel = 'bad';
select results_eq(
    $$ select check_name, object, violations
         from ops.find_row_faults(is_thorough => false)
        where object ~ '^ops.rules'
        order by check_name $$,
    $$ values ('labels', 'ops.rules mood', 1::bigint), ('nulls', 'ops.rules first', 1) $$,
    'a value that is missing is found, and one whose label is gone'
);
select is_empty(
    $$ select from ops.find_row_faults(is_thorough => false) where check_name = 'payload-hashes' $$,
    'what hashes every row is left out of the quick checks'
);
create function ops.fail(value integer, code text) returns boolean
    language plpgsql immutable
as $function$
begin
    raise exception 'no luck' using errcode = fail.code;
end
$function$;
create table ops.unlucky (value integer);
insert into ops.unlucky values (1);
create function pg_temp.unlucky(code text)
    returns table (check_name text, object text, violations bigint, detail text)
    language plpgsql
as $function$
begin
    execute format(
        'alter table ops.unlucky drop constraint if exists unlucky_check,'
        ' add constraint unlucky_check check (ops.fail(value, %L)) not valid', unlucky.code
    );
    return query
    select f.* from ops.find_row_faults(is_thorough => false) as f where f.object like 'ops.unlucky%';
end
$function$;
select results_eq(
    format('select * from pg_temp.unlucky(%L)', failed.code),
    format(
        $$ values (%L, 'ops.unlucky', 1::bigint, 'no luck (SQLSTATE %s)') $$,
        failed.found, failed.code
    ),
    failed.what
)
  from (values
            ('22012', 'failed', 'a table whose check fails is a finding'),
            ('XX001', 'unreadable', 'one that cannot be read is another')
       ) as failed (code, found, what);
select throws_ok(
    format('select * from pg_temp.unlucky(%L)', ended.code), ended.code, 'no luck',
    format('what is ended from outside is not a finding: %s', ended.code)
)
  from unnest(array['40001', '53200', '55P03']) as ended (code);

select * from finish();
rollback;
