begin;
select plan(5);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.replaced_rows') $$,
    $$ values
        ('replaced_id', 'uuid', 'not null', 'ops.uuid_v7()'),
        ('import_id', 'uuid', 'not null', ''),
        ('relation', 'text', 'not null', ''),
        ('key', 'text', 'not null', ''),
        ('was', 'jsonb', 'not null', ''),
        ('is_removed', 'boolean', 'not null', ''),
        ('replaced_at', 'timestamp with time zone', 'not null', 'now()'),
        ('replaced_by', 'text', 'not null', 'SESSION_USER') $$,
    'a row that was replaced has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.replaced_rows') $$,
    $$ values
        ('replaced_rows_import_id_fkey',
         'FOREIGN KEY (import_id) REFERENCES catalog.imports(import_id)'),
        ('replaced_rows_key_check', 'CHECK (((key <> ''''::text) AND (length(key) <= 500)))'),
        ('replaced_rows_pkey', 'PRIMARY KEY (replaced_id)'),
        ('replaced_rows_relation_check',
         'CHECK ((relation = ANY (ARRAY[''catalog.material_catalog''::text,'
         ' ''catalog.code_references''::text])))'),
        ('replaced_rows_replaced_by_check', 'CHECK ((length(replaced_by) <= 63))'),
        ('replaced_rows_was_check',
         'CHECK (((jsonb_typeof(was) = ''object''::text) AND ops.json_fits(was, 1048576)))') $$,
    'a row that was replaced has these constraints'
);
set local role eagle_operator;
select throws_ok(
    format(verb.statement, 'catalog.replaced_rows'),
    '42501', 'permission denied for table replaced_rows',
    format('eagle_operator does not %s what was replaced', verb.name)
)
  from (values ('change', 'update %s set was = ''{}'''), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);

select * from finish();
rollback;
