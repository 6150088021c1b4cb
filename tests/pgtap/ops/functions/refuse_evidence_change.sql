begin;
select plan(2);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.refuse_evidence_change'), '() returns trigger, volatile, security invoker',
    'a change of evidence is refused in a trigger'
);
select throws_ok(
    'delete from ops.evidence', 'ES212', 'evidence is immutable: delete is refused',
    'a superuser who leaves the triggers on is refused, too'
);

select * from finish();
rollback;
