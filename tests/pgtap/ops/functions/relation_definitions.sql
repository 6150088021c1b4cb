begin;
select plan(10);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.relation_definitions'),
    '() returns TABLE(place text, object text, definition text), stable, security invoker',
    'tables and what belongs to them are written out as the caller'
);
create temporary table before as select * from ops.relation_definitions();
select bag_hasnt(
    $$ select format('%I.%I', n.nspname, c.relname)
         from pg_class as c
         join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('app', 'catalog', 'ops')
          and c.relkind in ('r', 'p', 'v', 'm', 'S')
       except
       select coalesce(nullif(b.place, ''), b.object) from before as b $$,
    $$ select format('%I.%I', n.nspname, c.relname)
         from pg_class as c
         join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('app', 'catalog', 'ops')
          and c.relkind in ('r', 'p', 'v', 'm', 'S') $$,
    'every table, view and sequence is there'
);
select is_empty(
    $$ select r.relname, t.tgname
         from pg_trigger as t
         join pg_class as r on r.oid = t.tgrelid
        where not t.tgisinternal
          and r.relnamespace = 'app'::regnamespace
          and not r.relispartition
          and not exists (
                  select from before as b where b.object = format('app.%I trigger %I', r.relname, t.tgname)
              ) $$,
    'every trigger is there'
);
set local timezone = 'Asia/Tokyo';
set local datestyle = 'SQL, DMY';
set local search_path = app, ops, public;
select set_eq(
    'select * from ops.relation_definitions()', 'select * from before',
    'in every session they are the same'
);
reset search_path;
select is(
    (
        select count(distinct months.written)
          from (
                   select string_agg(b.object || b.definition, ' ' order by b.object) as written
                     from before as b
                    where b.place like 'app.project_events_y%'
                    group by b.place
               ) as months
    ),
    1::bigint, 'all months are alike'
);
select set_eq(
    $$ select b.object from before as b where b.place = '' and b.object like 'ops.missed_months%'
          and b.object not like '%not_null' $$,
    array[
        'ops.missed_months', 'ops.missed_months column first_at',
        'ops.missed_months column last_at', 'ops.missed_months column misses',
        'ops.missed_months column relation', 'ops.missed_months column starts_at',
        'ops.missed_months constraint missed_months_misses_check',
        'ops.missed_months constraint missed_months_pkey',
        'ops.missed_months constraint missed_months_relation_check',
        'ops.missed_months index missed_months_pkey'
    ],
    'what belongs to a table is named after it'
);
select results_eq(
    $$ select b.object collate "C", pg_get_partkeydef(b.object::regclass)
         from before as b
        where strpos(b.definition, 'partitioned table,') = 1
          and strpos(b.definition, pg_get_partkeydef(b.object::regclass)) > 0
        order by 1 $$,
    $$ select format('app.%I', c.relname) collate "C", pg_get_partkeydef(c.oid)
         from pg_class as c
        where c.relnamespace = 'app'::regnamespace and c.relkind = 'p'
        order by 1 $$,
    'a partitioned table is written out with its key'
);
update pg_class set relchecks = 0 where oid = 'ops.missed_months'::regclass;
select results_eq(
    $$ select right(d.definition, 14)
         from ops.relation_definitions() as d
        where d.object = 'ops.missed_months' $$,
    array['checks ignored'],
    'a table that says it has no checks is another one'
);

-- A table of every kind of definition there is.
create table ops.kinds (
    number  integer generated always as identity,
    word    text collate "C" default 'x' constraint kinds_word_check check (word <> ''),
    doubled integer generated always as (1 + 1) stored,
    constraint kinds_number_key unique (number) deferrable initially deferred,
    constraint kinds_word_excl exclude using btree (word with =)
);
alter table ops.kinds
    alter column word set storage external,
    alter column word set compression pglz,
    alter column word set statistics 7,
    add constraint kinds_later_check check (number > 0) not valid,
    enable row level security,
    force row level security,
    replica identity full;
create unique index kinds_word_idx on ops.kinds (lower(word));
create index kinds_half_idx on ops.kinds (number);
create rule kinds_keep as on delete to ops.kinds do instead nothing;
alter table ops.kinds enable always rule kinds_keep;
create policy kinds_all on ops.kinds for select to public using (true);
create policy kinds_but on ops.kinds as restrictive for insert to eagle_operator with check (false);
create unlogged table ops.kinds_unlogged (id uuid primary key);
alter table ops.kinds_unlogged replica identity using index kinds_unlogged_pkey;
create materialized view ops.kinds_kept as select 1 as one with no data;
create view ops.kinds_shown as select 1 as one;
update pg_index
   set indisvalid = false, indisready = false, indislive = false
 where indexrelid = 'ops.kinds_half_idx'::regclass;
