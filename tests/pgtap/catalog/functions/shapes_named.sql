begin;
select plan(8);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.shapes_named'),
    '(shape text, edition text DEFAULT NULL::text, grade text DEFAULT NULL::text) returns'
    ' TABLE(material_id uuid, name text), stable, security invoker',
    'a designation may mean several sections'
);
create function pg_temp.named(designation text) returns text[] language sql as $function$
    select array_agg(section.shape || ' ' || named.name order by named.place)
      from catalog.shapes_named(designation) with ordinality as named (material_id, name, place)
      join catalog.material_catalog as section using (material_id)
$function$;
set local role eagle_operator;
select pg_temp.edition('v16.0');
select pg_temp.section(
    import_id, 'v16.0', shape, 'PIPE', '{"us": {"OD": 1}}', '{"us": {"W": 1, "A": 1}}', 9
)
  from catalog.imports, unnest('{Pipe20STD,Pipe3/4STD}'::text[]) as shape where edition = 'v16.0';
update catalog.material_catalog
   set metric_label = case shape when 'W14X90' then 'W360X134' else 'Pipe20STD' end,
       edi_label    = case shape when 'W14X90' then 'W14X90' else 'Pipe3/4SCH40' end
 where shape in ('W14X90', 'Pipe3/4STD');
reset role;
set local role eagle_application;
select is(pg_temp.named('w 360 × 134'), array['W14X90 metric'], 'a metric name leads to a section');
select is(
    pg_temp.named('Pipe20STD'), array['Pipe20STD AISC', 'Pipe3/4STD metric'],
    'AISC''s name comes before the metric one of another section'
);
select is(pg_temp.named('pipe 3/4 sch 40'), array['Pipe3/4STD AISC'], 'so do the names of pipes');
select is(pg_temp.named(''), null, 'nor does no name');
select throws_ok(
    $$ select catalog.shapes_named(repeat('x', 301)) $$,
    '22023', 'length of shape, edition and grade must be from 0 to 300',
    'a name of more than 300 characters, with what it is sought in, is refused'
);
select is(pg_temp.named('W99X99'), null, 'an unknown name leads nowhere');
reset role;
select pg_temp.section(
    import_id, 'v16.0', shape, 'PIPE', '{"us": {"OD": 1}}', '{"us": {"W": 1, "A": 1}}', 9
)
  from catalog.imports, unnest('{Pipe1STD,Pipe2STD,Pipe3STD}'::text[]) as shape
 where edition = 'v16.0';
update catalog.material_catalog
   set metric_label = case shape when 'Pipe1STD' then 'Pipe3STD' end,
       edi_label    = case shape when 'Pipe2STD' then 'Pipe3STD' else shape end
 where shape in ('Pipe1STD', 'Pipe2STD');
select is(
    pg_temp.named('pipe 3 std'), array['Pipe3STD AISC', 'Pipe2STD EDI', 'Pipe1STD metric'],
    'names of AISC come first, then those of EDI files, then metric ones'
);

select * from finish();
rollback;
