create table catalog.property_definitions (
    symbol       text      not null,
    sort_order   integer   not null,
    category     text      not null,
    description  text      not null,
    unit_us      text      null,
    unit_si      text      null,
    aliases      text[]    not null  default '{}',
    constraint property_definitions_pkey primary key (symbol),
    constraint property_definitions_category_check
        check (category in ('dimension', 'property', 'material')),
    constraint property_definitions_check check ((unit_us is null) = (unit_si is null)),
    constraint property_definitions_symbol_check check (length(symbol) <= 50),
    constraint property_definitions_description_check check (length(description) <= 1000),
    constraint property_definitions_unit_us_check check (length(unit_us) <= 50),
    constraint property_definitions_unit_si_check check (length(unit_si) <= 50),
    constraint property_definitions_aliases_check check (
        array_position(aliases, null) is null
        and cardinality(aliases) <= 100
        and length(array_to_string(aliases, '')) <= 5000
    )
);
select ops.place('catalog.property_definitions', 'reference');

comment on table catalog.property_definitions is
    'What each symbol of a section or material means, and its units.';
comment on column catalog.property_definitions.symbol is
    'The symbol as AISC prints it, such as Ix; capitals matter.';
comment on column catalog.property_definitions.sort_order is 'Place of the symbol in a listing.';
comment on column catalog.property_definitions.category is
    'dimension: in material_catalog.dimensions; property or material: in its properties.';
comment on column catalog.property_definitions.description is 'What the symbol stands for.';
comment on column catalog.property_definitions.unit_us is
    'Unit of the value under "us"; null when it has no dimension.';
comment on column catalog.property_definitions.unit_si is
    'Unit of the value under "si"; null when it has no dimension.';
comment on column catalog.property_definitions.aliases is
    'Other names that catalogs use for the symbol.';
