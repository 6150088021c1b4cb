"""Pairs of branches: what each adds to BASE, and what must be found of it."""

BASE = """
create schema shop;
create type shop.colour as enum ('red', 'green');
create type shop.size as (width int, height int);
create table shop.people (
    id bigint generated always as identity primary key, name text, age int, code text default 'x',
    price numeric(10, 2) default 1
);
create table shop.orders (
    id serial primary key, person_id bigint references shop.people, note text
);
create table shop.kinds (id serial primary key, name text not null unique);
create table shop.things (id serial primary key, kind_id int references shop.kinds, label text);
create table shop.settings (key text primary key, value text);
create table shop.readings (at int not null, n int) partition by range (at);
create table shop.readings_1 partition of shop.readings for values from (0) to (100);
create table shop.log (id int, message text, at timestamptz default now());
insert into shop.settings values ('limit', '5'), ('name', 'shop');
insert into shop.kinds (name) values ('first');
create view shop.names as select id, name from shop.people;
create materialized view shop.counts as select count(*) as n from shop.settings;
create function shop.f() returns int language sql as 'select 1';
create function shop.note() returns trigger language plpgsql as
    'begin new.note = coalesce(new.note, ''x'') || ''!''; return new; end';
create policy own on shop.people using (true);
"""

Pair = tuple[str, str]
CONFLICTS: dict[str, tuple[str, str, set[tuple[str, str]]]] = {
    "one table made twice": (
        "create table shop.carts (id int);",
        "create table shop.carts (id bigint, n int);",
        {("table", "shop.carts")},
    ),
    "one table made twice alike": (
        "create table shop.carts (id int);",
        "create table shop.carts (id int);",
        {("table", "shop.carts")},
    ),
    "one table made twice if it is not there": (
        "create table if not exists shop.carts (id int);",
        "create table if not exists shop.carts (id bigint);",
        {("column", "shop.carts.id")},
    ),
    "one column added twice": (
        "alter table shop.people add column mail text;",
        "alter table shop.people add column mail varchar(9);",
        {("column", "shop.people.mail")},
    ),
    "one function made in two ways": (
        "create or replace function shop.f() returns int language sql as 'select 2';",
        "create or replace function shop.f() returns int language sql as 'select 3';",
        {("function", "shop.f()")},
    ),
    "one view made in two ways": (
        "create or replace view shop.names as select id, name, age from shop.people;",
        "create or replace view shop.names as select id, name, code from shop.people;",
        {("view", "shop.names")},
    ),
    "types of one column": (
        "alter table shop.kinds alter name type varchar(40);",
        "alter table shop.kinds alter name type varchar(50);",
        {("column", "shop.kinds.name")},
    ),
    "defaults of one column": (
        "alter table shop.people alter code set default 'a';",
        "alter table shop.people alter code set default 'b';",
        {("column", "shop.people.code")},
    ),
    "a column dropped that the other indexes": (
        "alter table shop.people drop column code;",
        "create index people_code on shop.people (code);",
        {("column", "shop.people.code")},
    ),
    "a table renamed that the other alters": (
        "alter table shop.orders rename to purchases;",
        "alter table shop.orders add column paid boolean;",
        {("table", "shop.orders")},
    ),
    "a column renamed that the other alters": (
        "alter table shop.people rename code to label;",
        "alter table shop.people alter code set not null;",
        {("column", "shop.people.code")},
    ),
    "values of one enumeration": (
        "alter type shop.colour add value 'blue';",
        "alter type shop.colour add value 'black';",
        {("type", "shop.colour")},
    ),
    "attributes of one composite type": (
        "alter type shop.size add attribute depth int;",
        "alter type shop.size add attribute weight int;",
        {("type", "shop.size")},
    ),
    "a column and a view of all columns": (
        "alter table shop.people add column mail text;",
        "create view shop.everybody as select * from shop.people;",
        {("view", "shop.everybody")},
    ),
    "comments on one table": (
        "comment on table shop.people is 'ours';",
        "comment on table shop.people is 'theirs';",
        {("table", "shop.people")},
    ),
    "rights on all tables, and a table": (
        "grant select on all tables in schema shop to public;",
        "create table shop.carts (id int);",
        {("table", "shop.carts")},
    ),
    "default privileges, and a table": (
        "alter default privileges in schema shop grant select on tables to public;",
        "create table shop.carts (id int);",
        {("table", "shop.carts")},
    ),
    "updates of one row": (
        "update shop.settings set value = '6' where key = 'limit';",
        "update shop.settings set value = '7' where key = 'limit';",
        {("rows", "shop.settings (value)")},
    ),
    "updates that do not commute": (
        "update shop.settings set value = (value::int + 1)::text where key = 'limit';",
        "update shop.settings set value = (value::int * 2)::text where key = 'limit';",
        {("rows", "shop.settings (value)")},
    ),
    "updates of rows that are made up": (
        "update shop.people set age = coalesce(age, 0) + 1;",
        "update shop.people set age = coalesce(age, 0) * 2;",
        {("rows", "shop.people (age)")},
    ),
    "one key inserted with two values": (
        "insert into shop.settings values ('mode', 'a') on conflict do nothing;",
        "insert into shop.settings values ('mode', 'b') on conflict do nothing;",
        {("rows", "shop.settings (value)")},
    ),
    "one key inserted twice": (
        "insert into shop.settings values ('mode', 'a');",
        "insert into shop.settings values ('mode', 'b');",
        {("constraint", "shop.settings.settings_pkey")},
    ),
    "a default, and rows": (
        "alter table shop.log alter message set default 'ours';",
        "insert into shop.log (id) values (1);",
        {("rows", "shop.log (message)")},
    ),
    "a trigger, and rows": (
        "create trigger noted before insert on shop.orders"
        " for each row execute function shop.note();",
        "insert into shop.orders (note) values ('late');",
        {("rows", "shop.orders (note)")},
    ),
    "NOT NULL, and rows without a value": (
        "alter table shop.log alter message set not null;",
        "insert into shop.log values (1, null);",
        {("column", "shop.log.message")},
    ),
    "a check, and rows that it refuses": (
        "alter table shop.settings add constraint short check (length(value) < 9);",
        "insert into shop.settings values ('long', '1234567890');",
        {("constraint", "shop.settings.short")},
    ),
    "a unique index, and the same values": (
        "create unique index settings_value on shop.settings (value);",
        "update shop.settings set value = 'same';",
        {("index", "shop.settings_value")},
    ),
    "a number that is relied on": (
        "insert into shop.kinds (name) values ('ours');"
        " insert into shop.things (kind_id, label) values (2, 'of ours');",
        "insert into shop.kinds (name) values ('theirs');",
        {("rows", "shop.things (kind_id)")},
    ),
    "indexes that are named for us": (
        "create index on shop.people (age) where age > 1;",
        "create index on shop.people (age) where age > 2;",
        {("index", "shop.people_age_idx"), ("index", "shop.people_age_idx1")},
    ),
    "checks that are named for us": (
        "alter table shop.people add check (age > 0);",
        "alter table shop.people add check (age < 200);",
        {("constraint", "shop.people.people_age_check")},
    ),
    "partitions that overlap": (
        "create table shop.readings_2 partition of shop.readings for values from (100) to (200);",
        "create table shop.readings_3 partition of shop.readings for values from (150) to (300);",
        {("table", "shop.readings_3")},
    ),
    "a table dropped that the other refers to": (
        "drop table shop.settings cascade;",
        "alter table shop.log add column key text references shop.settings;",
        {("table", "shop.settings")},
    ),
    "a function dropped that a trigger uses": (
        "drop function shop.note();",
        "create trigger noted before insert on shop.orders"
        " for each row execute function shop.note();",
        {("function", "shop.note()")},
    ),
    "policies of one name": (
        "create policy seen on shop.orders using (id > 0);",
        "create policy seen on shop.orders using (id > 1);",
        {("policy", "shop.orders.seen")},
    ),
    "policies changed in two ways": (
        "alter policy own on shop.people using (id > 0);",
        "alter policy own on shop.people using (id > 1);",
        {("policy", "shop.people.own")},
    ),
    "a loop over all tables, and a table": (
        "do $$ declare t regclass; begin"
        " for t in select oid from pg_class where relnamespace = 'shop'::regnamespace"
        " and relkind = 'r' and not relispartition"
        " loop execute format('alter table %s add column made_at timestamptz', t); end loop;"
        " end $$;",
        "create table shop.carts (id int);",
        {("column", "shop.carts.made_at")},
    ),
    "a sequence set twice": (
        "select setval('shop.orders_id_seq', 100);",
        "select setval('shop.orders_id_seq', 200);",
        {("sequence", "shop.orders_id_seq")},
    ),
    "a role made twice": (
        "create role pgproof_order_a; grant pgproof_order_a to current_user;"
        " create table shop.carts (id int);",
        "create role pgproof_order_a;",
        {("statement", "0003.theirs.sql:1, statement 1")},
    ),
    "options of one table": (
        "alter table shop.people set (fillfactor = 70);",
        "alter table shop.people set (fillfactor = 80);",
        {("table", "shop.people")},
    ),
    "row security on and off": (
        "alter table shop.people enable row level security;",
        "alter table shop.people disable row level security;",
        {("table", "shop.people")},
    ),
    "rights given and taken": (
        "grant select on shop.people to public;",
        "revoke all on shop.people from public;",
        {("table", "shop.people")},
    ),
    "a table moved that the other alters": (
        "create schema other; alter table shop.log set schema other;",
        "alter table shop.log add column n int;",
        {("table", "shop.log")},
    ),
    "a row deleted that the other refers to": (
        "delete from shop.kinds where name = 'first';",
        "insert into shop.things (kind_id, label) values (1, 'x');",
        {("constraint", "shop.things.things_kind_id_fkey")},
    ),
}
"""By name: what this branch adds, what the other does, and the kinds and names to be found."""

