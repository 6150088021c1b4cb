--- case: enum value added
alter type colour add value 'blue';
--- case: enum value renamed
alter type colour rename value 'red' to 'rot';
--- case: attach a partition without proof
alter table readings attach partition readings_new for values from (2000) to (3000);
--- case: attach a partition with proof
alter table readings attach partition readings_proven for values from (3000) to (4000);
--- case: attach a partition beside a default
alter table events attach partition events_new for values from ('2025-03-01') to ('2025-04-01');
--- case: new partition beside a default
create table events_2 partition of events for values from ('2025-02-01') to ('2025-03-01');
--- case: new partition
create table readings_4 partition of readings for values from (4000) to (5000);
--- case: detach a partition
alter table readings detach partition readings_1;
--- case: detach a partition that refers
alter table events detach partition events_1;
--- case: detach concurrently
--- outside
alter table readings detach partition readings_1 concurrently;
--- case: drop a partition
drop table readings_1;
--- case: drop the default partition
drop table events_rest;
--- case: index
create index orders_amount on orders (amount);
--- case: unique index
create unique index orders_amount on orders (amount);
--- case: index concurrently
--- outside
create index concurrently orders_amount on orders (amount);
--- case: unique index concurrently
--- outside
create unique index concurrently orders_amount on orders (amount);
--- case: index on a partitioned table
create index events_at on events (at);
--- case: index on the partitioned table alone
create index events_at on only events (at);
--- case: drop an index
drop index users_code;
--- case: drop an index concurrently
--- outside
drop index concurrently users_code;
--- case: reindex an index concurrently
--- outside
reindex index concurrently users_code;
--- case: reindex a table concurrently
--- outside
reindex table concurrently users;
--- case: index on a materialized view
create index totals_total on totals (total);
--- case: materialized view
create materialized view spent as select user_id, count(*) from orders group by user_id;
--- case: view replaced
create or replace view user_names as select id, name, age from users;
--- case: trigger
create trigger orders_touch after insert on orders for each statement execute function touch();
--- case: trigger dropped
drop trigger watched_touch on watched;
--- case: trigger disabled
alter table watched disable trigger watched_touch;
--- case: policy
create policy seen on users using (true);
--- case: policy dropped
drop policy own on orders;
--- case: row security
alter table users enable row level security;
--- case: comments
comment on table orders is 'Orders.';
comment on column orders.id is 'Key.';
comment on index users_code is 'Index.';
--- case: grant
grant select on orders to pg_monitor;
--- case: publication
create publication all_orders for table orders, users;
--- case: statistics
create statistics users_age on age, code from users;
--- case: rename a table and go on
alter table orders rename to purchases;
alter table purchases add column paid boolean;
create index on purchases (amount);
--- case: rename a column
alter table orders rename column note to remark;
--- case: move to a schema
create schema shop;
alter table notes set schema shop;
--- case: owner
alter table notes owner to current_user;
--- case: sequence
alter sequence counter increment by 10;
--- case: drop a sequence
drop sequence counter;
--- case: drop a view
drop view user_names cascade;
--- case: lock table
lock table orders in share row exclusive mode;
--- case: vacuum
--- outside
vacuum notes;
--- case: analyze
analyze orders;
--- case: drop two tables
drop table notes, watched;
--- case: replica identity
alter table orders replica identity full;
