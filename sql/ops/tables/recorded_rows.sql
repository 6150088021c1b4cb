create table ops.recorded_rows (
    relation  text   not null,
    key       text   not null,
    sha256    bytea  not null,
    constraint recorded_rows_pkey primary key (relation, key),
    constraint recorded_rows_relation_check check (length(relation) <= 260),
    constraint recorded_rows_key_check check (length(key) <= 500),
    constraint recorded_rows_sha256_check check (octet_length(sha256) = 32)
);
select ops.place('ops.recorded_rows', 'local');

comment on table ops.recorded_rows is
    'Hashes of the rows of the catalogs as they were published or imported, and of '
    'app.project_stats as it was refreshed.';
comment on column ops.recorded_rows.relation is 'Schema-qualified name of the table.';
comment on column ops.recorded_rows.key is
    'Primary key of the row; empty where the hash is that of all rows.';
comment on column ops.recorded_rows.sha256 is 'Hash of the row, 32 bytes.';
