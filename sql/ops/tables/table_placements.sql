create table ops.table_placements (
    relation   text  not null,
    placement  text  not null,
    constraint table_placements_pkey primary key (relation),
    constraint table_placements_placement_check
        check (placement in ('tenant', 'reference', 'local')),
    constraint table_placements_relation_check check (length(relation) <= 260)
);
comment on table ops.table_placements is 'Where each table lives when the database is distributed.';
comment on column ops.table_placements.relation is 'Schema-qualified name of the table.';
comment on column ops.table_placements.placement is
    'tenant: distributed by account_id; reference: a copy on every node; '
    'local: on the coordinator only.';

insert into ops.table_placements (relation, placement)
values ('ops.table_placements', 'local');
