begin;
select plan(6);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('app.retired_events') $$,
    $$ values
        ('account_id', 'uuid', 'not null', ''),
        ('project_id', 'uuid', 'not null', ''),
        ('first_position', 'bigint', 'not null', ''),
        ('last_position', 'bigint', 'not null', ''),
        ('last_sha256', 'bytea', 'not null', ''),
        ('erased_positions', 'bigint[]', 'not null', '''{}''::bigint[]'),
        ('partition', 'text', 'not null', '') $$,
    'a stretch of retired events has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('app.retired_events') $$,
    $$ values
        ('retired_events_check', 'CHECK ((last_position >= first_position))'),
        ('retired_events_first_position_check', 'CHECK ((first_position > 0))'),
        ('retired_events_last_sha256_check', 'CHECK ((octet_length(last_sha256) = 32))'),
        ('retired_events_partition_check', 'CHECK ((length(partition) <= 260))'),
        ('retired_events_pkey', 'PRIMARY KEY (account_id, project_id, first_position)') $$,
    'a stretch of retired events has these constraints'
);
select results_eq(
    $$ select * from pg_temp.policies_of('app.retired_events') $$,
    $$ values ('retired_events_audit', 'select', 'eagle_auditor', 'true', '') $$,
    'only an auditor sees what was retired'
);

set local role eagle_application;
select throws_ok(
    command,
    '42501', 'permission denied for table retired_events',
    format('the application cannot %s what was retired', split_part(command, ' ', 1))
)
  from unnest(array[
           'select partition from app.retired_events',
           'delete from app.retired_events',
           'update app.retired_events set last_position = 1'
       ]) as command;

select * from finish();
rollback;
