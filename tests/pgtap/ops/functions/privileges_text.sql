begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.privileges_text'),
    '(privileges aclitem[]) returns text, stable, security invoker',
    'privileges are written out as text'
);
select is(
    ops.privileges_text('{eagle_reader=r*w/eagle_owner,=r/eagle_owner}'),
    'eagle_reader=SELECT* eagle_reader=UPDATE public=SELECT',
    'by role and privilege, with an asterisk if it can be passed on'
);
select is(
    ops.privileges_text('{=r/eagle_owner,eagle_reader=wr*/postgres}'),
    ops.privileges_text('{eagle_reader=r*w/eagle_owner,=r/postgres}'),
    'in one order, whoever granted them'
);
select is(ops.privileges_text(null), null, 'no list is not an empty one');

select * from finish();
rollback;
