-- Changes by hand. Before each: its kind, the objects that are then not as the migrations made
-- them, and whether no statements are known that mend it, or the first version that has it.

-- kind: schema added
-- differs: schema rogue
create schema rogue;

-- kind: schema dropped
-- differs: schema spare
-- differs: extension pg_trgm
-- by hand
drop schema spare cascade;

-- kind: schema comment
-- differs: schema shop
comment on schema shop is 'x';

-- kind: schema owner
-- differs: schema shop
alter schema shop owner to drift_other;

-- kind: schema grant
-- differs: schema shop
grant create on schema shop to drift_other;

-- kind: table added
-- differs: table shop.rogue
create table shop.rogue (id integer primary key, x text unique);

-- kind: table dropped
-- differs: table spare.heirs
drop table spare.heirs;

-- kind: table comment
-- differs: table shop.people
comment on table shop.people is null;

-- kind: table owner
-- differs: table shop.kinds_a
alter table shop.kinds_a owner to drift_other;

-- kind: table options
-- differs: table shop.orders
alter table shop.orders set (fillfactor = 70);

-- kind: toast options
-- differs: table shop.orders
alter table shop.orders set (toast.autovacuum_enabled = false);

-- kind: unlogged
-- differs: table spare.heirs
alter table spare.heirs set unlogged;

-- kind: replica identity
-- differs: table shop.orders
alter table shop.orders replica identity full;

-- kind: replica identity by an index
-- differs: table shop.people
alter table shop.people replica identity using index people_name_key;

-- kind: row security off
-- differs: table shop.orders
alter table shop.orders disable row level security;

-- kind: row security forced
-- differs: table shop.orders
alter table shop.orders force row level security;

-- kind: grant on a table
-- differs: table shop.orders
grant insert on shop.orders to drift_other;

-- kind: grant to public
-- differs: table shop.people
grant select on shop.people to public;

-- kind: grant revoked
-- differs: table shop.orders
revoke select on shop.orders from drift_reader;

-- kind: grant option
-- differs: table shop.orders
grant select on shop.orders to drift_reader with grant option;

-- kind: owner's right revoked
-- differs: table shop.people
revoke delete on shop.people from drift_owner;

-- kind: order of columns
-- differs: table shop.people
-- by hand
alter table shop.people drop column mail, add column mail shop.email;

-- kind: cluster mark
-- differs: index shop.orders_pkey
alter table shop.orders cluster on orders_pkey;

-- kind: inheritance
-- differs: table spare.heirs
-- differs: column spare.heirs.id
-- by hand
alter table spare.heirs no inherit spare.parents;

-- kind: partition detached
-- differs: table shop.kinds_a
alter table shop.kinds detach partition shop.kinds_a;

-- kind: partition of a list added
-- differs: table shop.kinds_b
create table shop.kinds_b partition of shop.kinds for values in ('b');

-- kind: column added
-- differs: column shop.orders.rogue
alter table shop.orders add column rogue text;

-- kind: column dropped
-- differs: column shop.orders.extra
alter table shop.orders drop column extra;

-- kind: column renamed
-- differs: column shop.orders.extra
-- differs: column shop.orders.more
alter table shop.orders rename column extra to more;

-- kind: column of a parent
-- differs: column shop.logs.rogue
alter table shop.logs add column rogue text;

-- kind: type of a column
-- differs: column shop.people.note
alter table shop.people alter column note type varchar(100);

-- kind: precision of a column
-- differs: column shop.orders.extra
alter table shop.orders alter column extra type json;

-- kind: default of a column
-- differs: column shop.people.note
alter table shop.people alter column note set default 'some';

-- kind: default dropped
-- differs: column shop.orders.price
alter table shop.orders alter column price drop default;

-- kind: not null dropped
-- differs: column shop.orders.price
alter table shop.orders alter column price drop not null;

-- kind: not null set
-- differs: column shop.orders.person_id
alter table shop.orders alter column person_id set not null;

-- kind: identity
-- differs: column shop.orders.id
alter table shop.orders alter column id set generated always;

-- kind: identity dropped
-- differs: column shop.orders.id
alter table shop.orders alter column id drop identity;

-- kind: identity's sequence
-- differs: sequence shop.orders_id_seq
alter table shop.orders alter column id set increment by 5;

-- kind: generated no longer
-- differs: column shop.orders.gross
-- by hand
alter table shop.orders alter column gross drop expression;

-- kind: generated otherwise
-- differs: column shop.orders.gross
-- since: 17
alter table shop.orders alter column gross set expression as (price * 2);

-- kind: collation
-- differs: column shop.orders."Odd Name"
alter table shop.orders alter column "Odd Name" type text;

-- kind: storage
-- differs: column shop.orders.extra
alter table shop.orders alter column extra set storage external;

-- kind: compression
-- differs: column shop.orders.extra
alter table shop.orders alter column extra set compression pglz;

-- kind: statistics target
-- differs: column shop.orders.price
alter table shop.orders alter column price set statistics 500;

