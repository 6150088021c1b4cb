--- case: not null without proof
alter table users alter column age set not null;
--- case: not null by a valid check
alter table orders alter column amount set not null;
--- case: not null by a check of the same file
alter table users add constraint age_there check (age is not null) not valid;
alter table users validate constraint age_there;
alter table users alter column age set not null;
--- case: check
alter table orders add constraint above check (amount > 0);
--- case: check not valid, validated later
alter table orders add constraint above check (amount > 0) not valid;
alter table orders validate constraint above;
--- case: check of a domain in use
create domain small as int;
alter table users add column rank small;
alter domain small add constraint few check (value < 10);
--- case: check of a domain that a table uses
alter domain label add constraint short check (length(value) < 9);
--- case: unique
alter table orders add constraint orders_note unique (id, note);
--- case: unique using an index
create unique index orders_id_note on orders (id, note);
alter table orders add constraint orders_id_note unique using index orders_id_note;
--- case: primary key on a nullable column
alter table orders drop constraint orders_pkey cascade;
alter table orders add primary key (user_id);
--- case: exclusion
alter table users add constraint one exclude (code with =);
--- case: foreign key
alter table notes add column user_id int;
alter table notes add constraint notes_user foreign key (user_id) references users;
--- case: foreign key on rows
alter table lines add constraint lines_user foreign key (id) references users;
--- case: foreign key not valid
alter table lines add constraint lines_user foreign key (id) references users not valid;
--- case: validate a foreign key
alter table lines validate constraint lines_order;
--- case: drop a foreign key
alter table orders drop constraint orders_user;
--- case: drop a table that refers
drop table orders cascade;
--- case: drop a column that refers
alter table orders drop column user_id;
--- case: drop a column that a view reads
alter table users drop column name cascade;
--- case: table with a foreign key
create table carts (id int primary key, user_id int references users);
--- case: foreign key of a partitioned table
alter table events drop constraint events_user;
--- case: check on a partitioned table
alter table events add constraint known check (id > 0);
--- case: not null on a parent of heirs
alter table animals alter column id set not null;
--- case: check on a parent of heirs
alter table animals add constraint known check (id > 0);
--- case: rename a constraint
alter table orders rename constraint amount_there to amount_known;
--- case: not null not valid
--- since: 18
alter table users add constraint age_there not null age not valid;
alter table users validate constraint age_there;