COMMUTING: dict[str, Pair] = {
    "columns of one table": (
        "alter table shop.people add column mail text;",
        "alter table shop.people add column phone text;",
    ),
    "columns of one table with defaults": (
        "alter table shop.people add column made timestamptz default now();",
        "alter table shop.people add column mark uuid default gen_random_uuid();",
    ),
    "one table made twice alike if it is not there": (
        "create table if not exists shop.carts (id int);",
        "create table if not exists shop.carts (id int);",
    ),
    "one function made alike": (
        "create or replace function shop.f() returns int language sql as 'select 2';",
        "create or replace function shop.f() returns int language sql as 'select 2';",
    ),
    "rows with numbers of a sequence": (
        "insert into shop.kinds (name) values ('ours');",
        "insert into shop.kinds (name) values ('theirs');",
    ),
    "rows that refer to rows by name": (
        "insert into shop.kinds (name) values ('ours'); insert into shop.things (kind_id, label)"
        " select id, 'of ours' from shop.kinds where name = 'ours';",
        "insert into shop.kinds (name) values ('theirs'); insert into shop.things (kind_id, label)"
        " select id, 'of theirs' from shop.kinds where name = 'theirs';",
    ),
    "rows with the time of now": (
        "insert into shop.log (id, message) values (1, 'ours');",
        "insert into shop.log (id, message) values (2, 'theirs');",
    ),
    "rows by chance": (
        "insert into shop.settings values ('token', gen_random_uuid());",
        "insert into shop.settings values ('salt', random());",
    ),
    "updates of two columns": (
        "update shop.people set age = 1;",
        "update shop.people set code = 'y';",
    ),
    "updates of one column to one value": (
        "update shop.people set age = 1;",
        "update shop.people set age = 1;",
    ),
    "two rows of one table": (
        "update shop.settings set value = '6' where key = 'limit';",
        "update shop.settings set value = 'store' where key = 'name';",
    ),
    "one table dropped if it is there": (
        "drop table if exists shop.log;",
        "drop table if exists shop.log;",
    ),
    "one comment": (
        "comment on table shop.people is 'people';",
        "comment on table shop.people is 'people';",
    ),
    "comments on a table and a column": (
        "comment on table shop.people is 'people';",
        "comment on column shop.people.age is 'years';",
    ),
    "rights of two kinds": (
        "grant select on shop.people to public;",
        "grant insert on shop.people to public;",
    ),
    "indexes that are named": (
        "create index people_age on shop.people (age);",
        "create index people_name on shop.people (name);",
    ),
    "indexes that are named for us": (
        "create index on shop.people (age);",
        "create index on shop.people (name);",
    ),
    "an index concurrently, and a column": (
        "-- transactional: false\ncreate index concurrently people_age on shop.people (age);",
        "alter table shop.people add column mail text;",
    ),
    "partitions": (
        "create table shop.readings_2 partition of shop.readings for values from (100) to (200);",
        "create table shop.readings_3 partition of shop.readings for values from (200) to (300);",
    ),
    "a materialized view, and its rows": (
        "refresh materialized view shop.counts;",
        "insert into shop.settings values ('more', '1');",
    ),
    "a column dropped, and one added": (
        "alter table shop.people drop column code;",
        "alter table shop.people add column mail text;",
    ),
    "a check not valid, and rows": (
        "alter table shop.people add constraint old check (age > 0) not valid;",
        "update shop.people set age = 3;",
    ),
    "a default, and rows that give a value": (
        "alter table shop.log alter message set default 'ours';",
        "insert into shop.log (id, message) values (1, 'x');",
    ),
    "roles": ("create role pgproof_order_a;", "create role pgproof_order_b;"),
    "tables that refer to one": (
        "create table shop.a (id int primary key, kind_id int references shop.kinds);",
        "create table shop.b (id int primary key, kind_id int references shop.kinds);",
    ),
}
"""By name: what the branches add, in either order to the same effect."""

APART = (
    "alter table shop.people add column mail text;",
    "create index orders_note on shop.orders (note);",
    "create table shop.carts (id int generated always as identity, n int);",
    "create or replace function shop.f() returns int language sql as 'select 2';",
    "create view shop.ages as select age from shop.people;",
    "alter type shop.colour add value 'blue';",
    "insert into shop.kinds (name) values ('second');",
    "update shop.settings set value = '6' where key = 'limit';",
    "create trigger noted before update on shop.orders for each row execute function shop.note();",
    "create policy seen on shop.orders using (true);",
    "comment on view shop.names is 'names';",
    "grant select on shop.log to public;",
    "alter table shop.people alter code set default 'z';",
)
"""Changes of which every two make the same in either order."""
