--- case: block
do $$ begin alter table orders add column paid boolean default false; end $$;
--- case: block with a loop
do $$
declare t text;
begin
    foreach t in array array['users', 'orders'] loop
        execute format('alter table %I add column made_at timestamptz', t);
    end loop;
end $$;
--- case: block that is rolled back
do $$ begin
    begin
        lock table orders in exclusive mode;
        raise exception 'busy';
    exception when raise_exception then null;
    end;
    update notes set body = 'x';
end $$;
--- case: block that asks twice
do $$ begin
    for n in 1..2 loop
        begin
            perform count(*) from orders;
            lock table orders in access exclusive mode;
            raise exception 'again';
        exception when raise_exception then null;
        end;
    end loop;
end $$;
--- case: function
select close_all();
--- case: function that alters
select add_all();
--- case: trigger runs
update watched set n = n + 1;
--- case: event trigger
--- setup
create function on_ddl() returns event_trigger language plpgsql as
    'begin insert into notes (body) values (tg_tag); perform count(*) from watched; end';
create event trigger ddl on ddl_command_end execute function on_ddl();
--- change
alter table orders add column paid boolean;
--- case: cascade of a delete
delete from users where id = 7;
--- case: delete without rows that refer
delete from orders where id = 7;
--- case: backfill in the transaction that alters
alter table orders add column paid boolean;
update orders set paid = false;
alter table orders alter column paid set not null;
--- case: backfill without an alteration
update users set age = 1;
--- case: insert from another table
insert into notes (body) select name from users;
--- case: insert that refers
insert into orders values (9000, 1, 1, 'x');
--- case: truncate with what refers
truncate users cascade;
--- case: merge
merge into notes using users on notes.id = users.id when matched then update set body = name;
--- case: rows for update
select * from orders for update;
--- case: first row
select * from orders limit 1;
--- case: rule
--- setup
create rule quiet as on insert to notes do also update users set age = 0;
--- change
insert into notes (body) values ('x');
--- case: table from a query
create table copied as select * from orders;
--- case: reassign what a role owns
--- setup
create role corpus_owner;
create table owned (id int primary key);
alter table owned owner to corpus_owner;
--- change
drop owned by corpus_owner;
--- drop role: corpus_owner
--- case: procedure that commits
--- setup
create procedure tidy() language plpgsql as
    'begin update orders set note = null; commit; lock table users in share mode; end';
--- change
--- outside
call tidy();
--- case: block that commits
--- outside
do $$ begin update notes set body = 'x'; commit; alter table notes add column n int; end $$;
--- case: loop over partitions
do $$
declare t regclass;
begin
    for t in select inhrelid::regclass from pg_inherits where inhparent = 'readings'::regclass loop
        execute format('alter table %s set (fillfactor = 80)', t);
    end loop;
end $$;
--- case: backfill with a condition
update orders set note = 'x' where note is null;
--- case: update by a key
update orders set note = 'x' where id = 7;
--- case: delete with a condition
delete from lines where item = 'nothing';
--- case: update from another table
update orders set note = users.name from users where users.id = orders.user_id;
--- case: delete by another table
delete from lines using orders where orders.id = lines.order_id and orders.note = 'nothing';
--- case: insert from a join
insert into notes (body) select users.name from users join lines on lines.id = users.id;
--- case: rows moved by a query
with gone as (delete from lines where item = 'item' returning item)
insert into notes (body) select item from gone;
--- case: table from a join
create table copied as select users.name, lines.item from users join lines on lines.id = users.id;
--- case: materialized view of a view
create materialized view named as select count(*) from user_names;
--- case: materialized view without data
create materialized view later as select user_id from orders with no data;
--- case: refresh of a view of a join
--- setup
create materialized view spent as
    select users.name, sum(orders.amount) from users join orders on orders.user_id = users.id
     group by users.name;
--- change
refresh materialized view spent;
--- case: refresh without data
refresh materialized view totals with no data;
--- case: query that counts with a condition
select count(*) from orders where note = 'x';
--- case: query by a key
select name from users where id = 7;
--- case: union of two tables
select name from users union all select body from notes;
--- case: block that insists
do $$ begin
    if exists (select from orders where note is null) then
        raise exception 'a note is missing';
    end if;
end $$;
--- case: block with a loop over rows
do $$ declare one record; begin
    for one in select id from users where age = 5 loop
        update orders set note = 'x' where id = one.id;
    end loop;
end $$;
--- case: merge of constants
merge into notes using (values (1, 'x')) as v (id, body) on notes.id = v.id
when matched then update set body = v.body;
--- case: alter and backfill with a condition
alter table orders add column paid boolean;
update orders set paid = false where paid is null;
--- case: foreign key on a column with a default
alter table notes add column user_id int default 1;
alter table notes add constraint notes_user foreign key (user_id) references users;
--- case: foreign key on a column that is filled
alter table notes add column user_id int;
update notes set user_id = id;
alter table notes add constraint notes_user foreign key (user_id) references users not valid;
alter table notes validate constraint notes_user;
--- case: update through a view
update user_names set name = 'x';
--- case: delete from one partition
delete from events where at = '2025-01-15';
--- case: copy to a file
copy orders to '/dev/null';
--- case: copy of a query
copy (select * from users where age = 5) to '/dev/null';
--- case: select into a table
select * into copied from orders where amount > 5;
--- case: event trigger on what is dropped
--- setup
create function on_drop() returns event_trigger language plpgsql as
    'begin update watched set n = 0; end';
create event trigger gone on sql_drop execute function on_drop();
--- change
alter table orders add column paid boolean;
drop table readings_new;
--- case: event trigger on another command
--- setup
create function on_drop() returns event_trigger language plpgsql as
    'begin update watched set n = 0; end';
create event trigger made on ddl_command_end when tag in ('CREATE TABLE') execute function on_drop();
--- change
alter table orders add column paid boolean;
create table made (id int);
--- case: event trigger on a rewrite
--- setup
create function on_rewrite() returns event_trigger language plpgsql as
    'begin perform count(*) from watched; end';
create event trigger anew on table_rewrite execute function on_rewrite();
--- change
alter table orders add column paid boolean;
alter table orders alter column user_id type bigint;
--- case: function in SQL
--- setup
create function total() returns numeric language sql volatile as 'select sum(amount) from orders';
--- change
select total();
--- case: trigger that reads
--- setup
create function look() returns trigger language plpgsql as
    'begin perform count(*) from users; return null; end';
create trigger orders_look after insert on orders for each statement execute function look();
--- change
insert into orders values (9000, 1, 1, 'x');
--- case: delete with a key of its own table
--- setup
alter table animals add primary key (id);
create table kinds (id int primary key, parent int references kinds);
insert into kinds select n, n - 1 from generate_series(1, 0) as n;
insert into kinds select n, null from generate_series(1, 400) as n;
analyze kinds;
--- change
delete from kinds where id = 7;
