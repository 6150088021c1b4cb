begin;
select plan(10);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.code_references') $$,
    $$ values
        ('code', 'text', 'not null', ''),
        ('section', 'text', 'not null', ''),
        ('title', 'text', 'not null', ''),
        ('formula', 'text', 'null', ''),
        ('application', 'text', 'not null', ''),
        ('source', 'text', 'not null', ''),
        ('import_id', 'uuid', 'not null', ''),
        ('source_row', 'integer', 'not null', '') $$,
    'a clause has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.code_references') $$,
    $$ values
        ('code_references_application_check', 'CHECK ((length(application) <= 5000))'),
        ('code_references_code_check', 'CHECK (((code <> ''''::text) AND (length(code) <= 100)))'),
        ('code_references_formula_check',
         'CHECK (((formula <> ''''::text) AND (length(formula) <= 5000)))'),
        ('code_references_import_id_fkey',
         'FOREIGN KEY (import_id) REFERENCES catalog.imports(import_id)'),
        ('code_references_pkey', 'PRIMARY KEY (code, section)'),
        ('code_references_section_check',
         'CHECK (((section <> ''''::text) AND (length(section) <= 100)))'),
        ('code_references_source_check',
         'CHECK (((source <> ''''::text) AND (length(source) <= 1000)))'),
        ('code_references_source_row_check', 'CHECK ((source_row > 0))'),
        ('code_references_title_check',
         'CHECK (((title <> ''''::text) AND (length(title) <= 1000)))') $$,
    'a clause has these constraints'
);
select results_eq(
    $$ select * from pg_temp.indexes_of_table('catalog.code_references') $$,
    array['CREATE UNIQUE INDEX code_references_code_key_code_key_idx btree'
          ' (catalog.code_key(code), catalog.code_key(section))'],
    'a clause is found by one spelling of its code, then of its section'
);
set local role eagle_application;
select throws_ok(
    format(verb.statement, 'catalog.code_references'),
    '42501', 'permission denied for table code_references',
    format('eagle_application does not %s clauses', verb.name)
)
  from (values ('add', 'insert into %s default values'), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);
reset role;

set local role eagle_operator;
select throws_ok(
    $$ delete from catalog.code_references $$,
    '42501', 'permission denied for table code_references',
    'the catalog owner adds and corrects clauses, and removes none'
);
select throws_ok(
    $$ update catalog.code_references set formula = '' where section = '22.5' $$,
    '23514',
    'new row for relation "code_references" violates check constraint'
    ' "code_references_formula_check"',
    'a formula is not empty'
);
select throws_ok(
    $$ insert into catalog.code_references
       select * from catalog.code_references where section = '22.5' $$,
    '23505', 'duplicate key value violates unique constraint "code_references_pkey"',
    'a clause stands once'
);
reset role;
set local role eagle_reader;
select results_eq(
    $$ select title, formula from catalog.code_references
        where code = 'AISC 360-16' and section = 'F2.1' $$,
    $$ values ('Yielding', 'Mn = Mp = Fy Zx') $$,
    'readers cite clauses'
);

select * from finish();
rollback;
