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
