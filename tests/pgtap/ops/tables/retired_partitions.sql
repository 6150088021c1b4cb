begin;
select plan(14);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.retired_partitions') $$,
    $$ values
        ('partition', 'text', 'not null', ''),
        ('relation', 'text', 'not null', ''),
        ('starts_at', 'timestamp with time zone', 'not null', ''),
        ('ends_at', 'timestamp with time zone', 'not null', ''),
        ('action', 'text', 'not null', ''),
        ('state', 'text', 'not null', '''retiring''::text'),
        ('row_count', 'bigint', 'not null', ''),
        ('file_name', 'text', 'null', ''),
        ('file_sha256', 'text', 'null', ''),
        ('content_sha256', 'text', 'null', ''),
        ('retired_at', 'timestamp with time zone', 'not null', 'now()'),
        ('changed_at', 'timestamp with time zone', 'not null', 'now()') $$,
    'a retired partition has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.retired_partitions') $$,
    $$ values
        ('retired_partitions_action_check',
         'CHECK ((action = ANY (ARRAY[''detach''::text, ''archive''::text, ''drop''::text])))'),
        ('retired_partitions_check',
         'CHECK (((state <> ''archived''::text) OR (num_nulls(file_name, file_sha256, '
         'content_sha256) = 0)))'),
        ('retired_partitions_content_sha256_check',
         'CHECK ((content_sha256 ~ ''^[0-9a-f]{64}$''::text))'),
        ('retired_partitions_file_name_check', 'CHECK ((length(file_name) <= 255))'),
        ('retired_partitions_file_sha256_check', 'CHECK ((file_sha256 ~ ''^[0-9a-f]{64}$''::text))'),
        ('retired_partitions_partition_check', 'CHECK ((length(partition) <= 260))'),
        ('retired_partitions_pkey', 'PRIMARY KEY (partition)'),
        ('retired_partitions_relation_check', 'CHECK ((length(relation) <= 260))'),
        ('retired_partitions_row_count_check', 'CHECK ((row_count >= 0))'),
        ('retired_partitions_state_check',
         'CHECK ((state = ANY (ARRAY[''retiring''::text, ''detached''::text, '
         '''archived''::text, ''dropped''::text, ''restored''::text])))') $$,
    'these constraints hold'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('ops.retired_partitions') $$,
    $$ values
        ('retired_partitions_evidence',
         'AFTER INSERT OR UPDATE ON ops.retired_partitions FOR EACH ROW'
         ' EXECUTE FUNCTION ops.record_retirement()') $$,
    'every state of a retirement is recorded by a trigger'
);
insert into ops.retired_partitions (partition, relation, starts_at, ends_at, action, row_count)
values ('app.old', 'app.project_events', '2001-02-01', '2001-03-01', 'archive', 2);
select throws_ok(
    format('update ops.retired_partitions set %s', wrong.change),
    '23514',
    format(
        'new row for relation "retired_partitions" violates check constraint "%s"',
        wrong.by_constraint
    ),
    wrong.what
)
  from (values
            ('action = ''keep''', 'retired_partitions_action_check',
             'a partition retires by being detached, archived or dropped'),
            ('state = ''lost''', 'retired_partitions_state_check',
             'a retirement has begun, or is detached, archived, dropped or restored'),
            ('row_count = -1', 'retired_partitions_row_count_check', 'rows are counted'),
            ('state = ''archived''', 'retired_partitions_check',
             'what is archived names its file and its hashes'),
            ('file_sha256 = ''none''', 'retired_partitions_file_sha256_check',
             'the hash of a file is 64 hex digits'),
            ('content_sha256 = ''none''', 'retired_partitions_content_sha256_check',
             'the hash of the rows is 64 hex digits')
       ) as wrong (change, by_constraint, what);

set local role eagle_operator;
select isnt_empty('select * from ops.retired_partitions', 'an operator sees what was retired');
select throws_ok(
    command, '42501', 'permission denied for table retired_partitions',
    format('an operator cannot %s the record by hand', split_part(command, ' ', 1))
)
  from unnest(array[
           'update ops.retired_partitions set action = ''drop''',
           'delete from ops.retired_partitions',
           'insert into ops.retired_partitions default values'
       ]) as command;
set local role eagle_application;
select throws_ok(
    'select * from ops.retired_partitions',
    '42501', 'permission denied for table retired_partitions',
    'the application does not ask what was retired'
);

select * from finish();
rollback;