-- Which privileges an owner has depends on the version.
select results_eq(
    $$ select d.object, regexp_replace(d.definition, 'privileges( \w+=\w+)+', 'privileges')
         from ops.relation_definitions() as d
        where d.object ~ '^ops\.kinds'
          and d.object !~ 'not_null$'
        order by d.object collate "C" $$,
    $$ values
        ('ops.kinds',
         'table, owner postgres, privileges, row security, row security forced,'
         ' replica identity f, heap'),
        ('ops.kinds column doubled', 'integer, generated, default (1 + 1), plain'),
        ('ops.kinds column number', 'integer, not null, identity always, plain'),
        ('ops.kinds column word',
         'text, collation "C", default ''x''::text, external, compression p, statistics 7'),
        ('ops.kinds constraint kinds_later_check', 'CHECK ((number > 0)) NOT VALID, not validated'),
        ('ops.kinds constraint kinds_number_key', 'UNIQUE (number) DEFERRABLE INITIALLY DEFERRED'),
        ('ops.kinds constraint kinds_word_check', 'CHECK ((word <> ''''::text))'),
        ('ops.kinds constraint kinds_word_excl', 'EXCLUDE USING btree (word WITH =)'),
        ('ops.kinds index kinds_half_idx', 'USING btree (number), invalid, not ready, not live'),
        ('ops.kinds index kinds_number_key', 'USING btree (number), unique, deferred'),
        ('ops.kinds index kinds_word_excl', 'USING btree (word), exclusion'),
        ('ops.kinds index kinds_word_idx', 'USING btree (lower(word)), unique'),
        ('ops.kinds policy kinds_all', 'permissive, for r, to public, using true'),
        ('ops.kinds policy kinds_but', 'restrictive, for a, to eagle_operator, check false'),
        ('ops.kinds rule kinds_keep',
         E'CREATE RULE kinds_keep AS\n    ON DELETE TO ops.kinds DO INSTEAD NOTHING;, enabled A'),
        ('ops.kinds trigger of ops.kinds kinds_number_key: unique_key_recheck', '21'),
        ('ops.kinds_kept',
         'materialized view, owner postgres, privileges, replica identity d, heap, not populated'),
        ('ops.kinds_kept column one', 'integer, plain'),
        ('ops.kinds_kept rule "_RETURN"', ' SELECT 1 AS one;'),
        ('ops.kinds_number_seq',
         'sequence, owner postgres, privileges, integer from 1 to 2147483647 by 1 start 1 cache 1'
         ' cycle f'),
        ('ops.kinds_shown', 'view, owner postgres, privileges'),
        ('ops.kinds_shown column one', 'integer, plain'),
        ('ops.kinds_shown rule "_RETURN"', ' SELECT 1 AS one;'),
        ('ops.kinds_unlogged',
         'table, unlogged, owner postgres, privileges, replica identity i, heap'),
        ('ops.kinds_unlogged column id', 'uuid, not null, plain'),
        ('ops.kinds_unlogged constraint kinds_unlogged_pkey', 'PRIMARY KEY (id)'),
        ('ops.kinds_unlogged index kinds_unlogged_pkey',
         'USING btree (id), unique, primary, replica identity, unlogged') $$,
    'a definition says all that a table, view or sequence is, and all that belongs to it'
);
-- What a row of the catalogue says is not there, the server does not look for.
update pg_class
   set relhasindex = false, relhastriggers = false, relhasrules = false, relhassubclass = false
 where oid in ('ops.kinds'::regclass, 'app.project_events'::regclass);
update pg_attribute
   set atthasdef = false
 where attrelid = 'ops.kinds'::regclass and attname = 'word';
select results_eq(
    $$ select d.object,
              array(select word
                      from regexp_matches(d.definition, '\w+ ignored', 'g') as found (words)
                     cross join unnest(found.words) as word)
         from ops.relation_definitions() as d
        where d.definition ~ ' ignored'
        order by d.object collate "C" $$,
    $$ values
        ('app.project_events', '{indexes ignored,triggers ignored,partitions ignored}'::text[]),
        ('ops.kinds', '{indexes ignored,triggers ignored,rules ignored}'),
        ('ops.kinds column word', '{default ignored}'),
        ('ops.missed_months', '{checks ignored}') $$,
    'what the server does not look for is not as if it were there'
);

select * from finish();
rollback;
