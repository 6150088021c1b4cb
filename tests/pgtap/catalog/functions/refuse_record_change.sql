begin;
select plan(2);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.refuse_record_change'),
    '() returns trigger, volatile, security invoker',
    'a change of the record is refused in a trigger'
);
select throws_ok(
    'delete from catalog.past_versions',
    'ES111', 'past versions are immutable: delete is refused',
    'a superuser who leaves the triggers on is refused, too'
);

select * from finish();
rollback;
