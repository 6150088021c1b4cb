create table catalog.replaced_rows (
    replaced_id  uuid         not null  default ops.uuid_v7(),
    import_id    uuid         not null,
    relation     text         not null,
    key          text         not null,
    was          jsonb        not null,
    is_removed  boolean      not null,
    replaced_at  timestamptz  not null  default now(),
    replaced_by  text         not null  default session_user,
    constraint replaced_rows_pkey primary key (replaced_id),
    constraint replaced_rows_import_id_fkey foreign key (import_id)
        references catalog.imports (import_id),
    constraint replaced_rows_relation_check
        check (relation in ('catalog.material_catalog', 'catalog.code_references')),
    constraint replaced_rows_key_check check (key <> '' and length(key) <= 500),
    constraint replaced_rows_was_check
        check (jsonb_typeof(was) = 'object' and ops.json_fits(was, 1048576)),
    constraint replaced_rows_replaced_by_check check (length(replaced_by) <= 63)
);
select ops.place('catalog.replaced_rows', 'reference');

create index replaced_rows_import_id_idx on catalog.replaced_rows (import_id);

comment on table catalog.replaced_rows is
    'Rows of the catalogs as they were before an import replaced them, or undoing removed them.';
comment on column catalog.replaced_rows.replaced_id is 'Identifies the row; ordered by time.';
comment on column catalog.replaced_rows.import_id is
    'The import that replaced the row; the undone one, where is_removed.';
comment on column catalog.replaced_rows.relation is 'Schema-qualified name of the row''s table.';
comment on column catalog.replaced_rows.key is 'Primary key of the row in its table.';
comment on column catalog.replaced_rows.was is 'The row as it was, by names of columns.';
comment on column catalog.replaced_rows.is_removed is
    'True if undoing the import took the row away; false if the import replaced it.';
comment on column catalog.replaced_rows.replaced_at is 'When that was.';
comment on column catalog.replaced_rows.replaced_by is 'The role that was logged in.';
