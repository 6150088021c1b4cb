create table catalog.imports (
    import_id       uuid         not null  default ops.uuid_v7(),
    kind            text         not null,
    edition         text         null,
    grade           text         null,
    file_name       text         not null,
    file_sha256     text         not null,
    sheets          text[]       not null,
    imported_at     timestamptz  not null  default now(),
    imported_by     text         not null  default session_user,
    rows_read       integer      not null,
    rows_inserted   integer      not null,
    rows_changed    integer      not null,
    rows_unchanged  integer      not null,
    rows_rejected   integer      not null,
    is_kept         boolean      not null,
    changes         jsonb        not null  default '[]',
    is_complete     boolean      null,
    constraint imports_pkey primary key (import_id),
    constraint imports_kind_check check (kind in ('aisc', 'asce', 'seed')),
    constraint imports_edition_check
        check (edition ~ '^v[0-9]+([.][0-9]+)*$' and length(edition) <= 50),
    constraint imports_kind_edition_check check ((kind = 'aisc') = (edition is not null)),
    constraint imports_file_name_check
        check (file_name <> '' and file_name !~ '[/\\]' and length(file_name) <= 255),
    constraint imports_file_sha256_check check (file_sha256 ~ '^[0-9a-f]{64}$'),
    constraint imports_sheets_check check (
        array_position(sheets, null) is null
        and cardinality(sheets) <= 1000
        and length(array_to_string(sheets, '')) <= 100000
    ),
    constraint imports_rows_check check (
        least(rows_inserted, rows_changed, rows_unchanged, rows_rejected) >= 0
        and rows_read = rows_inserted + rows_changed + rows_unchanged + rows_rejected
    ),
    constraint imports_changes_check
        check (jsonb_typeof(changes) = 'array' and ops.json_fits(changes, 67108864)),
    constraint imports_grade_check check (length(grade) <= 100),
    constraint imports_imported_by_check check (length(imported_by) <= 63),
    undone_at       timestamptz  null,
    undone_by       text         null,
    undo_reason     text         null,
    constraint imports_undone_check check ((undone_at is null) = (undone_by is null)),
    constraint imports_undone_by_check check (length(undone_by) <= 63),
    constraint imports_undo_reason_check check (undo_reason <> '' and length(undo_reason) <= 1000)
);
select ops.place('catalog.imports', 'reference');

comment on table catalog.imports is
    'Each file that was read into the catalogs, and what came of it.';
comment on column catalog.imports.import_id is 'Identifies the import; ordered by time.';
comment on column catalog.imports.kind is
    'aisc: steel sections; asce: code clauses; seed: a file of seeds/reference.';
comment on column catalog.imports.edition is
    'Edition of the shapes database, such as v16.0; null for other kinds.';
comment on column catalog.imports.grade is
    'Grade of steel that the sections are made for, such as A1085; null for any.';
comment on column catalog.imports.file_name is 'Name of the file, without its folder.';
comment on column catalog.imports.file_sha256 is 'Hash of the file, 64 hex digits.';
comment on column catalog.imports.sheets is 'The sheets or member files that were read, in order.';
comment on column catalog.imports.imported_at is 'When the file was imported.';
comment on column catalog.imports.imported_by is 'The role that was logged in.';
comment on column catalog.imports.rows_read is 'How many rows of data the file has.';
comment on column catalog.imports.rows_inserted is 'How many rows were new.';
comment on column catalog.imports.rows_changed is
    'How many rows said something else than the catalog did.';
comment on column catalog.imports.rows_unchanged is
    'How many rows agreed with the catalog; some may have added values that it lacked.';
comment on column catalog.imports.rows_rejected is
    'How many rows failed a physical cross-check and were left out.';
comment on column catalog.imports.is_kept is
    'True when the changed rows replaced the catalog''s; false when they were held back.';
comment on column catalog.imports.changes is
    'The values replaced by this import: a list of shape, units, symbol, was and now.';
comment on column catalog.imports.undone_at is
    'When catalog.undo_import() took back what the import wrote; null while it stands.';
comment on column catalog.imports.undone_by is 'The role that was logged in and undid it.';
comment on column catalog.imports.undo_reason is 'Why it was undone, if that was said.';
comment on column catalog.imports.is_complete is
    'False when the file is a part of its edition; null when nobody asked as it was imported.';
