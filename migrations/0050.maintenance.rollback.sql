-- restores: ops.refuse_evidence_change @0031
-- restores: app.audit_project @0046
-- restores: app.change_project @0046

drop function ops.begin_maintenance(text);
alter table ops.evidence
    drop constraint evidence_kind_check,
    add constraint evidence_kind_check
        check (kind in ('beginning', 'retirement', 'erasure', 'unlogged')) not valid;
alter table ops.evidence validate constraint evidence_kind_check;
comment on column ops.evidence.kind is
    'beginning: of this record; retirement: a state of a partition; erasure: places of a chain '
    'that were emptied; unlogged: what a project held when the record began and no event says.';
comment on column ops.evidence.subject is
    'The partition, or account and project with a slash between.';
comment on column ops.evidence.content is
    'What is known: the record of the retirement with the hash of its stretches, or the places.';
