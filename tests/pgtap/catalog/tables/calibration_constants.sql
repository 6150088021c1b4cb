begin;
select plan(25);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.calibration_constants') $$,
    $$ values
        ('name', 'text', 'not null', ''),
        ('version', 'text', 'not null', ''),
        ('value', 'numeric', 'not null', ''),
        ('unit', 'text', 'not null', ''),
        ('description', 'text', 'not null', ''),
        ('source', 'text', 'not null', ''),
        ('effective_from', 'date', 'not null', ''),
        ('effective_to', 'date', 'null', ''),
        ('published_at', 'timestamp with time zone', 'null', 'now()'),
        ('published_by', 'text', 'null', 'SESSION_USER') $$,
    'a constant has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.calibration_constants') $$,
    $$ values
        ('calibration_constants_description_check', 'CHECK ((length(description) <= 1000))'),
        ('calibration_constants_effective_check', 'CHECK ((effective_to > effective_from))'),
        ('calibration_constants_name_check',
         'CHECK (((name ~ ''^[A-Z][A-Z0-9_]*$''::text) AND (length(name) <= 100)))'),
        ('calibration_constants_name_daterange_excl',
         'EXCLUDE USING gist (name WITH =, daterange(effective_from, effective_to) WITH &&)'),
        ('calibration_constants_pkey', 'PRIMARY KEY (name, version)'),
        ('calibration_constants_published_by_check', 'CHECK ((length(published_by) <= 63))'),
        ('calibration_constants_source_check',
         'CHECK (((source <> ''''::text) AND (length(source) <= 1000)))'),
        ('calibration_constants_unit_check',
         'CHECK (((unit <> ''''::text) AND (length(unit) <= 50)))'),
        ('calibration_constants_value_check',
         'CHECK (((value > ''-Infinity''::numeric) AND (value < ''Infinity''::numeric)))'),
        ('calibration_constants_version_check',
         'CHECK (((version ~ ''^[a-z][a-z0-9_.]*$''::text) AND (length(version) <= 100)))') $$,
    'a constant has these constraints'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('catalog.calibration_constants') $$,
    $$ values
        ('calibration_constants_no_truncate',
         'BEFORE TRUNCATE ON catalog.calibration_constants FOR EACH STATEMENT EXECUTE'
         ' FUNCTION catalog.protect_published_version(''constant'', ''name'')'),
        ('calibration_constants_protect',
         'BEFORE DELETE OR UPDATE ON catalog.calibration_constants FOR EACH ROW EXECUTE'
         ' FUNCTION catalog.protect_published_version(''constant'', ''name'')') $$,
    'a change of a constant passes these triggers'
);
set local role eagle_application;
select throws_ok(
    format(verb.statement, 'catalog.calibration_constants'),
    '42501', 'permission denied for table calibration_constants',
    format('eagle_application does not %s constants', verb.name)
)
  from (values ('add', 'insert into %s default values'), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);
reset role;

set local role eagle_operator;
select throws_ok(
    format('update catalog.calibration_constants set %I = %I', kept.name, kept.name),
    '42501', 'permission denied for table calibration_constants',
    format('the catalog owner does not edit the %s of a published constant', kept.name)
)
  from unnest(
      array['name', 'version', 'value', 'unit', 'source', 'effective_from', 'effective_to']
  ) as kept (name);
select throws_ok(
    'insert into catalog.calibration_constants default values',
    '42501', 'permission denied for table calibration_constants',
    'the catalog owner publishes constants with what keeps a record alone'
);
reset role;
set local role eagle_owner;

select throws_ok(
    $$ update catalog.calibration_constants set value = 0.2 where name = 'K_FACTOR' $$,
    'ES101', 'constant K_FACTOR footing_v1 is published and cannot change',
    'even the owner does not edit a published constant'
);
select throws_ok(
    $$ delete from catalog.calibration_constants where name = 'K_FACTOR' $$,
    'ES101', 'constant K_FACTOR footing_v1 is published and cannot be removed',
    'even the owner does not remove a published constant'
);
select throws_ok(
    $$ truncate catalog.calibration_constants $$,
    'ES101', 'published constants cannot be removed',
    'even the owner does not empty the constants'
);
select throws_ok(
    $$ insert into catalog.calibration_constants
       select name, 'footing_v2', value, unit, description, source, '2026-01-01', null
         from catalog.calibration_constants where name = 'K_FACTOR' $$,
    '23P01',
    'conflicting key value violates exclusion constraint'
    ' "calibration_constants_name_daterange_excl"',
    'two versions of a constant never hold on the same day'
);
select lives_ok(
    $$ update catalog.calibration_constants set effective_to = '2026-01-01'
        where name = 'K_FACTOR' $$,
    'an open version is given its end'
);
select throws_ok(
    $$ update catalog.calibration_constants set effective_to = null where name = 'K_FACTOR' $$,
    'ES101', 'constant K_FACTOR footing_v1 is published and cannot change',
    'an end stays where it was set'
);
select lives_ok(
    $$ insert into catalog.calibration_constants
       select name, 'footing_v2', value, unit, description, source, '2026-01-01', null
         from catalog.calibration_constants where name = 'K_FACTOR' $$,
    'the next version may start on the day that the one before ends'
);
select throws_ok(
    format(
        'insert into catalog.calibration_constants values (%L, %L, %s, %L, %L, %L, %L, %L)',
        wrong.name, wrong.version, wrong.value, 'psf', 'Test', 'Test', wrong.first, wrong.last
    ),
    '23514', null,
    format('a constant does not have %s', wrong.what)
)
  from (values
            ('k_factor', 'v1', '1', '2025-01-01', null, 'a name in small letters'),
            ('K', 'V 1', '1', '2025-01-01', null, 'a version with a space'),
            ('K', 'v1', $$'NaN'$$, '2025-01-01', null, 'a value that is no number'),
            ('K', 'v1', '1', '2025-01-01', '2025-01-01', 'an end on its first day')
       ) as wrong (name, version, value, first, last, what);

select * from finish();
rollback;
