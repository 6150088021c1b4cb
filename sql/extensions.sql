create extension btree_gin with schema public;
create extension btree_gist with schema public;
