--- case: two files in opposite orders
alter table orders add column a int;
alter table users add column a int;
--- change
alter table users add column b int;
alter table orders add column b int;
--- case: two files in the same order
alter table users add column a int;
alter table orders add column a int;
--- change
alter table users add column b int;
alter table orders add column b int;
--- case: against a cascade
alter table orders add column a int;
alter table users add column a int;
--- case: with a cascade
alter table users add column a int;
alter table lines add column a int;
--- case: against the query of an application
alter table notes add column a int;
alter table watched add column a int;
--- queries
begin;
update watched set n = 1 where id = 1;
update notes set body = 'x' where id = 1;
commit;
--- case: with the query of an application
alter table watched add column a int;
alter table notes add column a int;
--- queries
begin;
update watched set n = 1 where id = 1;
update notes set body = 'x' where id = 1;
commit;
--- case: weak locks against a reader
create index on notes (body);
create index on watched (n);
--- queries
begin;
select count(*) from watched;
select count(*) from notes;
commit;
--- case: index builds against a writer
create index on notes (body);
create index on watched (n);
--- queries
begin;
update watched set n = 1 where id = 1;
update notes set body = 'x' where id = 1;
commit;
--- case: against a join
alter table watched add column a int;
alter table notes add column a int;
--- queries
select count(*) from notes join watched on notes.id = watched.id;
--- case: a foreign key against writers of both
alter table lines add constraint lines_watched foreign key (id) references watched not valid;
--- queries
begin;
update watched set n = 1 where id = 1;
update lines set item = 'x' where id = 1;
commit;
--- case: one table
alter table notes add column a int;
alter table notes add column b int;
--- queries
begin;
select * from notes where id = 1;
update notes set body = 'x' where id = 1;
commit;
