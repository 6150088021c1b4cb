begin;
select plan(14);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.require_own_relation'),
    '(relation text) returns regclass, stable, security invoker',
    'a table of the owner is found by its name'
);
set local role eagle_application;
select throws_ok(
    $$ select ops.require_own_relation('app.projects') $$,
    '42501', 'permission denied for function require_own_relation',
    'the application asks for no table of the owner'
);
reset role;

create temporary table mine (at timestamptz not null) partition by range (at);
create table app.others (x integer);
create table public.others (x integer);
create unlogged table ops.unlogged (x integer);
alter table ops.unlogged owner to eagle_owner;
create view ops.seen as select 1 as x;
alter view ops.seen owner to eagle_owner;

set local role eagle_operator;
select throws_ok(
    format('select ops.require_own_relation(%L)', refused.name),
    'ES209', format('%s is not a table of this database''s owner', refused.name),
    refused.what
)
  from (values
            ('pg_temp.mine', 'a temporary table is its maker''s'),
            ('mine', 'a name without its schema is whatever is found first'),
            ('app.others', 'a table that belongs to another is refused, whatever its schema'),
            ('public.others', 'a table of another schema is refused'),
            ('pg_catalog.pg_class', 'a catalogue is no table of the owner'),
            ('ops.seen', 'a view is no table'),
            ('app."projects"', 'a table has one name'),
            ('app.nothing', 'a table that is not there is refused'),
            ('app.projects; drop table app.projects', 'a name is a name')
       ) as refused (name, what);
select is(
    ops.require_own_relation('app.project_events'), 'app.project_events'::regclass,
    'a table of the owner is found'
);
select is(
    ops.require_own_relation('ops.unlogged'), 'ops.unlogged'::regclass,
    'an unlogged one is, too: the integrity check names it'
);
set local quote_all_identifiers = on;
select is(
    ops.require_own_relation('app.projects'), 'app.projects'::regclass,
    'a setting of the session does not change what it is called'
);

select * from finish();
rollback;
