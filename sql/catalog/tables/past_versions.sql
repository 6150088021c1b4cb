create table catalog.past_versions (
    past_id        uuid         not null  default ops.uuid_v7(),
    noun           text         not null,
    object         text         not null,
    version        text         not null,
    was            jsonb        not null,
    began_at       timestamptz  null,
    ended_at       timestamptz  not null,
    outcome        text         not null,
    superseded_by  text         null,
    reason         text         null,
    ended_by       text         not null  default session_user,
    constraint past_versions_pkey primary key (past_id),
    constraint past_versions_noun_check check (noun in ('constant', 'price')),
    constraint past_versions_object_check check (object <> '' and length(object) <= 100),
    constraint past_versions_version_check check (version <> '' and length(version) <= 100),
    constraint past_versions_was_check
        check (jsonb_typeof(was) = 'object' and ops.json_fits(was, 65536)),
    constraint past_versions_ended_at_check check (ended_at >= began_at),
    constraint past_versions_outcome_check
        check (outcome in ('superseded', 'closed', 'reopened', 'corrected', 'withdrawn')),
    constraint past_versions_superseded_by_check
        check (
            (outcome = 'superseded') = (superseded_by is not null)
            and (length(superseded_by) <= 100)
        ),
    constraint past_versions_reason_check
        check (
            (outcome in ('reopened', 'corrected', 'withdrawn')) = (reason is not null)
            and (length(reason) <= 1000)
        ),
    constraint past_versions_ended_by_check check (length(ended_by) <= 63),
    constraint past_versions_noun_object_version_tstzrange_excl
        exclude using gist (
            noun with =, object with =, version with =, tstzrange(began_at, ended_at) with &&
        )
);
select ops.place('catalog.past_versions', 'reference');

create trigger past_versions_immutable
    before update or delete or truncate on catalog.past_versions
    for each statement
    execute function catalog.refuse_record_change();

comment on table catalog.past_versions is
    'What versions of constants and prices were before they were ended, corrected or withdrawn.';
comment on column catalog.past_versions.past_id is 'Identifies the row; ordered by time.';
comment on column catalog.past_versions.noun is 'Whether it is of a constant or of a price.';
comment on column catalog.past_versions.object is 'Name of the constant, or code of the item.';
comment on column catalog.past_versions.version is 'The version.';
comment on column catalog.past_versions.was is 'The row as it was, by names of columns.';
comment on column catalog.past_versions.began_at is
    'When the row became so; null if before that was recorded.';
comment on column catalog.past_versions.ended_at is
    'When the row ceased to be so; equal to began_at if the same transaction changed it again.';
comment on column catalog.past_versions.outcome is
    'Why: it was superseded, closed, reopened, corrected or withdrawn.';
comment on column catalog.past_versions.superseded_by is
    'The version that ended it, if it was superseded.';
comment on column catalog.past_versions.reason is
    'Why it was corrected, withdrawn or reopened, in the words of who did it.';
comment on column catalog.past_versions.ended_by is
    'The role that was logged in and changed or withdrew it.';
