--- case: int to bigint
alter table orders alter column user_id type bigint;
--- case: varchar wider
alter table users alter column code type varchar(40);
--- case: varchar narrower
alter table users alter column code type varchar(10);
--- case: varchar to text
alter table users alter column code type text;
--- case: text to varchar with a limit
alter table orders alter column note type varchar(100);
--- case: numeric with more digits before the point
alter table orders alter column amount type numeric(12, 2);
--- case: numeric with another scale
alter table orders alter column amount type numeric(12, 4);
--- case: timestamp to timestamptz in UTC
alter table users alter column since type timestamptz;
--- case: timestamp to timestamptz elsewhere
set local timezone = 'America/Chicago';
alter table users alter column since type timestamptz;
--- case: type by an expression
alter table orders alter column note type int using length(note);
--- case: type of the referenced key
alter table orders alter column id type bigint;
--- case: domain without a constraint to its base
alter table lines alter column marked type varchar(20);
--- case: int to a domain with a check
alter table users alter column age type positive using age + 1;
--- case: column with a constant default
alter table orders add column state int not null default 1;
--- case: column with a volatile default
alter table orders add column mark int default fickle();
--- case: column with a random uuid
alter table orders add column mark uuid default gen_random_uuid();
--- case: column with now()
alter table orders add column made timestamptz default now();
--- case: identity column
alter table orders add column serial_no int generated always as identity;
--- case: stored generated column
alter table orders add column twice numeric generated always as (amount * 2) stored;
--- case: virtual generated column
--- since: 18
alter table orders add column twice numeric generated always as (amount * 2) virtual;
--- case: column of a constrained domain
alter table orders add column mark positive;
--- case: volatile default on a partitioned table
alter table events add column mark float default random();
--- case: unlogged
alter table notes set unlogged;
--- case: drop column
alter table orders drop column note;
--- case: fill factor
alter table orders set (fillfactor = 70);
--- case: storage of a column
alter table orders alter column note set storage external;
--- case: vacuum full
--- outside
vacuum full orders;
--- case: cluster
cluster orders using orders_pkey;
--- case: truncate and fill
truncate notes;
insert into notes (body) values ('new');
--- case: refresh of a materialized view
refresh materialized view totals;
--- case: refresh concurrently
refresh materialized view concurrently totals;
--- case: reindex a table
reindex table orders;
--- case: type of an inherited column
alter table animals alter column id type bigint;
