create schema ops;
comment on schema ops is 'What runs the database: placement, partitions, integrity, jobs.';
