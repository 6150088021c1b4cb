create table catalog.calibration_constants (
    name            text     not null,
    version         text     not null,
    value           numeric  not null,
    unit            text     not null,
    description     text     not null,
    source          text     not null,
    effective_from  date     not null,
    effective_to    date     null,
    constraint calibration_constants_pkey primary key (name, version),
    constraint calibration_constants_name_check
        check (name ~ '^[A-Z][A-Z0-9_]*$' and length(name) <= 100),
    constraint calibration_constants_version_check
        check (version ~ '^[a-z][a-z0-9_.]*$' and length(version) <= 100),
    constraint calibration_constants_value_check
        check (value > '-Infinity'::numeric and value < 'Infinity'::numeric),
    constraint calibration_constants_unit_check check (unit <> '' and length(unit) <= 50),
    constraint calibration_constants_source_check check (source <> '' and length(source) <= 1000),
    constraint calibration_constants_effective_check check (effective_to > effective_from),
    constraint calibration_constants_name_daterange_excl
        exclude using gist (name with =, daterange(effective_from, effective_to) with &&),
    constraint calibration_constants_description_check check (length(description) <= 1000),
    published_at    timestamptz  null  default now(),
    published_by    text         null  default session_user,
    constraint calibration_constants_published_by_check check (length(published_by) <= 63)
);
select ops.place('catalog.calibration_constants', 'reference');

create trigger calibration_constants_protect
    before update or delete on catalog.calibration_constants
    for each row
    execute function catalog.protect_published_version('constant', 'name');
create trigger calibration_constants_no_truncate
    before truncate on catalog.calibration_constants
    for each statement
    execute function catalog.protect_published_version('constant', 'name');

comment on table catalog.calibration_constants is
    'Constants of the calculations, in versions that never overlap in time.';
comment on column catalog.calibration_constants.name is 'Name of the constant, such as K_FACTOR.';
comment on column catalog.calibration_constants.version is
    'The pack that the value was published in, such as footing_v1.';
comment on column catalog.calibration_constants.value is 'The value, exactly as published.';
comment on column catalog.calibration_constants.unit is
    'Unit of the value; unitless when it has none.';
comment on column catalog.calibration_constants.description is 'What the constant is.';
comment on column catalog.calibration_constants.source is
    'The standard or study that the value comes from.';
comment on column catalog.calibration_constants.effective_from is
    'First day on which the value holds.';
comment on column catalog.calibration_constants.effective_to is
    'First day on which it no longer holds; null while no end is known.';
comment on column catalog.calibration_constants.published_at is
    'When the version was published; null if before that was recorded.';
comment on column catalog.calibration_constants.published_by is
    'The role that was logged in and published it; null if before that was recorded.';
