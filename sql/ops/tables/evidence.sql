create table ops.evidence (
    position     bigint       not null,
    kind         text         not null,
    subject      text         not null,
    recorded_at  timestamptz  not null  default clock_timestamp(),
    role         text         not null  default session_user,
    content      jsonb        not null,
    sha256       bytea        not null,
    constraint evidence_pkey primary key (position),
    constraint evidence_position_check check (position > 0),
    constraint evidence_kind_check
        check (kind in ('beginning', 'retirement', 'erasure', 'unlogged', 'maintenance')),
    constraint evidence_subject_check check (length(subject) <= 200),
    constraint evidence_sha256_check check (octet_length(sha256) = 32)
);
select ops.place('ops.evidence', 'local');

create trigger evidence_immutable
    before update or delete or truncate on ops.evidence
    for each statement
    execute function ops.refuse_evidence_change();

comment on table ops.evidence is
    'What may explain that an event is missing or empty, in one hash chain; never changed.';
comment on column ops.evidence.position is 'Place of the entry in the chain, from 1.';
comment on column ops.evidence.kind is
    'beginning: of this record; retirement: a state of a partition; erasure: places of a chain '
    'that were emptied; unlogged: what a project held when the record began and no event says; '
    'maintenance: of columns that no event says anything of.';
comment on column ops.evidence.subject is
    'The partition or table, or account and project with a slash between.';
comment on column ops.evidence.recorded_at is 'When the entry was made.';
comment on column ops.evidence.role is 'The role that was logged in.';
comment on column ops.evidence.content is
    'What is known: the record of the retirement with the hash of its stretches, the places, or '
    'the reason.';
comment on column ops.evidence.sha256 is
    'Hash of the entry and the hash of the entry before it, 32 bytes.';
