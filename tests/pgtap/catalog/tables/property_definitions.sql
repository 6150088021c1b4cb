begin;
select plan(9);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.property_definitions') $$,
    $$ values
        ('symbol', 'text', 'not null', ''),
        ('sort_order', 'integer', 'not null', ''),
        ('category', 'text', 'not null', ''),
        ('description', 'text', 'not null', ''),
        ('unit_us', 'text', 'null', ''),
        ('unit_si', 'text', 'null', ''),
        ('aliases', 'text[]', 'not null', '''{}''::text[]') $$,
    'a definition has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.property_definitions') $$,
    $$ values
        ('property_definitions_aliases_check',
         'CHECK (((array_position(aliases, NULL::text) IS NULL) AND (cardinality(aliases) <='
         ' 100) AND (length(array_to_string(aliases, ''''::text)) <= 5000)))'),
        ('property_definitions_category_check',
         'CHECK ((category = ANY (ARRAY[''dimension''::text, ''property''::text,'
         ' ''material''::text])))'),
        ('property_definitions_check', 'CHECK (((unit_us IS NULL) = (unit_si IS NULL)))'),
        ('property_definitions_description_check', 'CHECK ((length(description) <= 1000))'),
        ('property_definitions_pkey', 'PRIMARY KEY (symbol)'),
        ('property_definitions_symbol_check', 'CHECK ((length(symbol) <= 50))'),
        ('property_definitions_unit_si_check', 'CHECK ((length(unit_si) <= 50))'),
        ('property_definitions_unit_us_check', 'CHECK ((length(unit_us) <= 50))') $$,
    'a definition has these constraints'
);
set local role eagle_application;
select throws_ok(
    format(verb.statement, 'catalog.property_definitions'),
    '42501', 'permission denied for table property_definitions',
    format('eagle_application does not %s definitions', verb.name)
)
  from (values ('add', 'insert into %s default values'), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);
reset role;

select results_eq(
    $$ select symbol, unit_us, unit_si from catalog.property_definitions
        where symbol in ('Ix', 'ix', 'J', 'bf/2tf', 'Cw') order by symbol collate "C" $$,
    $$ values ('Cw', 'in^6', '10^9 mm^6'), ('Ix', 'in^4', '10^6 mm^4'),
              ('J', 'in^4', '10^3 mm^4'), ('bf/2tf', null, null) $$,
    'a symbol has a unit in each system, or none at all'
);
select is(
    (select count(*)::integer from catalog.property_definitions
      where category <> 'material' and symbol <> 'Qs'),
    82,
    'every column of the shapes databases is defined'
);
select throws_ok(
    $$ update catalog.property_definitions set unit_si = null where symbol = 'Ix' $$,
    '23514',
    'new row for relation "property_definitions" violates check constraint'
    ' "property_definitions_check"',
    'a unit in one system needs one in the other'
);
select throws_ok(
    $$ insert into catalog.property_definitions (symbol, sort_order, category, description)
       values ('Ix', 1, 'property', 'again') $$,
    '23505', 'duplicate key value violates unique constraint "property_definitions_pkey"',
    'a symbol means one thing'
);

select * from finish();
rollback;
