begin;
select plan(5);
\ir house.psql

-- What may be of any length, and why.
create temporary table unlimited (
    relation    text not null,
    column_name text not null,
    reason      text not null
) on commit drop;
insert into unlimited (relation, column_name, reason)
values
    ('app.project_events', 'actor', 'What appends an event limits it.'),
    ('app.project_events', 'data', 'What appends an event limits it.'),
    ('ops.evidence', 'role', 'The name of a role, which the server limits.'),
    ('ops.evidence', 'content',
     'A partition''s record, or the places of one project; the owner writes it from the log.'),
    ('app.retired_events', 'erased_positions',
     'As many places as erasures have emptied; the owner writes it from the log.');

-- A check on a column alone, with a number that its length or size is held to.
create temporary view limited as
select k.relation, k.columns[1] as column_name
  from house_constraint as k
 where k.kind = 'c'
   and pg_get_constraintdef(k.oid) ~ format(
           '(\m(length|octet_length)\(%1$s\) (<=|=) \d+'
           '|\mcardinality\(%1$s\) <= \d+\)[^\n]+'
           'length\(array_to_string\(%1$s, ''''::text\)\) <= \d+'
           '|json_fits\(%1$s, \d+\)'
           '|\(%1$s ~ ''\^\[[^]]+\]\{\d+\}\$''::text\)'
           '|\(%1$s = ANY \(ARRAY\[)',
           k.columns[1]
       )
union all
select k.relation, held.column_name
  from house_constraint as k
 cross join unnest(k.columns) as held (column_name)
 where k.kind = 'c'
   and cardinality(k.columns) > 1
   and pg_get_constraintdef(k.oid) ~ format('AND \(length\(%1$s\) <= \d+\)', held.column_name);

select is_empty(
    $$ select c.name, c.column_name, c.type_name
         from house_column as c
         join pg_type as t on t.oid = c.type_oid
        where c.is_table
          and not c.is_partition
          and (t.typcategory in ('S', 'A')
               or c.type_oid in (
                   'json'::regtype, 'jsonb'::regtype, 'bytea'::regtype, 'xml'::regtype
               ))
          and (c.name, c.column_name) not in (select relation, column_name from limited)
          and (c.name, c.column_name) not in (select relation, column_name from unlimited) $$,
    'every text, array, JSON value and string of bytes has a limit'
);
select is_empty(
    $$ select u.relation, u.column_name
         from unlimited as u
        where not exists (
                  select from house_column as c
                   where (c.name, c.column_name) = (u.relation, u.column_name)
              )
           or (u.relation, u.column_name) in (select relation, column_name from limited) $$,
    'what is listed as unlimited is there, and is'
);

-- Arguments that a function takes from a role which anybody may make run SQL, of any length.
create temporary table unbounded (
    argument text primary key,
    reason   text not null
) on commit drop;
insert into unbounded (argument, reason)
values
    ('app.begin_work(uuid,text,text) actor',
     'Held to 200 characters before anything is done with it.'),
    ('app.begin_work(uuid,text,text) token',
     'Compared with one that is made; held to 200 characters.'),
    ('app.config_of_account(uuid,jsonb) config', 'What an index keeps; the column is limited.'),
    ('app.create_project(uuid,text,text,text,text,text,text,text) name',
     'Stored at once; the column is limited.'),
    ('app.create_project(uuid,text,text,text,text,text,text,text) actor',
     'Stored at once; the column is limited.'),
    ('app.create_project(uuid,text,text,text,text,text,text,text) customer',
     'Stored at once; the column is limited.'),
    ('app.create_project(uuid,text,text,text,text,text,text,text) description',
     'Stored at once; the column is limited.'),
    ('app.create_project(uuid,text,text,text,text,text,text,text) site_name',
     'Stored at once; the column is limited.'),
    ('app.create_project(uuid,text,text,text,text,text,text,text) street',
     'Stored at once; the column is limited.'),
    ('app.event_actor(text) claimed', 'Refused if it is longer than 200 characters.'),
    ('app.project_search_text(text,text,text,text) name',
     'What an index keeps; the column is limited.'),
    ('app.project_search_text(text,text,text,text) customer',
     'What an index keeps; the column is limited.'),
    ('app.project_search_text(text,text,text,text) site_name',
     'What an index keeps; the column is limited.'),
    ('app.project_search_text(text,text,text,text) street',
     'What an index keeps; the column is limited.'),
    ('app.require_between(text,bigint,bigint,bigint) name', 'Only said in the error.'),
    ('app.set_project_status(uuid,uuid,uuid,text,app.project_status) actor',
     'Stored at once; the column is limited.'),
    ('app.save_payload(uuid,uuid,app.project_module,jsonb,jsonb,jsonb,text) config',
     'Passed on to app.put_payload.'),
    ('app.save_payload(uuid,uuid,app.project_module,jsonb,jsonb,jsonb,text) files',
     'Passed on to app.put_payload.'),
    ('app.save_payload(uuid,uuid,app.project_module,jsonb,jsonb,jsonb,text) cost_snapshot',
     'Passed on to app.put_payload.'),
    ('app.save_payload(uuid,uuid,app.project_module,jsonb,jsonb,jsonb,text) actor',
     'Passed on to app.put_payload.'),
    ('app.page_cursor(text,timestamp with time zone,uuid) kind',
     'One of three words, of a function.'),
    ('app.cursor_position(text,text) kind', 'One of three words, of a function.'),
    ('app.cursor_position(text,text) cursor', 'Nothing is done with more than 100 characters.'),
    ('app.create_project(uuid,text,text,text,text,text,text,text) idempotency_key',
     'Passed on to app.create_projects.'),
    ('app.snapshot_sha256(jsonb,jsonb,jsonb) config', 'A column made of limited ones.'),
    ('app.snapshot_sha256(jsonb,jsonb,jsonb) files', 'A column made of limited ones.'),
    ('app.snapshot_sha256(jsonb,jsonb,jsonb) cost_snapshot', 'A column made of limited ones.'),
    ('app.update_project(uuid,uuid,uuid,text,jsonb) actor',
     'Stored at once; the column is limited.'),
    ('app.word_hashes(uuid,text) words', 'What an index keeps; its columns are limited.'),
    ('catalog.code_key(text) name', 'What an index keeps; its columns are limited.'),
    ('catalog.flexural_strength(catalog.material_catalog,text,numeric,text,text) axis',
     'Only compared with two words.'),
    ('catalog.flexural_strength(catalog.material_catalog,text,numeric,text,text) method',
     'Only compared with two words.'),
    ('catalog.flexural_strength(catalog.material_catalog,text,numeric,text,text) units',
     'Only compared with two words.'),
    ('catalog.find_shape(text,text,text) shape', 'Passed on to catalog.shapes_named.'),
    ('catalog.find_shape(text,text,text) edition', 'Passed on to catalog.shapes_named.'),
    ('catalog.find_shape(text,text,text) grade', 'Passed on to catalog.shapes_named.'),
    ('catalog.require_search(text[],jsonb,jsonb,text,text,text,text) units',
     'Only compared with words.'),
    ('catalog.require_search(text[],jsonb,jsonb,text,text,text,text) form',
     'Only compared with words.'),
    ('catalog.search_sections(text[],jsonb,jsonb,text,text,text,text,integer) shape_types',
     'Passed on to catalog.require_search.'),
    ('catalog.search_sections(text[],jsonb,jsonb,text,text,text,text,integer) limits',
     'Passed on to catalog.require_search.'),
    ('catalog.search_sections(text[],jsonb,jsonb,text,text,text,text,integer) strength',
     'Passed on to catalog.require_search.'),
    ('catalog.search_sections(text[],jsonb,jsonb,text,text,text,text,integer) units',
     'Passed on to catalog.require_search.'),
    ('catalog.search_sections(text[],jsonb,jsonb,text,text,text,text,integer) form',
     'Passed on to catalog.require_search.'),
    ('catalog.search_sections(text[],jsonb,jsonb,text,text,text,text,integer) edition',
     'Passed on to catalog.require_search.'),
    ('catalog.search_sections(text[],jsonb,jsonb,text,text,text,text,integer) grade',
     'Passed on to catalog.require_search.'),
    ('catalog.why_no_section(text[],jsonb,jsonb,text,text,text,text) shape_types',
     'Passed on to catalog.require_search.'),
    ('catalog.why_no_section(text[],jsonb,jsonb,text,text,text,text) limits',
     'Passed on to catalog.require_search.'),
    ('catalog.why_no_section(text[],jsonb,jsonb,text,text,text,text) strength',
     'Passed on to catalog.require_search.'),
    ('catalog.why_no_section(text[],jsonb,jsonb,text,text,text,text) units',
     'Passed on to catalog.require_search.'),
    ('catalog.why_no_section(text[],jsonb,jsonb,text,text,text,text) form',
     'Passed on to catalog.require_search.'),
    ('catalog.why_no_section(text[],jsonb,jsonb,text,text,text,text) edition',
     'Passed on to catalog.require_search.'),
    ('catalog.why_no_section(text[],jsonb,jsonb,text,text,text,text) grade',
     'Passed on to catalog.require_search.'),
    ('catalog.section_checks(text[],jsonb,jsonb,text,text,text,text) shape_types',
     'Compared with each section, once.'),
    ('catalog.section_checks(text[],jsonb,jsonb,text,text,text,text) limits',
     'Compared with each section, once.'),
    ('catalog.section_checks(text[],jsonb,jsonb,text,text,text,text) strength',
     'Compared with each section, once.'),
    ('catalog.section_checks(text[],jsonb,jsonb,text,text,text,text) units',
     'Compared with each section, once.'),
    ('catalog.section_checks(text[],jsonb,jsonb,text,text,text,text) form',
     'Compared with each section, once.'),
    ('catalog.section_checks(text[],jsonb,jsonb,text,text,text,text) edition',
     'Compared with each section, once.'),
    ('catalog.section_checks(text[],jsonb,jsonb,text,text,text,text) grade',
     'Compared with each section, once.'),
    ('catalog.section_measures(catalog.material_catalog,text) units',
     'Only compared with two words.'),
    ('catalog.shape_key(text) designation',
     'Nothing is done with one of more than 100 characters.'),
    ('catalog.constant_as_of(text,date,timestamp with time zone) name',
     'Only compared with keys.'),
    ('catalog.constant_on(text,date) name', 'Only compared with keys.'),
    ('catalog.diff(text,text,text,text) edition_from', 'Only compared with keys.'),
    ('catalog.diff(text,text,text,text) edition_to', 'Only compared with keys.'),
    ('catalog.diff(text,text,text,text) grade', 'Only compared with keys.'),
    ('catalog.diff(text,text,text,text) units', 'Only compared with two words.'),
    ('catalog.newest_edition(text) grade', 'Only compared with keys.'),
    ('catalog.price_as_of(text,date,timestamp with time zone) item_code',
     'Only compared with keys.'),
    ('catalog.price_on(text,date) item_code', 'Only compared with keys.'),
    ('catalog.shape_properties(text,text,text,text) edition', 'Passed on to catalog.find_shape.'),
    ('catalog.shape_properties(text,text,text,text) grade', 'Passed on to catalog.find_shape.'),
    ('catalog.shape_properties(text,text,text,text) shape', 'Passed on to catalog.find_shape.'),
    ('catalog.shape_properties(text,text,text,text) units', 'Only compared with two words.'),
    ('catalog.shape_sources(text,text,text) edition', 'Passed on to catalog.find_shape.'),
    ('catalog.shape_sources(text,text,text) grade', 'Passed on to catalog.find_shape.'),
    ('catalog.shape_sources(text,text,text) shape', 'Passed on to catalog.find_shape.'),
    ('ops.json_fits(jsonb,integer) bytes', 'The limit itself.'),
    ('ops.json_fits(jsonb,integer) value', 'The limit itself.');

create temporary view argument as
select
    f.name || ' ' || given.name as name,
    format('(%s\.)?%s\M', f.bare_name, given.name) as reference,
    f.definition
  from house_function as f
  join pg_proc as p on p.oid = f.oid
 cross join lateral unnest(p.proargnames[1:p.pronargs], p.proargtypes::oid[]) as given (name, type)
  join pg_type as t on t.oid = given.type
 where (t.typcategory in ('S', 'A')
        or given.type in ('json'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
        or given.type in ('integer'::regtype, 'bigint'::regtype)
           and given.name ~ '^(count|size|bytes)$')
   and exists (
           select
             from unnest(array['eagle_application', 'eagle_reader', 'eagle_indexer']) as role
            where has_function_privilege(role, f.oid, 'execute')
       );

select is_empty(
    $$ select a.name
         from argument as a
        where a.name not in (select u.argument from unbounded as u)
          and a.definition !~ format(
                  '(require_between\([^;]*\m|json_fits\(|LIMIT LEAST\()%s', a.reference
              ) $$,
    'every text, array, JSON value or count that a tenant gives to a function is bounded there'
);
select is_empty(
    $$ select u.argument from unbounded as u
        where u.argument not in (select a.name from argument as a) $$,
    'what is listed as unbounded is there'
);
select is_empty(
    $$ select f.name
         from house_function as f
         join pg_proc as p on p.oid = f.oid
        where p.proargnames[1] = 'account_id'
          and p.prolang = (select l.oid from pg_language as l where l.lanname = 'plpgsql')
          and p.provolatile <> 'i'
          and has_function_privilege('eagle_application', f.oid, 'execute')
          and f.bare_name not in ('begin_work', 'require_account')
          and f.definition !~ format(E'\nbegin\n    perform app.require_account\\(%s.account_id\\);', f.bare_name) $$,
    'a function that works for an account looks at the account first'
);

select * from finish();
rollback;
