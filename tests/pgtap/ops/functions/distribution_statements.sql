begin;
select plan(11);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.distribution_statements'),
    '() returns TABLE(step integer, relation text, statement text), stable, security invoker',
    'how the tables are distributed is a list'
);
set local role eagle_application;
select throws_ok(
    'select * from ops.distribution_statements()',
    '42501', 'permission denied for function distribution_statements',
    'the application has nothing to do with it'
);

set local role eagle_operator;
select results_eq(
    'select relation from ops.distribution_statements() order by relation collate "C"',
    $$ select relation
         from ops.table_placements
        where placement in ('tenant', 'reference')
        order by relation collate "C" $$,
    'each tenant''s and each reference table is there once, and no local one'
);
select results_eq(
    'select step from ops.distribution_statements()',
    'select generate_series(1, count(*)::integer) from ops.distribution_statements()',
    'the steps are counted'
);
select is_empty(
    $$ select s.relation, other.relation as refers_to
         from ops.distribution_statements() as s
         join pg_constraint as k on k.conrelid = s.relation::regclass and k.contype = 'f'
         left join ops.distribution_statements() as other
           on other.relation::regclass = k.confrelid and other.step < s.step
        where k.confrelid <> k.conrelid
          and other.relation is null $$,
    'what a foreign key refers to goes first'
);
select is_empty(
    $$ select s.relation, s.statement
         from ops.distribution_statements() as s
         join ops.table_placements as p on p.relation = s.relation
        where p.placement = 'reference'
          and s.statement <> format('select create_reference_table(%L)', s.relation) $$,
    'a reference table is copied to every node'
);
select results_eq(
    $$ select s.statement
         from ops.distribution_statements() as s
         join ops.table_placements as p on p.relation = s.relation
        where p.placement = 'tenant'
        order by s.step
        limit 1 $$,
    $$ select format('select create_distributed_table(%L, %L)', min(relation), 'account_id')
         from ops.table_placements
        where placement = 'tenant' $$,
    'the first of the tenants'' tables is distributed by the account'
);
select is_empty(
    $$ select s.relation, s.statement
         from ops.distribution_statements() as s
         join ops.table_placements as p on p.relation = s.relation
        cross join (
                 select min(t.relation) as relation
                   from ops.table_placements as t
                  where t.placement = 'tenant'
              ) as together
        where p.placement = 'tenant'
          and p.relation <> together.relation
          and s.statement <> format(
                  'select create_distributed_table(%L, %L, colocate_with => %L)',
                  s.relation, 'account_id', together.relation
              ) $$,
    'the others are distributed with it, so that an account stays on one node'
);

-- New tables come by themselves, in their place.
set local role eagle_owner;
create table app.a_part (
    account_id  uuid  not null,
    part_id     uuid  not null,
    whole_id    uuid  null,
    constraint a_part_pkey primary key (account_id, part_id)
);
create table app.b_whole (
    account_id  uuid  not null,
    whole_id    uuid  not null,
    part_id     uuid  null,
    constraint b_whole_pkey primary key (account_id, whole_id)
);
alter table app.a_part
    add constraint a_part_account_id_whole_id_fkey foreign key (account_id, whole_id)
    references app.b_whole (account_id, whole_id),
    add constraint a_part_account_id_part_id_fkey foreign key (account_id, part_id)
    references app.a_part (account_id, part_id);
select ops.place('app.a_part', 'tenant');
select ops.place('app.b_whole', 'tenant');
select results_eq(
    $$ select relation from ops.distribution_statements() where relation ~ '_(part|whole)$' $$,
    array['app.b_whole', 'app.a_part'],
    'a table that refers to another comes after it, whatever they are called'
);
select ops.place('app.b_whole', 'local');
select is_empty(
    $$ select relation from ops.distribution_statements() where relation = 'app.b_whole' $$,
    'a table that is placed anew as local stays where it is'
);
select ops.place('app.b_whole', 'tenant');
alter table app.b_whole
    add constraint b_whole_account_id_part_id_fkey foreign key (account_id, part_id)
    references app.a_part (account_id, part_id);
select throws_ok(
    'select * from ops.distribution_statements()',
    '42830', 'app.a_part refers to a table that refers back to it',
    'tables that refer to each other are refused, not left out'
);

select * from finish();
rollback;
