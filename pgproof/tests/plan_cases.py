"""Statements whose effects are measured, each group with the schema that it needs."""

COLUMNS = """
create domain positive as int check (value > 0);
create domain plain_int as int;
create domain words as text;
create domain short_words as varchar(20);
create access method heap2 type table handler heap_tableam_handler;
create type colour as enum ('red', 'green');
create function steady() returns int language plpgsql stable as 'begin return 1; end';
create function fickle() returns int language plpgsql volatile as 'begin return 1; end';
create table t (
    id       int primary key,
    n        int,
    m        int not null,
    short    varchar(20),
    long     text,
    fixed    char(10),
    price    numeric(10, 2),
    moment   timestamp(3),
    instant  timestamptz(3),
    bits     varbit(8),
    address  cidr,
    list     varchar(10)[],
    worded   words,
    made     int generated always as (id + 1) stored,
    constraint n_is_there check (n is not null),
    constraint long_is_long check (length(long) > 0)
);
alter table t add constraint n_is_not check (n > 0) not valid;
insert into t (id, n, m, short, long, fixed, price, moment, instant, bits, address, list, worded)
select n, n, n, n, n, n, n, now(), now(), b'1', '10.0.0.0/8', '{a}', 'a'
  from generate_series(1, 500) as n;
create index t_short on t (short);
create index t_price on t (price);
create unique index t_m on t (m);
create unique index t_n on t (n);
create unlogged table quick (id int);
insert into quick values (1);
"""
COLUMN_STATEMENTS = """
alter table t add column c int
alter table t add column c int default 3
alter table t add column c int not null default 3
alter table t add column c int default null
alter table t add column c timestamptz default now()
alter table t add column c timestamptz default clock_timestamp()
alter table t add column c date default current_date
alter table t add column c int default steady()
alter table t add column c int default fickle()
alter table t add column c uuid default gen_random_uuid()
alter table t add column c uuid[] default array[gen_random_uuid()]
alter table t add column c int default case when random() > 2 then 1 else 2 end
alter table t add column c float default greatest(random(), 0)
alter table t add column c bool default (random() is null)
alter table t add column c text default (random()::text collate "C")
alter table t add column c text default coalesce(null, random()::text)
alter table t add column c text default lower('A') || upper('b')
alter table t add column c jsonb default jsonb_build_object('a', random())
alter table t add column c positive default 1
alter table t add column c positive
alter table t add column c plain_int default 1
alter table t add column c words
alter table t add column c colour default 'red'
alter table t add column c int generated always as (id + 1) stored
alter table t add column c int generated always as (id + 1) virtual
alter table t add column c int generated always as (id + 1) virtual not null
alter table t add column c int generated always as identity
alter table t add column c bigserial
alter table t add column c int unique
alter table t add column c int check (c > 0)
alter table t add column c int default 1 check (c > 0)
alter table t add column c int default 1, add column d int default fickle()
alter table t add column if not exists n int default fickle()
alter table t drop column n
alter table t drop column if exists nothing
alter table t alter column n type bigint
alter table t alter column n type int
alter table t alter column n type oid
alter table t alter column n type plain_int
alter table t alter column n type positive
alter table t alter column n type int using n + 1
alter table t alter column n type int using n::int
alter table t alter column short type varchar(40)
alter table t alter column short type varchar(10)
alter table t alter column short type varchar
alter table t alter column short type text
alter table t alter column short type text using short::text
alter table t alter column short type short_words
alter table t alter column short type char(20)
alter table t alter column short type varchar(40) collate "C"
alter table t alter column long type varchar
alter table t alter column long type varchar(1000)
alter table t alter column long type words
alter table t alter column fixed type char(20)
alter table t alter column fixed type text
alter table t alter column price type numeric(12, 2)
alter table t alter column price type numeric(12, 4)
alter table t alter column price type numeric(8, 2)
alter table t alter column price type numeric
alter table t alter column price type float
alter table t alter column moment type timestamp(6)
alter table t alter column moment type timestamp
alter table t alter column moment type timestamp(0)
alter table t alter column moment type timestamptz
alter table t alter column moment type timestamptz(3)
alter table t alter column instant type timestamp
alter table t alter column instant type date
alter table t alter column bits type varbit(16)
alter table t alter column address type inet
alter table t alter column list type varchar(20)[]
alter table t alter column list type text[]
alter table t alter column worded type text
alter table t alter column n set default fickle()
alter table t alter column n drop default
alter table t alter column n set not null
alter table t alter column m set not null
alter table t alter column price set not null
alter table t alter column m drop not null
alter table t alter column n set statistics 10
alter table t alter column n set (n_distinct = 5)
alter table t alter column long set storage external
alter table t alter column long set compression pglz
alter table t alter column m add generated always as identity
alter table t alter column made drop expression
alter table t alter column made set expression as (id + 2)
alter table t drop constraint t_pkey, add primary key using index t_m
alter table t drop constraint t_pkey, add primary key using index t_n
alter table t drop constraint t_pkey, add primary key (n)
alter table t add constraint u unique using index t_m
alter table t add constraint u unique (n)
alter table t add constraint e exclude (n with =)
alter table t add constraint c check (n > 0)
alter table t add constraint c check (n > 0) not valid
alter table t add constraint c not null n
alter table t add constraint c not null price
alter table t add constraint c not null price not valid
alter table t validate constraint n_is_not
alter table t validate constraint n_is_there
alter table t drop constraint n_is_not
alter table t drop constraint if exists nothing
alter table t rename constraint n_is_not to n_was_not
alter table t rename column n to k
alter table t rename to u
alter table t set unlogged
alter table t set logged
alter table quick set logged
alter table quick set unlogged
alter table t set tablespace elsewhere
alter table t set tablespace pg_default
alter index t_m set tablespace elsewhere
alter table t set access method heap
alter table t set access method heap2
alter table t set access method default
alter table t set (fillfactor = 50)
alter table t set (fillfactor = 50), alter column n set statistics 10
alter table t reset (fillfactor)
alter table t cluster on t_pkey
alter table t set without cluster
alter table t set without oids
alter table t replica identity full
alter table t enable row level security
alter table t force row level security
alter table t owner to current_user
alter table if exists nothing add column c int
alter table if exists nothing rename to u
alter table if exists nothing set schema other
alter index if exists nothing rename to u
alter sequence if exists nothing restart
drop index if exists nothing
drop trigger if exists nothing on t
drop policy if exists nothing on nothing
alter index t_m rename to t_mm
alter index t_m set (fillfactor = 50)
alter domain positive add check (value > 1)
alter domain words add check (value > 'A')
alter domain words add check (value > 'A') not valid
alter domain words set not null
alter domain words set default 'x'
alter type colour add value 'blue'
alter type colour rename value 'red' to 'rot'
create index on t (n)
create unique index on t (n) where n > 5
reindex table t
reindex index t_m
cluster t using t_m
analyze t
analyze t (n)
"""
RELATED = """
create table users (id int primary key, name text not null, age int, code varchar(20));
insert into users select n, 'user ' || n, n, n from generate_series(1, 200) as n;
create table orders (
    id       int primary key,
    user_id  int constraint orders_user references users on delete cascade,
    other_id int constraint orders_other references users,
    amount   numeric(10, 2),
    note     text
);
insert into orders select n, n, n, n, 'note' from generate_series(1, 200) as n;
create table lines (
    id       int primary key,
    order_id int,
    item     text
);
alter table lines add constraint lines_order foreign key (order_id) references orders not valid;
insert into lines select n, n, 'item' from generate_series(1, 200) as n;
create table keys (id int primary key, code varchar(20) unique);
insert into keys select n, n from generate_series(1, 200) as n;
create table keyed (id int references keys, code varchar(20) references keys (code));
insert into keyed select n, n from generate_series(1, 200) as n;
create table loose (id int, user_id int);
insert into loose select n, n from generate_series(1, 200) as n;
create table typed_parent (id int, n int);
insert into typed_parent values (1, 1);
create view names as select id, name from users;
create view short_names as select id from names;
create view many as select o.id, u.name from orders as o join users as u on u.id = o.user_id;
create materialized view totals as
    select user_id, sum(amount) as total from orders group by user_id;
create unique index totals_user on totals (user_id);
create materialized view empty as select id from lines with no data;
create table logs (id int generated always as identity, words text);
insert into logs (words) values ('x');
create function log() returns trigger language plpgsql as
    'begin insert into logs (words) values (''y''); return null; end';
create function purge() returns void language sql as 'delete from orders';
create procedure tidy() language sql as 'delete from orders';
create table audited (id int primary key, n int);
insert into audited values (1, 1);
create trigger audited_log after insert or update on audited for each row execute function log();
create table ruled (id int);
create rule ruled_quiet as on insert to ruled do instead nothing;
create policy mine on orders using (true);
create statistics users_stats on age, code from users;
create sequence counter;
create table numbered (id serial primary key, n int);
insert into numbered (n) values (1);
create schema other;
create table other.far (id int primary key, user_id int references users);
create table parents (id int primary key);
insert into parents values (1), (2);
create table kids (parent_id int references parents on delete cascade);
insert into kids values (1), (2);
create table cousins (parent_id int);
insert into cousins values (2);
alter table cousins add foreign key (parent_id) references parents not valid;
create domain tag as varchar(20);
create table tagged (tag tag);
insert into tagged values ('a');
create type pair as (a int, b int);
create table of_pair of pair;
create table bare_pair (a int, b int);
create table heir (id int, n int);
create table uses_pair (id int, p pair);
"""
RELATED_STATEMENTS = """
drop table orders cascade
drop table other.far, loose
drop table of_pair
drop table if exists loose, nothing
drop table users cascade
drop table loose
drop table numbered
drop table other.far
drop view short_names
drop view names cascade
drop view if exists nothing
drop materialized view totals
drop schema other cascade
drop sequence counter
drop type pair cascade
drop function log() cascade
drop function purge()
drop index totals_user
drop statistics users_stats
drop trigger audited_log on audited
drop policy mine on orders
drop rule ruled_quiet on ruled
alter table orders drop column other_id
alter table orders drop column note
alter table orders drop column user_id cascade
alter table orders drop constraint orders_user
alter table orders drop constraint orders_user, drop constraint orders_other
alter table orders drop constraint orders_user, add foreign key (user_id) references users
alter table orders drop constraint orders_pkey cascade
alter table users drop column name cascade
alter table users drop column id cascade
alter table orders alter column other_id type bigint
alter table parents alter column id type bigint
alter table tagged alter column tag type varchar(20)
alter table keys alter column id type bigint
alter table keys alter column code type varchar(40)
alter table keyed alter column code type text
alter table users alter column age type bigint
alter table orders alter column note type varchar
alter table orders add column other int references users
alter table orders add column other int default 1 references users
alter table orders add column other int references orders
alter table loose add foreign key (user_id) references users
alter table loose add foreign key (user_id) references users not valid
alter table loose add constraint c foreign key (user_id) references users not enforced
alter table loose add foreign key (user_id) references users, add check (id > 0)
alter table lines validate constraint lines_order
alter table orders validate constraint orders_user
alter table orders alter constraint orders_user deferrable
alter table orders rename constraint orders_user to orders_u
alter table orders rename column user_id to u
alter table orders rename to purchases
alter table orders set schema other
alter table numbered set schema other
alter table lines set unlogged
alter table orders disable trigger all
alter table audited disable trigger audited_log
alter table orders enable row level security
alter table heir inherit typed_parent
alter table bare_pair of pair
alter table of_pair not of
alter view names rename to called
alter view names rename column name to called
alter view names alter column name set default 'x'
alter view names set (security_barrier = true)
alter materialized view totals rename to sums
alter materialized view totals set (fillfactor = 50)
alter sequence counter restart
alter sequence counter increment by 2
alter sequence counter owned by users.id
alter sequence counter rename to count
alter sequence numbered_id_seq owned by none
alter policy mine on orders using (id > 0)
alter policy mine on orders rename to yours
alter trigger audited_log on audited rename to audited_logs
alter rule ruled_quiet on ruled rename to ruled_silent
alter type pair add attribute c int cascade
alter statistics users_stats set statistics 100
alter index totals_user rename to totals_u
alter schema other rename to others
alter function purge() rename to clean
alter default privileges grant select on tables to pg_monitor
create table made (id int)
create table made (id int references users)
create table made (id int, user_id int, foreign key (user_id) references users)
create table made (like orders including all)
create table made () inherits (loose)
create table made as select * from orders
create table made as select count(*) from orders
create table made of pair
create table if not exists orders (id int references users)
select * into made from orders
create view made as select * from orders
create or replace view names as select id, name from users where id > 0
create materialized view made as select * from orders
create index on totals (total)
create index if not exists totals_user on totals (total)
create unique index on loose (id)
create trigger made before insert on orders for each row execute function log()
create or replace trigger audited_log after delete on audited for each row execute function log()
create constraint trigger made after insert on orders from users for each row execute function log()
create rule made as on insert to loose do also insert into logs (words) values ('z')
create policy made on orders
create statistics made on user_id, other_id from orders
create function made() returns int language sql as 'select 1'
create sequence made owned by loose.id
create sequence made
create publication made for table orders
comment on table orders is 'x'
comment on column orders.id is 'x'
comment on view names is 'x'
comment on index totals_user is 'x'
comment on constraint orders_user on orders is 'x'
comment on trigger audited_log on audited is 'x'
comment on policy mine on orders is 'x'
comment on sequence counter is 'x'
comment on function log() is 'x'
grant select on orders to pg_monitor
grant select (id) on orders to pg_monitor
grant usage on sequence counter to pg_monitor
grant select on all tables in schema public to pg_monitor
revoke all on orders from pg_monitor
truncate orders cascade
truncate users cascade
truncate lines
truncate numbered restart identity
truncate orders, lines
refresh materialized view totals
refresh materialized view concurrently totals
refresh materialized view empty
refresh materialized view totals with no data
lock table orders
lock table orders in share mode
lock table orders in row exclusive mode
lock table names in exclusive mode
insert into loose values (1, 1)
insert into loose select id, id from users
insert into orders (id, user_id) values (1000, 1)
insert into numbered (n) values (1)
update loose set user_id = 2
update loose set user_id = 2 where id = 1
update users set age = 1
update orders set user_id = 2
delete from loose
delete from keys where id = 300
delete from lines
delete from parents where id = 1
merge into loose using users on loose.id = users.id when matched then delete
with gone as (delete from loose returning id) select count(*) from gone
with gone as (delete from lines returning id) insert into loose select id, id from gone
with new as (insert into loose values (1, 1) returning id) select * from new
select * from orders
select * from orders for update
select count(*) from names
select nextval('counter')
select setval('counter', 10)
copy orders to stdout
reindex index totals_user
reindex table orders
reindex (tablespace pg_default) index totals_user
cluster orders using orders_pkey
analyze orders, users
set local work_mem = '8MB'
set constraints all deferred
"""
PARTITIONED = """
create table users (id int primary key);
insert into users select generate_series(1, 100);
create table parts (
    id      int not null,
    user_id int constraint parts_user references users,
    n       int,
    words   varchar(10),
    primary key (id)
) partition by range (id);
create index parts_n on parts (n);
create table parts_1 partition of parts for values from (1) to (100);
create table parts_2 partition of parts for values from (100) to (200) partition by range (id);
create table parts_21 partition of parts_2 for values from (100) to (150);
create table parts_rest partition of parts default;
insert into parts select n, 1, n, n from generate_series(1, 140) as n;
insert into parts select n, 1, n, n from generate_series(300, 340) as n;
create table stand_in (like parts including all);
insert into stand_in values (500, 1, 500, '5');
create table proven (
    id int not null, user_id int, n int, words varchar(10),
    constraint proven_id check (id >= 600 and id < 700)
);
insert into proven select n, 1, n, n from generate_series(600, 690) as n;
create table refers (id int primary key, part_id int constraint refers_part references parts);
insert into refers select n, n from generate_series(110, 140) as n;
create access method heap2 type table handler heap_tableam_handler;
create table plain (id int, n int) partition by range (id);
create table plain_1 partition of plain for values from (1) to (100);
insert into plain select n, n from generate_series(1, 50) as n;
create table plain_2 (id int not null, n int, check (id >= 100 and id < 200));
insert into plain_2 values (100, 1);
create table plain_3 (id int not null, n int);
insert into plain_3 values (300, 1);
create table plain_4 (id int not null, n int, check (id >= 100 and id < 300));
insert into plain_4 values (100, 1);
create table named (kind text, n int) partition by list (kind);
create table named_a partition of named for values in ('a');
create table named_rest partition of named default;
insert into named values ('a', 1), ('z', 1);
create table named_b (kind text not null, n int, check (kind = 'b'));
insert into named_b values ('b', 1);
create table hashed (id int, n int) partition by hash (id);
create table hashed_0 partition of hashed for values with (modulus 2, remainder 0);
create index lonely on only hashed (n);
create index lonely_0 on hashed_0 (n);
create table hashed_1 (id int, n int);
insert into hashed_1
select n, n from generate_series(1, 100) as n
 where satisfies_hash_partition('hashed'::regclass, 2, 1, n);
create table timed (at timestamptz) partition by range (at);
create table timed_1 (
    at timestamptz not null,
    constraint january check (at >= '2025-01-01 00:00:00+00' and at < '2025-02-01 01:00:00+01')
);
insert into timed_1 values ('2025-01-15');
create table ancestor (id int, n int, words varchar(10));
create table heir () inherits (ancestor);
create table heirs_heir () inherits (heir);
alter table ancestor add constraint n_checked check (n > 0) not valid;
insert into ancestor values (1, 1, '1');
insert into heir values (2, 2, '2');
insert into heirs_heir values (3, 3, '3');
create function log() returns trigger language plpgsql as 'begin return null; end';
"""
PARTITIONED_STATEMENTS = """
alter table parts add column c int
alter table parts add column c int default random()
alter table plain add column c int not null default 1
alter table plain add column c int check (c > 0)
alter table parts add column c int references users
alter table parts alter column id add generated always as identity
alter table refers alter column part_id type bigint
alter table users alter column id type bigint
truncate users, parts, refers
alter table parts drop column n
alter table parts drop column user_id
alter table parts alter column words type text
alter table parts alter column n type bigint
alter table parts alter column user_id type bigint
alter table parts alter column n set not null
alter table parts alter column id set not null
alter table parts alter column n drop not null
alter table parts alter column n set default 1
alter table only parts alter column n set default 1
alter table parts alter column n set statistics 10
alter table parts alter column words set storage external
alter table parts add check (n > 0)
alter table parts add check (n > 0) not valid
alter table parts add unique (id, n)
alter table parts add constraint parts_id foreign key (user_id) references users
alter table parts drop constraint parts_user
alter table parts drop constraint parts_pkey cascade
alter table parts rename to pieces
alter table parts rename column n to k
alter table parts owner to current_user
alter table parts enable row level security
alter table parts disable trigger all
alter table parts set tablespace elsewhere
alter table plain set access method heap2
alter table parts detach partition parts_1
alter table parts detach partition parts_rest
alter table plain detach partition plain_1
alter table named detach partition named_a
alter table parts attach partition stand_in for values from (500) to (600)
alter table parts attach partition proven for values from (600) to (700)
alter table plain attach partition plain_2 for values from (100) to (200)
alter table plain attach partition plain_3 for values from (300) to (400)
alter table plain attach partition plain_4 for values from (100) to (200)
alter table plain attach partition plain_4 for values from (100) to (300)
alter table plain attach partition plain_3 default
alter table named attach partition named_b for values in ('b')
alter table timed attach partition timed_1 for values from ('2025-01-01') to ('2025-02-01')
alter index lonely attach partition lonely_0
alter table hashed attach partition hashed_1 for values with (modulus 2, remainder 1)
create table made partition of parts for values from (600) to (700)
create table made partition of plain for values from (600) to (700)
create table made partition of plain default
create table made partition of named for values in ('c')
create table made (id int references parts)
drop table parts_1 cascade
drop table named_rest
drop table plain_1
drop table parts cascade
drop table plain
drop table parts_2 cascade
truncate parts cascade
truncate plain
truncate plain_1
truncate only ancestor
truncate ancestor
create index on parts (words)
create index on only parts (words)
create index if not exists parts_n on parts (n)
drop index parts_n
alter index parts_n rename to parts_nn
create trigger made after insert on parts for each row execute function log()
create trigger made after insert on parts for each statement execute function log()
create policy made on parts
create statistics made on id, n from parts
comment on table parts is 'x'
lock table parts in share mode
lock table only parts in share mode
insert into plain values (1, 1)
update plain set n = 2
delete from plain
reindex table parts_1
analyze parts
alter table ancestor add column c int
alter table ancestor add column c int default random()
alter table ancestor drop column n
alter table only ancestor drop column n
alter table ancestor alter column n type bigint
alter table ancestor alter column words type text
alter table ancestor alter column n set not null
alter table ancestor add check (n > 0)
alter table ancestor add check (n > 0) no inherit
alter table ancestor validate constraint n_checked
alter table ancestor rename column n to k
alter table ancestor set unlogged
alter table heir no inherit ancestor
alter table heirs_heir inherit ancestor
alter table heir alter column n set not null
alter table heir add column d int
drop table ancestor cascade
drop table heirs_heir
alter table refers drop constraint refers_part
alter table refers validate constraint refers_part
alter table refers add constraint again foreign key (part_id) references parts
drop table refers
drop table users cascade
"""
GROUPS = {
    "columns": (COLUMNS, COLUMN_STATEMENTS.strip().splitlines()),
    "related": (RELATED, RELATED_STATEMENTS.strip().splitlines()),
    "partitioned": (PARTITIONED, PARTITIONED_STATEMENTS.strip().splitlines()),
}
SINCE_17 = (
    "alter table parts alter column id add generated always as identity",
    "alter table t alter column made set expression as (id + 2)",
    "alter table t set access method default",
    "alter table plain set access method heap2",
)
SINCE_18 = (
    "alter table t add column c int generated always as (id + 1) virtual",
    "alter table t add column c int generated always as (id + 1) virtual not null",
    "alter table t add constraint c not null n",
    "alter table t add constraint c not null price",
    "alter table t add constraint c not null price not valid",
    "alter table loose add constraint c foreign key (user_id) references users not enforced",
)
SINCE = dict.fromkeys(SINCE_17, 17) | dict.fromkeys(SINCE_18, 18)
"""Statements that an earlier major version does not have."""
UNKNOWABLE = {
    "alter table orders drop constraint orders_user,"
    " add foreign key (user_id) references users": "which table orders_user refers to",
    "create table if not exists orders (id int references users)": "whether the table exists",
    "drop trigger if exists nothing on t": "whether the trigger exists",
}
"""What the parse tree alone foretells wrongly, and what it would have to know."""
NO_ROWS = ("delete from keys where id = 300",)
"""What changes no row, so that nothing follows from it."""
QUERY = "the columns of a query's result"
NOT_LEARNT = {
    "alter type pair add attribute c int cascade": "attributes of a type that tables are made of",
    "create table made as select * from orders": QUERY,
    "create table made as select count(*) from orders": QUERY,
    "select * into made from orders": QUERY,
    "create materialized view made as select * from orders": QUERY,
}
"""What the next statement is not planned against; a column that is not known is said to be so."""