-- kind: column options
-- differs: column shop.orders.price
alter table shop.orders alter column price set (n_distinct = 5);

-- kind: column grant
-- differs: column shop.people.note
grant update (note) on shop.people to drift_reader;

-- kind: column comment
-- differs: column shop.people.name
comment on column shop.people.name is 'x';

-- kind: check dropped
-- differs: constraint shop.orders.orders_price_check
alter table shop.orders drop constraint orders_price_check;

-- kind: check changed
-- differs: constraint shop.orders.orders_price_check
alter table shop.orders drop constraint orders_price_check,
    add constraint orders_price_check check (price >= -1);

-- kind: check not valid
-- differs: constraint shop.orders.orders_price_check
alter table shop.orders drop constraint orders_price_check,
    add constraint orders_price_check check (price >= 0) not valid;

-- kind: foreign key dropped
-- differs: constraint shop.orders.orders_person_id_fkey
alter table shop.orders drop constraint orders_person_id_fkey;

-- kind: foreign key deferrable
-- differs: constraint shop.orders.orders_person_id_fkey
alter table shop.orders alter constraint orders_person_id_fkey deferrable;

-- kind: unique dropped
-- differs: constraint shop.people.people_name_key
alter table shop.people drop constraint people_name_key;

-- kind: constraint renamed
-- differs: constraint shop.people.people_name_key
-- differs: constraint shop.people.rogue
alter table shop.people rename constraint people_name_key to rogue;

-- kind: constraint comment
-- differs: constraint shop.people.people_name_key
comment on constraint people_name_key on shop.people is 'x';

-- kind: domain's check
-- differs: constraint shop.email.email_check
alter domain shop.email drop constraint email_check;

-- kind: index added
-- differs: index shop.rogue
create index rogue on shop.people (note);

-- kind: index dropped
-- differs: index shop.orders_person_id_idx
drop index shop.orders_person_id_idx;

-- kind: index changed
-- differs: index shop.orders_new_idx
drop index shop.orders_new_idx;
create index orders_new_idx on shop.orders (id) where state = 'paid';

-- kind: index options
-- differs: index shop.orders_person_id_idx
alter index shop.orders_person_id_idx set (fillfactor = 60);

-- kind: index invalid
-- differs: index shop.orders_new_idx
update pg_index set indisvalid = false where indexrelid = 'shop.orders_new_idx'::regclass;

-- kind: index of a parent
-- differs: index shop.logs_at_idx
drop index shop.logs_at_idx;

-- kind: index on a view
-- differs: index shop.totals_person_id_idx
drop index shop.totals_person_id_idx;

-- kind: sequence added
-- differs: sequence shop.rogue
create sequence shop.rogue;

-- kind: sequence changed
-- differs: sequence shop.numbers
alter sequence shop.numbers increment by 3 cycle;

-- kind: sequence owned
-- differs: sequence shop.numbers
alter sequence shop.numbers owned by shop.orders.id;

-- kind: sequence dropped
-- differs: sequence shop.numbers
drop sequence shop.numbers;

-- kind: view changed
-- differs: view shop.paid
create or replace view shop.paid as select id, price from shop.orders;

-- kind: view dropped
-- differs: view shop.paid
drop view shop.paid;

-- kind: view options
-- differs: view shop.paid
alter view shop.paid set (security_invoker = true);

-- kind: view comment
-- differs: view shop.paid
comment on view shop.paid is 'x';

-- kind: materialized view changed
-- differs: materialized view shop.totals
drop materialized view shop.totals;
create materialized view shop.totals
    as select person_id, max(price) as total
    from shop.orders
    group by person_id;
create unique index totals_person_id_idx on shop.totals (person_id);

-- kind: function body
-- differs: function shop.vat(numeric,numeric)
create or replace function shop.vat(price numeric, rate numeric default 0.2) returns numeric
    language sql immutable
    as 'select price * rate + 1';

-- kind: function volatility
-- differs: function shop.vat(numeric,numeric)
alter function shop.vat volatile;

-- kind: function security
-- differs: function shop.vat(numeric,numeric)
alter function shop.vat security definer;

-- kind: function setting
-- differs: function shop.vat(numeric,numeric)
alter function shop.vat set search_path = public;

-- kind: function cost
-- differs: function shop.stamp()
alter function shop.stamp() cost 7;

-- kind: function default
-- differs: function shop.vat(numeric,numeric)
create or replace function shop.vat(price numeric, rate numeric default 0.3) returns numeric
    language sql immutable
    as 'select price * rate';

-- kind: function owner
-- differs: function shop.vat(numeric,numeric)
alter function shop.vat owner to drift_other;

-- kind: function rights
-- differs: function shop.vat(numeric,numeric)
revoke execute on function shop.vat from public;

-- kind: function comment
-- differs: function shop.vat(numeric,numeric)
comment on function shop.vat is 'x';

-- kind: function overloaded
-- differs: function shop.vat(integer)
create function shop.vat(integer) returns integer language sql as 'select 1';

-- kind: procedure dropped
-- differs: procedure shop.tidy()
drop procedure shop.tidy();

