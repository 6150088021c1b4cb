create table ops.recorded_definitions (
    place       text  not null,
    object      text  not null,
    definition  text  not null,
    constraint recorded_definitions_pkey primary key (place, object),
    constraint recorded_definitions_place_check check (length(place) <= 300),
    constraint recorded_definitions_object_check check (length(object) <= 2000),
    constraint recorded_definitions_definition_check check (length(definition) <= 1000000)
);
select ops.place('ops.recorded_definitions', 'local');

comment on table ops.recorded_definitions is
    'Every object as the migrations left it, to be compared with what is there.';
comment on column ops.recorded_definitions.place is
    'The partition by time that the object belongs to, or its table and an asterisk for partitions '
    'made later; empty for all else.';
comment on column ops.recorded_definitions.object is 'The object, as ops.definitions() names it.';
comment on column ops.recorded_definitions.definition is
    'What ops.definitions() returned when the migrations had run.';
