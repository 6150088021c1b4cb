create table catalog.soil_classes (
    code                          text     not null,
    class                         integer  not null,
    description                   text     not null,
    uscs_symbols                  text     null,
    bearing_psf                   numeric  not null,
    lateral_bearing_psf_per_ft    numeric  not null,
    sliding_friction_coefficient  numeric  null,
    sliding_cohesion_psf          numeric  null,
    source                        text     not null,
    import_id                     uuid     not null,
    source_row                    integer  not null,
    constraint soil_classes_pkey primary key (code, class),
    constraint soil_classes_import_id_fkey foreign key (import_id)
        references catalog.imports (import_id),
    constraint soil_classes_code_check check (code <> '' and length(code) <= 100),
    constraint soil_classes_class_check check (class > 0),
    constraint soil_classes_description_check
        check (description <> '' and length(description) <= 1000),
    constraint soil_classes_uscs_symbols_check check (length(uscs_symbols) <= 100),
    constraint soil_classes_bearing_psf_check
        check (bearing_psf > 0 and bearing_psf < 'Infinity'::numeric),
    constraint soil_classes_lateral_bearing_psf_per_ft_check check (
        lateral_bearing_psf_per_ft > 0 and lateral_bearing_psf_per_ft < 'Infinity'::numeric
    ),
    constraint soil_classes_sliding_check check (
        (sliding_friction_coefficient > 0 and sliding_friction_coefficient < 1
         and sliding_cohesion_psf is null)
        or (sliding_cohesion_psf > 0 and sliding_cohesion_psf < 'Infinity'::numeric
            and sliding_friction_coefficient is null)
    ),
    constraint soil_classes_source_check check (source <> '' and length(source) <= 1000),
    constraint soil_classes_source_row_check check (source_row > 0)
);
select ops.place('catalog.soil_classes', 'reference');

comment on table catalog.soil_classes is
    'Presumptive load-bearing values of soils, for a site without a geotechnical report.';
comment on column catalog.soil_classes.code is 'The code that prints them, such as IBC 2018.';
comment on column catalog.soil_classes.class is 'Number of the class; 1 bears the most.';
comment on column catalog.soil_classes.description is 'The materials of the class.';
comment on column catalog.soil_classes.uscs_symbols is
    'Their symbols in the Unified Soil Classification System; null for rock.';
comment on column catalog.soil_classes.bearing_psf is
    'Allowable vertical foundation pressure in pounds a square foot.';
comment on column catalog.soil_classes.lateral_bearing_psf_per_ft is
    'Allowable lateral bearing pressure in pounds a square foot, a foot below natural grade.';
comment on column catalog.soil_classes.sliding_friction_coefficient is
    'Coefficient of friction for lateral sliding, of the dead load; null for clay.';
comment on column catalog.soil_classes.sliding_cohesion_psf is
    'Lateral sliding resistance of the contact area in pounds a square foot; null but for clay.';
comment on column catalog.soil_classes.source is 'Where the values are printed.';
comment on column catalog.soil_classes.import_id is 'The seed that last stated the class.';
comment on column catalog.soil_classes.source_row is
    'Row of the file, counted from 1 with its header.';