-- kind: aggregate changed
-- differs: aggregate shop.total(numeric)
-- by hand
create or replace aggregate shop.total(numeric)
    (sfunc = numeric_add, stype = numeric, initcond = '1');

-- kind: trigger disabled
-- differs: trigger shop.orders.stamp
alter table shop.orders disable trigger stamp;

-- kind: trigger changed
-- differs: trigger shop.orders.stamp
create or replace trigger stamp after update on shop.orders
    for each row execute function shop.stamp();

-- kind: trigger dropped
-- differs: trigger shop.orders.stamp
drop trigger stamp on shop.orders;

-- kind: trigger added
-- differs: trigger shop.orders.rogue
create trigger rogue before insert on shop.orders for each row execute function shop.stamp();

-- kind: rule dropped
-- differs: rule shop.orders.keep
drop rule keep on shop.orders;

-- kind: rule disabled
-- differs: rule shop.orders.keep
alter table shop.orders disable rule keep;

-- kind: policy changed
-- differs: policy shop.orders.own
alter policy own on shop.orders using (true);

-- kind: policy for another role
-- differs: policy shop.orders.own
alter policy own on shop.orders to public;

-- kind: policy dropped
-- differs: policy shop.orders.own
drop policy own on shop.orders;

-- kind: policy added
-- differs: policy shop.orders.rogue
create policy rogue on shop.orders using (true);

-- kind: enum label added
-- differs: type shop.state
-- by hand
alter type shop.state add value 'lost';

-- kind: enum label renamed
-- differs: type shop.state
-- differs: rule shop.orders.keep
-- by hand
alter type shop.state rename value 'sent' to 'gone';

-- kind: type attribute
-- differs: column shop.size.depth
alter type shop.size add attribute depth integer;

-- kind: type dropped
-- differs: type shop.span
-- by hand
drop type shop.span;

-- kind: type owner
-- differs: type shop.span
alter type shop.span owner to drift_other;

-- kind: domain default
-- differs: domain shop.email
alter domain shop.email set default 'x@y';

-- kind: domain not null
-- differs: domain shop.email
alter domain shop.email set not null;

-- kind: statistics dropped
-- differs: statistics shop.orders_stats
drop statistics shop.orders_stats;

-- kind: statistics object's target
-- differs: statistics shop.orders_stats
alter statistics shop.orders_stats set statistics 9;

-- kind: default privileges
-- differs: default privileges for role postgres in schema shop on tables
alter default privileges in schema shop grant insert on tables to drift_other;

-- kind: default privileges added
-- differs: default privileges for role postgres on sequences
alter default privileges grant usage on sequences to drift_other;

-- kind: publication
-- differs: publication news
alter publication news add table spare.parents;

-- kind: publication's rows
-- differs: publication news
alter publication news set table shop.people where (id > 1);

-- kind: publication's operations
-- differs: publication news
-- by hand
alter publication news set (publish = 'insert');

-- kind: event trigger disabled
-- differs: event trigger watch
alter event trigger watch disable;

-- kind: event trigger dropped
-- differs: event trigger watch
drop event trigger watch;

-- kind: extension added
-- differs: extension btree_gist
create extension btree_gist;

-- kind: extension moved
-- differs: extension pg_trgm
alter extension pg_trgm set schema shop;

-- kind: extension dropped
-- differs: extension pg_trgm
drop extension pg_trgm;

-- kind: operator dropped
-- differs: operator shop.===(integer,integer)
-- by hand
drop operator shop.=== (integer, integer);

-- kind: cast dropped
-- differs: cast (shop.size as text)
-- by hand
drop cast (shop.size as text);

-- kind: collation dropped
-- differs: collation shop.plain
-- by hand
drop collation shop.plain;

-- kind: text search
-- differs: text search configuration shop.words
-- by hand
alter text search configuration shop.words drop mapping for word;

-- kind: server options
-- differs: server away
-- by hand
alter server away options (set host 'b');

-- kind: foreign table
-- differs: foreign table shop.elsewhere
drop foreign table shop.elsewhere;

-- kind: setting of the database
-- differs: database current
do $$ begin
    execute format('alter database %I set work_mem = ''9MB''', current_database());
end $$;

-- kind: setting of a role here
-- differs: database current
do $$ begin
    execute format('alter role drift_reader in database %I set work_mem = ''9MB''', current_database());
end $$;

-- kind: right on the database
-- differs: database current
do $$ begin
    execute format('grant create on database %I to drift_other', current_database());
end $$;

-- kind: security label
-- differs: table shop.people
-- by hand
insert into pg_seclabel values ('shop.people'::regclass, 'pg_class'::regclass, 0, 'dummy', 'x');

-- kind: table renamed
-- differs: table shop.kinds_a
-- differs: table shop.kinds_z
-- by hand
alter table shop.kinds_a rename to kinds_z;

-- kind: table moved
-- differs: table spare.parents
-- differs: table shop.parents
-- differs: table spare.heirs
-- by hand
alter table spare.parents set schema shop;
