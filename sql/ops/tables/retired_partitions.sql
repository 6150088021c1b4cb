create table ops.retired_partitions (
    partition       text         not null,
    relation        text         not null,
    starts_at       timestamptz  not null,
    ends_at         timestamptz  not null,
    action          text         not null,
    state           text         not null  default 'retiring',
    row_count       bigint       not null,
    file_name       text         null,
    file_sha256     text         null,
    content_sha256  text         null,
    retired_at      timestamptz  not null  default now(),
    changed_at      timestamptz  not null  default now(),
    constraint retired_partitions_pkey primary key (partition),
    constraint retired_partitions_action_check check (action in ('detach', 'archive', 'drop')),
    constraint retired_partitions_state_check
        check (state in ('retiring', 'detached', 'archived', 'dropped', 'restored')),
    constraint retired_partitions_row_count_check check (row_count >= 0),
    constraint retired_partitions_file_sha256_check check (file_sha256 ~ '^[0-9a-f]{64}$'),
    constraint retired_partitions_content_sha256_check check (content_sha256 ~ '^[0-9a-f]{64}$'),
    constraint retired_partitions_check
        check (state <> 'archived' or num_nulls(file_name, file_sha256, content_sha256) = 0),
    constraint retired_partitions_partition_check check (length(partition) <= 260),
    constraint retired_partitions_relation_check check (length(relation) <= 260),
    constraint retired_partitions_file_name_check check (length(file_name) <= 255)
);
select ops.place('ops.retired_partitions', 'local');

create trigger retired_partitions_evidence
    after insert or update on ops.retired_partitions
    for each row
    execute function ops.record_retirement();

comment on table ops.retired_partitions is
    'Every partition that was retired, and how far that went.';
comment on column ops.retired_partitions.partition is 'The partition.';
comment on column ops.retired_partitions.relation is 'The table it was a partition of.';
comment on column ops.retired_partitions.starts_at is 'First time it holds.';
comment on column ops.retired_partitions.ends_at is 'First time after it.';
comment on column ops.retired_partitions.action is
    'What the policy asked for: detach, archive or drop.';
comment on column ops.retired_partitions.state is
    'retiring: still attached; detached: a table of its own; archived: in the file; '
    'dropped: gone; restored: attached again.';
comment on column ops.retired_partitions.row_count is 'How many rows it holds.';
comment on column ops.retired_partitions.file_name is 'The file that it was archived to.';
comment on column ops.retired_partitions.file_sha256 is 'Hash of the file, 64 hex digits.';
comment on column ops.retired_partitions.content_sha256 is
    'Hash of the rows in the file, as ops.archive_sha256() computes it, 64 hex digits.';
comment on column ops.retired_partitions.retired_at is 'When its retirement began.';
comment on column ops.retired_partitions.changed_at is 'When its state changed last.';
