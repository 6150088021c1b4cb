begin;
select plan(15);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.find_shape'),
    '(shape text, edition text DEFAULT NULL::text, grade text DEFAULT NULL::text) returns'
    ' catalog.material_catalog, stable, security invoker',
    'a section is found by its designation'
);

set local role eagle_operator;
select pg_temp.edition('v15.0'), pg_temp.edition('v16.0');
select pg_temp.edition('v16.0', 'A1085');
reset role;
set local role eagle_application;
select results_eq(
    $$ select (found).shape, (found).edition, (found).grade
         from (values (catalog.find_shape('w14x90')),
                      (catalog.find_shape('PIPE10STD', 'v15.0')),
                      (catalog.find_shape('hss12x6x1/4', 'v16.0', 'A1085'))) as f (found) $$,
    $$ values ('W14X90', 'v16.0', null), ('Pipe10STD', 'v15.0', null),
              ('HSS12X6X1/4', 'v16.0', 'A1085') $$,
    'capitals do not matter; the newest edition is meant unless one is named'
);
select results_eq(
    $$ select (found).shape from (values (catalog.find_shape('W 14 × 90')),
                                         (catalog.find_shape('hss 12 x 6 x .25'))) as f (found) $$,
    array['W14X90', 'HSS12X6X1/4'],
    'nor do spaces, signs, decimals and fractions'
);
select throws_ok(
    $$ select catalog.find_shape('W99X99') $$,
    'ES103', 'shape W99X99 is not in edition v16.0',
    'an unknown designation is an error, not an empty answer'
);
select throws_ok(
    $$ select catalog.find_shape('W14X90', 'v14.0') $$,
    'ES103', 'shape W14X90 is not in edition v14.0',
    'so is an edition that does not have it'
);
select throws_ok(
    $$ select catalog.find_shape('A36') $$,
    'ES103', 'shape A36 is not in edition v16.0',
    'a grade of steel is no section'
);
reset role;
select throws_ok(
    $$ set local role eagle_exporter; select catalog.find_shape('W14X90') $$,
    '42501', 'permission denied for schema catalog',
    'monitoring does not read sections'
);

select throws_ok(
    $$ select catalog.find_shape(repeat('x', 301)) $$,
    '22023', 'length of shape, edition and grade must be from 0 to 300',
    'a designation has at most 300 characters'
);

select throws_ok(
    $$ select catalog.find_shape(repeat('x', 280)) $$, 'ES103', null,
    'one of 280 is looked for, in every edition'
);
select throws_ok(
    'select catalog.find_shape(null, null, null)', 'ES103', null, 'nothing is not found'
);

-- What the error advises, of sections that are filled in one by one.
reset role;
create function pg_temp.advice(shape text, edition text default null)
    returns text
    language plpgsql
as $function$
declare
    said text;
begin
    perform catalog.find_shape(advice.shape, advice.edition);
    return 'found';
exception
    when sqlstate 'ES103' then
        get stacked diagnostics said = pg_exception_hint;
        return said;
end
$function$;
select is(
    pg_temp.advice('beam'),
    'Write it as the manual prints it, such as W14X90, HSS8X8X1/2 or Pipe12STD.',
    'of what is like no section the error says how they are written'
);
select is(
    pg_temp.advice('W14X91'), 'The nearest is W14X90.', 'of one like a section it names that'
);
select pg_temp.section(
    import_id, 'v16.0', shape, 'W', '{"us": {"d": 14}}', '{"us": {"W": 1, "A": 1}}', 9
)
  from catalog.imports, unnest('{W14X99,W12X90}'::text[]) as shape
 where edition = 'v16.0' and grade is null;
select is(
    pg_temp.advice('W14X91'), 'The nearest are W14X90, W14X99 and W12X90.',
    'of one like several it names these'
);
select is(
    pg_temp.advice('W14X90', 'v14.0'), 'It is in: v15.0, v16.0 A1085, v16.0.',
    'of one of other editions it names those'
);
-- Twice undone: the newer undoing is the one that is told.
insert into catalog.replaced_rows
    (import_id, relation, key, was, is_removed, replaced_at, replaced_by)
select i.import_id, 'catalog.material_catalog', '{}',
       '{"shape": "W1X1", "edition": "v16.0"}', true,
       case when i.grade is null then '2026-01-02' else '2026-01-01' end::timestamptz, 'ana'
  from catalog.imports as i
 where i.edition = 'v16.0';
update catalog.imports
   set undone_at = '2026-01-03', undone_by = coalesce(grade, 'none'), undo_reason = 'wrong'
 where edition = 'v16.0';
select is(
    pg_temp.advice('w1x1', 'v16.0'),
    (select format('Its import %s was undone by none on 2026-01-03: wrong.', i.import_id)
       from catalog.imports as i where i.edition = 'v16.0' and i.grade is null),
    'of one whose import was undone it says by whom and why'
);

select * from finish();
rollback;
