-- 0041.catalog-lookup
-- depends: 0040.catalog-reference
--
-- why    Engineers type a section in many ways, and search in SI units, by both axes and by strength;
--        what is not found says what is near. An import can be undone. Numbers are shown without
--        zeros that the edition does not print: 90, not 90.0.
-- locks  None that anybody waits for: functions.
-- undo   0041.catalog-lookup.rollback.sql; nothing is lost.

-- The designation of a section in one spelling: its type, its sizes as decimals, and what else tells
-- it apart, between bars. Designations of one section have one key, however they are typed; ? stands
-- for a type that the text does not name, and null for a text that names no sizes.
--
--     select catalog.shape_key('HSS 10 × 3½ × 3/16'), catalog.shape_key('10 in. standard pipe');
--     -- HSS|10|3.5|0.1875 | PIPE|10|STD
--
create function catalog.shape_key(designation text)
    returns text
    language plpgsql
    immutable
    strict
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    said    text := designation;
    part    text[];
    kind    text := '?';
    suffix  text := '';
    size    numeric;
    sizes   numeric[] := '{}';
    spelled text;
begin
    if length(said) > 100 then
        return null;
    end if;
    -- A designation as the catalogs write it needs no cleaning.
    if said !~ '^(2L|[A-Z]{1,3}|Pipe)[0-9]([0-9X./]|-[0-9]+/)*(LLBB|SLBB|STD|XS|XXS|SCH[0-9]+)?$' then
        -- ½ after a digit is a part of the number; as for the rest, what looks alike becomes alike.
        said := regexp_replace(said, '([0-9])\s*([\u00BC-\u00BE\u2150-\u215E])', '\1-\2', 'g');
        said := upper(normalize(said, nfkc));
        said := regexp_replace(said, '[\u200B-\u200D\u2060\uFEFF"''\u2032\u2033\u201C-\u201F_]', '', 'g');
        said := translate(
            said,
            e'\u2044\u2215\u00D7\u2715\u2716\u2A2F\u0425\u03A7*\u2217\u2010\u2011\u2012\u2013\u2014\u2212\u2220',
            '//XXXXXXXX------L'
        );
        said := regexp_replace(said, '\s*(#|LBS?\.?(/F(OO)?T\.?)?|PLF|KG/M)\s*$', '');
        said := regexp_replace(said, '([0-9])\s*-?\s*(INCH(ES)?|IN\.|IN\M|MM|OD\M|O\.D\.|DIA\M\.?)', '\1 ', 'g');
        said := regexp_replace(said, '([0-9]),([0-9])', '\1.\2', 'g');
        said := regexp_replace(said, '([0-9])\s*BY\s*([0-9.])', '\1X\2', 'g');
        said := regexp_replace(said, '([0-9])\s+-?\s*([0-9]+\s*/\s*[0-9])', '\1-\2', 'g');
        said := regexp_replace(said, '^\s*(2|TWO|DOUBLE|DBL)[\s-]*(L|ANGLES?)(?![A-Z])', '2L');
        said := regexp_replace(said, '([0-9])\s+([0-9.])', '\1X\2', 'g');
        said := regexp_replace(said, '\s+', '', 'g');
        said := regexp_replace(said, '([0-9])-([0-9.]+)(?![0-9./])', '\1X\2', 'g');
    end if;
    said := upper(said);

    if said ~ '^(PIPE|P|PX|PXX|NPS|DN)[0-9]' or said ~ 'PIPE' then
        kind := 'PIPE';
        suffix := case
            when said ~ '^PXX[0-9]|XX-?S|DOUBLE-?(X|EXTRA)|XXH' then 'XXS'
            when said ~ '^PX[0-9]|X-?S|EXTRA-?(STRONG|HEAVY)|XH' then 'XS'
            when said ~ 'ST(AN)?D|^P[0-9]' then 'STD'
            when said ~ 'SCH' then 'SCH' || coalesce(substring(said, 'SCH[A-Z.-]*([0-9]+)'), '')
            else ''
        end;
        said := regexp_replace(said, 'SCH[A-Z.-]*[0-9]*', '');
        said := coalesce(substring(said, '[0-9.][0-9./-]*[0-9]|[0-9]'), '');
    else
        part := regexp_match(
            said,
            '^(2L|LL|L|ANGLE|WF|WT|W|MC|MT|M|ST|S|HP|BP|C|HSS|TS|TUBE|SHS|RHS|CHS)[.-]?X?([0-9.].*)$'
        );
        if part is null then
            -- The designations before 1973: 14WF90.
            part := regexp_match(said, '^([0-9.]+)(WF|WT|W|MC|MT|M|ST|S|I|HP|BP|C|\[)X?([0-9.]+)$');
            part := case
                when part is null then array['?', regexp_replace(said, '^[^0-9]+', '')]
                else array[part[2], part[1] || 'X' || part[3]]
            end;
        end if;
        said := part[2];
        kind := case
            when part[1] = 'WF' then 'W'
            when part[1] = 'BP' then 'HP'
            when part[1] = 'I' then 'S'
            when part[1] = '[' then 'C'
            when part[1] = 'LL' then '2L'
            when part[1] = 'ANGLE' then 'L'
            when part[1] in ('TS', 'TUBE', 'SHS', 'RHS', 'CHS') then 'HSS'
            else part[1]
        end;
        if kind in ('2L', '?') and said ~ '[LS]LBB?$' then
            suffix := substring(said, '([LS])LBB?$') || 'LBB';
            said   := regexp_replace(said, '[-,]?[LS]LBB?$', '');
        end if;
    end if;

    foreach spelled in array string_to_array(said, 'X') loop
        if spelled ~ '^([0-9]+[.]?[0-9]*|[.][0-9]+)$' then
            size := spelled::numeric;
        elsif spelled ~ '^([0-9]+-)?[0-9]+/0*[1-9][0-9]*$' then
            part := regexp_match(spelled, '^(?:([0-9]+)-)?([0-9]+)/([0-9]+)$');
            size := coalesce(part[1], '0')::numeric + round(part[2]::numeric / part[3]::numeric, 6);
        else
            return null;
        end if;
        -- Sixteenths of an inch are also written with three digits: .188 is 3/16.
        if kind in ('L', '2L', 'HSS', 'PIPE', '?')
           and scale(size) >= 3
           and abs(size * 16 - round(size * 16)) <= 0.016
        then
            size := round(size * 16) / 16;
        end if;
        sizes := sizes || trim_scale(size);
    end loop;
    if sizes = '{}' then
        return null;
    end if;
    if kind in ('L', '2L') and sizes[1] < sizes[2] then
        sizes[1:2] := array[sizes[2], sizes[1]];
    end if;
    if kind = '2L' and sizes[4] = 0 then
        sizes := sizes[1:3];
    end if;
    -- Up to these sizes the schedules are the weights; AISC names the others in their EDI names.
    if kind = 'PIPE' and (suffix = 'SCH40' and sizes[1] <= 10 or suffix = 'SCH80' and sizes[1] <= 8)
    then
        suffix := case suffix when 'SCH40' then 'STD' else 'XS' end;
    end if;
    return concat_ws('|', kind, array_to_string(sizes, '|'), nullif(suffix, ''));
end
$function$;
revoke execute on function catalog.shape_key(text) from public;
comment on function catalog.shape_key(text) is
    'The designation of a section in one spelling, however it was typed.';

-- The sections that a designation can mean: by AISC's name, else EDI's, else the metric one, in that
-- order; in any usual spelling, of the newest edition unless one is named.
--
--     select section.shape, named.name
--       from catalog.shapes_named('W360×134', 'v16.0') as named
--       join catalog.material_catalog as section using (material_id);
--     -- W14X90 | metric
--
create function catalog.shapes_named(
    shape   text,
    edition text default null,
    grade   text default null
)
    returns table (
        material_id uuid,
        name        text
    )
    language plpgsql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
    key    text;
    sizes  text[];
begin
    perform app.require_between(
        'length of shape, edition and grade',
        coalesce(length(concat(shapes_named.shape, shapes_named.edition, shapes_named.grade)), 0),
        0, 300
    );
    wanted := coalesce(shapes_named.edition, catalog.newest_edition(shapes_named.grade));
    key    := catalog.shape_key(shapes_named.shape);
    -- The whole inches, or millimetres, of the first two sizes: few labels have these digits.
    sizes  := array(
        select ltrim(substring(split_part(key, '|', place), '^[0-9]+'), '0')
          from unnest('{2,3}'::integer[]) as place
    );
    return query
    select section.material_id, 'AISC'
      from catalog.material_catalog as section
     where upper(section.shape) = upper(shapes_named.shape)
       and section.edition = wanted
       and section.kind = 'section'
       and section.grade is not distinct from shapes_named.grade;
    -- A pipe of a metric size has the name of another one in inches: Pipe20STD.
    if found and coalesce(key, '') not like 'PIPE|%' then
        return;
    end if;
    return query
    select section.material_id, spelled.name
      from catalog.material_catalog as section
     cross join lateral (
               select other.name, other.sort_order
                 from (values ('AISC', 1, section.shape),
                              ('EDI', 2, nullif(section.edi_label, section.shape)),
                              ('metric', 3, section.metric_label)
                      ) as other (name, sort_order, label)
                where strpos(other.label, coalesce(sizes[1], '')) > 0
                  and strpos(other.label, coalesce(sizes[2], '')) > 0
                  and catalog.shape_key(other.label) = key
                order by other.sort_order
                limit 1
           ) as spelled
     where section.edition = wanted
       and section.kind = 'section'
       and section.grade is not distinct from shapes_named.grade
       and section.shape_type = split_part(key, '|', 1)
       and upper(section.shape) <> upper(shapes_named.shape)
     order by spelled.sort_order, section.shape;
end
$function$;
revoke execute on function catalog.shapes_named(text, text, text) from public;
comment on function catalog.shapes_named(text, text, text) is
    'The sections that a designation can mean, in any usual spelling; AISC''s names come first.';

-- Sections whose sizes are nearest to those of a designation, for one that is not found.
--
--     select catalog.nearest_shapes('W14X91', 'v16.0');
--     -- {W14X90,W14X99,W14X82}
--
create function catalog.nearest_shapes(
    shape   text,
    edition text    default null,
    grade   text    default null,
    count   integer default 3
)
    returns text[]
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
    sought text[];
begin
    perform app.require_between(
        'length of shape, edition and grade',
        coalesce(length(concat(nearest_shapes.shape, nearest_shapes.edition, nearest_shapes.grade)), 0),
        0, 300
    );
    perform app.require_between('count', nearest_shapes.count, 1, 100);
    wanted := coalesce(nearest_shapes.edition, catalog.newest_edition(nearest_shapes.grade));
    sought := string_to_array(catalog.shape_key(nearest_shapes.shape), '|');
    return (
        with candidates as materialized (
            select section.shape,
                   string_to_array(catalog.shape_key(named.label), '|') as parts
              from catalog.material_catalog as section
             cross join lateral (values (section.shape), (section.metric_label)) as named (label)
             where section.kind = 'section'
               and section.edition = wanted
               and section.grade is not distinct from nearest_shapes.grade
               and (section.shape_type = sought[1]
                    or sought[1] = '?' and strpos(named.label, split_part(sought[2], '.', 1)) > 0)
        ),
        -- The difference of two sizes is the logarithm of their ratio.
        compared as (
            select candidate.shape,
                   sum(case
                       when pair.mine is null or pair.theirs is null then 2.0
                       when pair.mine = pair.theirs then 0.0
                       when pair.mine ~ '^[0-9.]+$' and pair.theirs ~ '^[0-9.]+$'
                       then abs(ln(greatest(pair.mine::numeric, 0.001)
                                   / greatest(pair.theirs::numeric, 0.001)))
                       when pair.mine ~ '^[0-9.]+$' or pair.theirs ~ '^[0-9.]+$' then 2.0
                       else 0.05
                   end) as distance
              from candidates as candidate
             cross join lateral unnest(sought[2:], candidate.parts[2:]) as pair (mine, theirs)
             where candidate.parts is not null
             group by candidate.shape, candidate.parts
        ),
        nearest as (
            select compared.shape, min(compared.distance) as distance
              from compared
             group by compared.shape
             order by 2, 1
             limit nearest_shapes.count
        )
        select coalesce(array_agg(nearest.shape order by nearest.distance, nearest.shape), '{}')
          from nearest
    );
end
$function$;
revoke execute on function catalog.nearest_shapes(text, text, text, integer) from public;
comment on function catalog.nearest_shapes(text, text, text, integer) is
    'The sections whose sizes are nearest to those of a designation.';

-- The newest edition of the shapes database that has been imported for a grade of steel.
-- Editions compare by number: v9.1 is older than v16.0. One of which only a part was imported comes
-- after all that are complete.
--
--     select catalog.newest_edition();
--     -- v16.0
--
create or replace function catalog.newest_edition(
    grade text default null
)
    returns text
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    newest text;
begin
    select import.edition
      into newest
      from catalog.imports as import
     where import.kind = 'aisc'
       and import.grade is not distinct from newest_edition.grade
       and import.undone_at is null
     order by import.is_complete is not false desc,
              string_to_array(substr(import.edition, 2), '.')::integer[] desc
     limit 1;

    if newest is null then
        raise exception using
            errcode = 'ES102',
            message = coalesce(
                'no shapes of grade ' || newest_edition.grade || ' are in the catalog',
                'no shapes are in the catalog'
            ),
            hint    = 'Import a workbook with: tooling import-aisc FILE';
    end if;
    return newest;
end
$function$;
revoke execute on function catalog.newest_edition(text) from public;
comment on function catalog.newest_edition(text) is
    'The newest edition of the shapes database imported for a grade of steel.';

-- One section by its designation: AISC's, EDI's or the metric one, in any usual spelling; the newest
-- edition unless one is named.
--
--     select shape, weight_lb_per_ft, sx_in3 from catalog.find_shape('w14 × 90', 'v16.0');
--     -- W14X90 | 90 | 143
--
create or replace function catalog.find_shape(
    shape   text,
    edition text default null,
    grade   text default null
)
    returns catalog.material_catalog
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
    found_shape catalog.material_catalog;
    elsewhere text;
    removed text;
    nearest text[];
begin
    wanted := coalesce(find_shape.edition, catalog.newest_edition(find_shape.grade));
    select section.*
      into found_shape
      from catalog.shapes_named(find_shape.shape, wanted, find_shape.grade) as named
      join catalog.material_catalog as section
        on section.material_id = named.material_id
     limit 1;
    if found_shape.material_id is not null then
        return found_shape;
    end if;

    select string_agg(concat_ws(' ', section.edition, section.grade), ', '
                      order by section.edition, section.grade)
      into elsewhere
      from (select distinct other.edition, other.grade
              from catalog.material_catalog as other
             where other.kind = 'section') as section
     where exists (
               select
                 from catalog.shapes_named(find_shape.shape, section.edition, section.grade)
           );
    select format(
               'Its import %s was undone by %s on %s%s.', import.import_id, import.undone_by,
               import.undone_at::date, coalesce(': ' || import.undo_reason, '')
           )
      into removed
      from catalog.replaced_rows as replaced
      join catalog.imports as import
        on import.import_id = replaced.import_id
     where replaced.relation = 'catalog.material_catalog'
       and replaced.is_removed
       and upper(replaced.was ->> 'shape') = upper(find_shape.shape)
       and replaced.was ->> 'edition' = wanted
     order by replaced.replaced_at desc
     limit 1;
    nearest := catalog.nearest_shapes(find_shape.shape, wanted, find_shape.grade);
    raise exception using
        errcode = 'ES103',
        message = format(
            'shape %s is not in edition %s',
            find_shape.shape, concat_ws(' ', wanted, find_shape.grade)
        ),
        hint    = coalesce(
            removed,
            'It is in: ' || elsewhere || '.',
            case cardinality(nearest)
                when 0 then null
                when 1 then format('The nearest is %s.', nearest[1])
                else format(
                    'The nearest are %s and %s.',
                    array_to_string(nearest[:cardinality(nearest) - 1], ', '),
                    nearest[cardinality(nearest)]
                )
            end,
            'Write it as the manual prints it, such as W14X90, HSS8X8X1/2 or Pipe12STD.'
        );
end
$function$;
revoke execute on function catalog.find_shape(text, text, text) from public;
comment on function catalog.find_shape(text, text, text) is
    'One section by its designation in any usual spelling; the newest edition unless one is named.';

-- Every printed dimension and property of a section, in US or SI units.
--
--     select symbol, value, unit
--       from catalog.shape_properties('W14X90', 'v16.0', 'si')
--      where symbol = 'Sx';
--     -- Sx | 2340 | 10^3 mm^3
--
create or replace function catalog.shape_properties(
    shape   text,
    edition text default null,
    units   text default 'us',
    grade   text default null
)
    returns table (
        symbol      text,
        value       numeric,
        unit        text,
        category    text,
        description text
    )
    language plpgsql
    stable
    security invoker
    rows 60
    set search_path = pg_catalog, pg_temp
as $function$
declare
    section catalog.material_catalog;
begin
    if shape_properties.units is null or shape_properties.units not in ('us', 'si') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('units cannot be %L', shape_properties.units),
            hint    = 'Give us or si.';
    end if;
    section := catalog.find_shape(
        shape_properties.shape, shape_properties.edition, shape_properties.grade
    );

    return query
    select definition.symbol,
           trim_scale(stated.value::numeric),
           case shape_properties.units
               when 'us' then definition.unit_us
               else definition.unit_si
           end,
           definition.category,
           definition.description
      from jsonb_each(
               coalesce(section.dimensions -> shape_properties.units, '{}')
               || coalesce(section.properties -> shape_properties.units, '{}')
           ) as stated (symbol, value)
      join catalog.property_definitions as definition
        on definition.symbol = stated.symbol
     order by definition.sort_order;
end
$function$;
revoke execute on function catalog.shape_properties(text, text, text, text) from public;
comment on function catalog.shape_properties(text, text, text, text) is
    'Every dimension and property that the catalog prints of a section, in US or SI units.';

-- Where each printed value of a section comes from: the file, its hash, the sheet and the row.
--
--     select units, value, file_name, sheet, source_row
--       from catalog.shape_sources('W14X90', 'v16.0')
--      where symbol = 'Ix' and units = 'us';
--     -- us | 999 | aisc-shapes-database-v16.0.xlsx | Database v16.0 | 208
--
create or replace function catalog.shape_sources(
    shape   text,
    edition text default null,
    grade   text default null
)
    returns table (
        units       text,
        symbol      text,
        value       numeric,
        source      text,
        file_name   text,
        file_sha256 text,
        sheet       text,
        source_row  integer,
        imported_at timestamptz,
        imported_by text
    )
    language plpgsql
    stable
    security invoker
    rows 120
    set search_path = pg_catalog, pg_temp
as $function$
declare
    section catalog.material_catalog;
begin
    section := catalog.find_shape(
        shape_sources.shape, shape_sources.edition, shape_sources.grade
    );

    return query
    select unit_system.name,
           stated.symbol,
           trim_scale(stated.value::numeric),
           section.source,
           import.file_name,
           import.file_sha256,
           case when elsewhere.origin is null then section.source_sheet
                else elsewhere.origin ->> 'sheet'
           end,
           coalesce((elsewhere.origin ->> 'row')::integer, section.source_row),
           import.imported_at,
           import.imported_by
      from (values ('us', 1), ('si', 2)) as unit_system (name, sort_order)
     cross join lateral jsonb_each(
               coalesce(section.dimensions -> unit_system.name, '{}')
               || coalesce(section.properties -> unit_system.name, '{}')
           ) as stated (symbol, value)
      join catalog.property_definitions as definition
        on definition.symbol = stated.symbol
     cross join lateral (
               select section.other_sources -> (unit_system.name || '.' || stated.symbol)
           ) as elsewhere (origin)
      join catalog.imports as import
        on import.import_id = coalesce(
               (elsewhere.origin ->> 'import_id')::uuid, section.import_id
           )
     order by unit_system.sort_order, definition.sort_order;
end
$function$;
revoke execute on function catalog.shape_sources(text, text, text) from public;
comment on function catalog.shape_sources(text, text, text) is
    'Where each printed value of a section comes from: the file, its hash, the sheet and the row.';

-- What changed between two editions of the shapes database: shapes added and removed, values that
-- differ where both editions print one.
--
--     select shape, change from catalog.diff('v15.0', 'v16.0') where shape = 'W44X408';
--     -- W44X408 | added
--
create or replace function catalog.diff(
    edition_from text,
    edition_to   text,
    units        text default 'us',
    grade        text default null
)
    returns table (
        shape      text,
        change     text,
        symbol     text,
        value_from numeric,
        value_to   numeric,
        unit       text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    missing text;
begin
    if diff.units is null or diff.units not in ('us', 'si') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('units cannot be %L', diff.units),
            hint    = 'Give us or si.';
    end if;
    select named.edition
      into missing
      from (values (diff.edition_from), (diff.edition_to)) as named (edition)
     where not exists (
               select
                 from catalog.material_catalog as section
                where section.kind = 'section'
                  and section.edition = named.edition
                  and section.grade is not distinct from diff.grade
           )
     limit 1;
    if found then
        raise exception using
            errcode = 'ES102',
            message = format(
                'edition %s is not in the catalog', concat_ws(' ', missing, diff.grade)
            ),
            hint    = 'Import it with: tooling import-aisc FILE';
    end if;

    return query
    with older as (
        select section.shape,
               coalesce(section.dimensions -> diff.units, '{}')
               || coalesce(section.properties -> diff.units, '{}') as stated
          from catalog.material_catalog as section
         where section.kind = 'section'
           and section.edition = diff.edition_from
           and section.grade is not distinct from diff.grade
    ),
    newer as (
        select section.shape,
               coalesce(section.dimensions -> diff.units, '{}')
               || coalesce(section.properties -> diff.units, '{}') as stated
          from catalog.material_catalog as section
         where section.kind = 'section'
           and section.edition = diff.edition_to
           and section.grade is not distinct from diff.grade
    )
    select coalesce(older.shape, newer.shape) as name,
           case when older.shape is null then 'added'
                when newer.shape is null then 'removed'
                else 'changed'
           end,
           definition.symbol,
           trim_scale((older.stated -> definition.symbol)::numeric),
           trim_scale((newer.stated -> definition.symbol)::numeric),
           case diff.units when 'us' then definition.unit_us else definition.unit_si end
      from older
      full join newer
        on newer.shape = older.shape
      left join lateral (
               select was.key
                 from jsonb_each(older.stated) as was
                where newer.stated ? was.key
                  and newer.stated -> was.key <> was.value
           ) as differing (symbol)
        on true
      left join catalog.property_definitions as definition
        on definition.symbol = differing.symbol
     where older.shape is null
        or newer.shape is null
        or differing.symbol is not null
     order by name, definition.sort_order;
end
$function$;
revoke execute on function catalog.diff(text, text, text, text) from public;
comment on function catalog.diff(text, text, text, text) is
    'What changed between two editions of the shapes database: shapes and printed values.';

-- What a section is searched by, in US or SI units: weight, depth, width, area, and Ix, Sx, Zx, rx,
-- Iy, Sy, Zy, ry, J. In SI it is the printed value, unless that is absent or contradicts the US one:
-- then the US value converted, to four digits.
--
--     select catalog.section_measures(catalog.find_shape('W14X90', 'v16.0'), 'si') ->> 'sx';
--     -- 2340
--
create function catalog.section_measures(
    section catalog.material_catalog,
    units   text
)
    returns jsonb
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select jsonb_object_agg(measure.name, trim_scale(case
               when section_measures.units = 'us' then measure.us
               when measure.us is null then measure.si
               when abs(measure.si - measure.us * measure.factor)
                    <= measure.tolerance * measure.us * measure.factor + measure.slack
               then measure.si
               when measure.us > 0 then round(
                   measure.us * measure.factor, 3 - floor(log(measure.us * measure.factor))::integer
               )
           end))
      from (select (section_measures.section).dimensions -> 'si' as dimensions,
                   (section_measures.section).properties -> 'si' as properties,
                   (section_measures.section).shape_type = 'L' as is_angle) as printed
     cross join lateral (values
           ('weight', (section_measures.section).weight_lb_per_ft, 1.48816394357, 0.04, 0.6,
            (printed.properties ->> 'W')::numeric),
           ('area', (section_measures.section).area_in2, 645.16, 0.015, 0,
            (printed.properties ->> 'A')::numeric),
           ('depth', (section_measures.section).depth_in, 25.4, 0.015, 0.5,
            case when printed.is_angle then greatest(
                     (printed.dimensions ->> 'd')::numeric, (printed.dimensions ->> 'b')::numeric
                 )
                 else coalesce((printed.dimensions ->> 'd')::numeric,
                               (printed.dimensions ->> 'Ht')::numeric,
                               (printed.dimensions ->> 'OD')::numeric)
            end),
           ('width', (section_measures.section).width_in, 25.4, 0.015, 0.5,
            case when printed.is_angle then least(
                     (printed.dimensions ->> 'd')::numeric, (printed.dimensions ->> 'b')::numeric
                 )
                 else coalesce((printed.dimensions ->> 'bf')::numeric,
                               (printed.dimensions ->> 'B')::numeric,
                               (printed.dimensions ->> 'OD')::numeric)
            end),
           ('ix', (section_measures.section).ix_in4, 0.4162314256, 0.015, 0,
            (printed.properties ->> 'Ix')::numeric),
           ('sx', (section_measures.section).sx_in3, 16.387064, 0.015, 0,
            (printed.properties ->> 'Sx')::numeric),
           ('zx', (section_measures.section).zx_in3, 16.387064, 0.015, 0,
            (printed.properties ->> 'Zx')::numeric),
           ('rx', (section_measures.section).rx_in, 25.4, 0.015, 0,
            (printed.properties ->> 'rx')::numeric),
           ('iy', (section_measures.section).iy_in4, 0.4162314256, 0.015, 0,
            (printed.properties ->> 'Iy')::numeric),
           ('sy', (section_measures.section).sy_in3, 16.387064, 0.015, 0,
            (printed.properties ->> 'Sy')::numeric),
           ('zy', (section_measures.section).zy_in3, 16.387064, 0.015, 0,
            (printed.properties ->> 'Zy')::numeric),
           ('ry', (section_measures.section).ry_in, 25.4, 0.015, 0,
            (printed.properties ->> 'ry')::numeric),
           ('j', (section_measures.section).j_in4, 416.2314256, 0.015, 0,
            (printed.properties ->> 'J')::numeric)
           ) as measure (name, us, factor, tolerance, slack, si);
end;
revoke execute on function catalog.section_measures(catalog.material_catalog, text) from public;
comment on function catalog.section_measures(catalog.material_catalog, text) is
    'What a section is searched by, in US or SI units: what its source prints, where it does.';

-- Whether a hollow section is round, square or rectangular; null for one that is not hollow.
--
--     select catalog.hollow_form(catalog.find_shape('HSS12X10X3/16', 'v16.0'));
--     -- rectangular
--
create function catalog.hollow_form(section catalog.material_catalog)
    returns text
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select case
               when (hollow_form.section).shape_type not in ('HSS', 'PIPE') then null
               when sizes.said ? 'OD' then 'round'
               when sizes.said -> 'Ht' = sizes.said -> 'B' then 'square'
               when sizes.said ? 'Ht' then 'rectangular'
           end
      from (select coalesce((hollow_form.section).dimensions -> 'us',
                            (hollow_form.section).dimensions -> 'si') as said) as sizes;
end;
revoke execute on function catalog.hollow_form(catalog.material_catalog) from public;
comment on function catalog.hollow_form(catalog.material_catalog) is
    'Whether a hollow section is round, square or rectangular; null for others.';

-- The available flexural strength of a section for yielding, about the axis x or y: phi Mn with phi
-- 0.90 (lrfd) or Mn / Omega with Omega 1.67 (asd), in kip-ft, or in kN-m where fy is in MPa.
-- AISC 360-16: Mn is Fy Zx (F2-1), for the minor axis of I-shapes and channels the lesser of Fy Zy and
-- 1.6 Fy Sy (F6-1), for HSS and pipe Fy Z (F7-1, F8-1). Null where another limit state may come first
-- at any length: the section is not compact (Table B4.1b), or of another type. Lateral-torsional
-- buckling is not considered.
--
--     select round(catalog.flexural_strength(
--                catalog.find_shape('W14X90', 'v16.0'), 'x', 36, 'lrfd', 'us'
--            ));
--     -- 424
--
create function catalog.flexural_strength(
    section catalog.material_catalog,
    axis    text,
    fy      numeric,
    method  text,
    units   text
)
    returns numeric
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    kind      constant text    := (section).shape_type;
    -- Typed columns are faster to read than all measures.
    measures  constant jsonb   := case units
        when 'us' then jsonb_build_object(
            'zx', (section).zx_in3, 'zy', (section).zy_in3, 'sy', (section).sy_in3
        )
        else catalog.section_measures(section, units)
    end;
    us        constant jsonb   := (section).properties -> 'us';
    ratios    constant jsonb   := coalesce((section).properties -> 'si', '{}') || coalesce(us, '{}');
    -- The square root of E / Fy, with Fy in ksi.
    root      constant numeric := sqrt(29000 / case units when 'si' then fy / 6.894757 else fy end);
    sizes     constant jsonb   := coalesce((section).dimensions -> 'us', (section).dimensions -> 'si');
    is_round  constant boolean := (ratios ? 'D/t' or sizes ? 'OD') and kind in ('HSS', 'PIPE');
    -- Slenderness as it is printed, else of the printed sizes.
    flange    constant numeric := coalesce(
        (ratios ->> 'bf/2tf')::numeric, (ratios ->> 'b/t')::numeric,
        (sizes ->> 'bf')::numeric / nullif((sizes ->> 'tf')::numeric, 0)
        / case when kind in ('C', 'MC') then 1 else 2 end
    );
    web       constant numeric := coalesce(
        (ratios ->> 'h/tw')::numeric,
        ((sizes ->> 'd')::numeric - 2 * (sizes ->> 'kdes')::numeric)
        / nullif((sizes ->> 'tw')::numeric, 0)
    );
    wall      constant numeric := nullif((sizes ->> 'tdes')::numeric, 0);
    shorter   constant numeric := coalesce(
        (ratios ->> 'b/tdes')::numeric, (sizes ->> 'b')::numeric / wall
    );
    longer    constant numeric := coalesce(
        (ratios ->> 'h/tdes')::numeric, (sizes ->> 'h')::numeric / wall
    );
    compact   boolean;
    modulus   numeric;
begin
    modulus := (measures ->> ('z' || axis))::numeric;
    if kind in ('W', 'M', 'S', 'HP', 'C', 'MC') then
        compact := flange <= 0.38 * root and (axis = 'y' or web <= 3.76 * root);
        if axis = 'y' then
            modulus := least(modulus, 1.6 * (measures ->> 'sy')::numeric);
        end if;
    elsif is_round then
        compact := coalesce((ratios ->> 'D/t')::numeric, (sizes ->> 'OD')::numeric / wall)
                   <= 0.07 * root ^ 2;
    elsif kind = 'HSS' then
        -- The wall in compression is the shorter one about x, the longer one about y.
        compact := case axis when 'x' then shorter else longer end <= 1.12 * root
                   and case axis when 'x' then longer else shorter end <= 2.42 * root;
    end if;
    if compact is not true then
        return null;
    end if;
    return fy * modulus / case units when 'si' then 1000 else 12 end
           * case method when 'lrfd' then 0.90 else 1 / 1.67 end;
end
$function$;
revoke execute on function catalog.flexural_strength(
    catalog.material_catalog, text, numeric, text, text
) from public;
comment on function catalog.flexural_strength(
    catalog.material_catalog, text, numeric, text, text
) is 'The available flexural strength of a compact section for yielding, by LRFD or ASD.';

-- Each section of the given types beside each limit: its value, and whether that is within the limit.
-- Limits are an object of min- or max- and a name of catalog.section_measures(), such as
-- {"min-sx": 25, "max-depth": 12}. `strength` is null, or an object with mx, my, fy and method: then
-- mx over its available strength plus my over its own (AISC 360-16 H1-1b without axial force) is at
-- most 1, the limit max-strength-ratio.
--
--     select round(value, 1), is_met
--       from catalog.section_checks('{W}', '{"min-sx": 150}', null, 'us', null, 'v16.0', null)
--       join catalog.material_catalog using (material_id)
--      where shape = 'W14X90';
--     -- 143.0 | f
--
create function catalog.section_checks(
    shape_types text[],
    limits      jsonb,
    strength    jsonb,
    units       text,
    form        text,
    edition     text,
    grade       text
)
    returns table (
        material_id uuid,
        limit_name  text,
        bound       numeric,
        value       numeric,
        is_met      boolean
    )
    language plpgsql
    stable
    security invoker
    rows 2000
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select section.material_id,
           checked.name,
           checked.bound,
           checked.value,
           coalesce(case when checked.name like 'min-%' then checked.value >= checked.bound
                         else checked.value <= checked.bound
                    end, false)
      from catalog.material_catalog as section
     cross join lateral (
               select catalog.section_measures(section, section_checks.units) as measures
               offset 0
           ) as measured
     cross join lateral (
               select given.key as name,
                      given.value::numeric as bound,
                      (measured.measures ->> substr(given.key, 5))::numeric as value
                 from jsonb_each_text(section_checks.limits) as given
                union all
               select 'max-strength-ratio', 1.0,
                      coalesce((asked.mx / nullif(catalog.flexural_strength(
                          section, 'x', asked.fy, asked.method, section_checks.units), 0)),
                          case asked.mx when 0 then 0 end)
                      + coalesce((asked.my / nullif(catalog.flexural_strength(
                          section, 'y', asked.fy, asked.method, section_checks.units), 0)),
                          case asked.my when 0 then 0 end)
                 from jsonb_to_record(section_checks.strength)
                          as asked (mx numeric, my numeric, fy numeric, method text)
                where section_checks.strength is not null
           ) as checked
     where section.kind = 'section'
       and section.edition = section_checks.edition
       and section.grade is not distinct from section_checks.grade
       and section.shape_type = any (section_checks.shape_types)
       and (section_checks.form is null
            or section_checks.form = catalog.hollow_form(section));
end
$function$;
revoke execute on function catalog.section_checks(
    text[], jsonb, jsonb, text, text, text, text
) from public;
comment on function catalog.section_checks(text[], jsonb, jsonb, text, text, text, text) is
    'Each section of the given types beside each limit, and whether it is within that.';

-- Raise an error unless these are arguments that sections can be searched by.
--
--     select catalog.require_search('{W}', '{"min-sq": 25}', null, 'us', null, 'v16.0', null);
--     -- ERROR 22023: limit min-sq cannot be 25
--
create function catalog.require_search(
    shape_types text[],
    limits      jsonb,
    strength    jsonb,
    units       text,
    form        text,
    edition     text,
    grade       text
)
    returns void
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    names   constant text   := 'weight, depth, width, area, ix, sx, zx, rx, iy, sy, zy, ry or j';
    bending constant text[] := '{W,M,S,HP,C,MC,HSS,PIPE}';
    wrong   text;
    hint    text;
begin
    perform app.require_between(
        'number of shape_types', coalesce(cardinality(require_search.shape_types), 0), 0, 100
    );
    perform app.require_between(
        'length of shape_types, limits, strength, edition and grade',
        length(concat(
            array_to_string(require_search.shape_types, ''), require_search.limits,
            require_search.strength, require_search.edition, require_search.grade
        )),
        0, 4000
    );
    select string_agg(given.name, ', ')
      into wrong
      from unnest(require_search.shape_types) as given (name)
     where not exists (
               select
                 from catalog.material_catalog as section
                where section.kind = 'section'
                  and section.edition = require_search.edition
                  and section.grade is not distinct from require_search.grade
                  and section.shape_type = given.name
           );
    if wrong is not null or coalesce(cardinality(require_search.shape_types), 0) = 0 then
        raise exception using
            errcode = 'ES104',
            message = format(
                'edition %s has no shapes of type %s',
                concat_ws(' ', require_search.edition, require_search.grade),
                coalesce(wrong, 'nothing')
            ),
            hint    = 'Types are W, M, S, HP, C, MC, L, WT, MT, ST, 2L, HSS and PIPE.';
    end if;

    select given.said, given.hint
      into wrong, hint
      from (values
            (require_search.units is null or require_search.units not in ('us', 'si'),
             format('units cannot be %L', require_search.units), 'Give us or si.'),
            (require_search.form not in ('round', 'square', 'rectangular'),
             format('form cannot be %L', require_search.form),
             'Give round, square or rectangular.'),
            (coalesce(jsonb_typeof(require_search.limits), 'null') <> 'object',
             'limits are not an object', 'Such as {"min-sx": 25}.'),
            (coalesce(jsonb_typeof(require_search.strength), 'object') <> 'object',
             'strength is not an object', 'Give mx, my, fy and method.')
           ) as given (is_wrong, said, hint)
     where given.is_wrong
     limit 1;
    if wrong is null then
        select format('limit %s cannot be %s', given.key, given.value),
               'A limit is min- or max- and ' || names || ', and a number from 0.'
          into wrong, hint
          from jsonb_each(require_search.limits) as given
         where given.key !~ '^(min|max)-(weight|depth|width|area|[isrz][xy]|j)$'
            or jsonb_typeof(given.value) <> 'number'
            or case jsonb_typeof(given.value) when 'number' then given.value::numeric < 0 end
         limit 1;
    end if;
    if wrong is null and require_search.strength is not null then
        select given.said, given.hint
          into wrong, hint
          from (values
                (exists (select
                           from unnest('{mx,my,fy}'::text[]) as key
                          where coalesce(jsonb_typeof(require_search.strength -> key), 'null')
                                <> 'number'),
                 'mx, my and fy of a strength are not numbers', 'A moment of none is 0.'),
                (coalesce(require_search.strength ->> 'method', '') not in ('lrfd', 'asd'),
                 format('method cannot be %L', require_search.strength ->> 'method'),
                 'Give lrfd (phi = 0.90) or asd (Omega = 1.67).'),
                (not require_search.shape_types <@ bending,
                 'flexural strength is known of ' || array_to_string(bending, ', ') || ' only',
                 'Search the other types by Sx or Zx.')
               ) as given (is_wrong, said, hint)
         where given.is_wrong
         limit 1;
    end if;
    if wrong is null and require_search.strength is not null
       and ((require_search.strength -> 'fy')::numeric <= 0
            or least((require_search.strength -> 'mx')::numeric,
                     (require_search.strength -> 'my')::numeric) < 0)
    then
        wrong := 'fy must be above 0, and mx and my not below';
        hint  := 'Moments are given without a sign.';
    end if;
    if wrong is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = wrong,
            hint    = hint;
    end if;
end
$function$;
revoke execute on function catalog.require_search(
    text[], jsonb, jsonb, text, text, text, text
) from public;
comment on function catalog.require_search(text[], jsonb, jsonb, text, text, text, text) is
    'Raises an error unless these are arguments that sections can be searched by.';

-- The lightest sections of the given types that are within every limit of section_checks(), with
-- their measures in the given units. Of equal weight, the shallower one comes first.
--
--     select shape, measures ->> 'sx' as sx, measures ->> 'depth' as depth
--       from catalog.search_sections(
--                array['HSS', 'PIPE'], '{"min-sx": 400, "max-depth": 305}', units => 'si',
--                form => 'square', edition => 'v16.0', count => 1
--            );
--     -- HSS12X12X3/16 | 516 | 305
--
create function catalog.search_sections(
    shape_types text[],
    limits      jsonb   default '{}',
    strength    jsonb   default null,
    units       text    default 'us',
    form        text    default null,
    edition     text    default null,
    grade       text    default null,
    count       integer default 10
)
    returns table (
        shape          text,
        shape_type     text,
        of_edition     text,
        measures       jsonb,
        strength_ratio numeric,
        doubts         text[]
    )
    language plpgsql
    stable
    security invoker
    rows 10
    set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    types  constant text[] := array(select upper(name) from unnest(search_sections.shape_types) as name);
    wanted constant text   := coalesce(
        search_sections.edition, catalog.newest_edition(search_sections.grade)
    );
begin
    perform app.require_between('count', search_sections.count, 1, 10000);
    perform catalog.require_search(
        types, search_sections.limits, search_sections.strength, search_sections.units,
        search_sections.form, wanted, search_sections.grade
    );
    return query
    with checks as materialized (
        select c.*
          from catalog.section_checks(
                   types, search_sections.limits, search_sections.strength, search_sections.units,
                   search_sections.form, wanted, search_sections.grade
               ) as c
    )
    select section.shape,
           section.shape_type,
           section.edition,
           catalog.section_measures(section, search_sections.units),
           (select round(c.value, 3)
              from checks as c
             where c.material_id = section.material_id
               and c.limit_name = 'max-strength-ratio'),
           section.doubts
      from catalog.material_catalog as section
     where section.kind = 'section'
       and section.edition = wanted
       and section.grade is not distinct from search_sections.grade
       and section.shape_type = any (types)
       and (search_sections.form is null or search_sections.form = catalog.hollow_form(section))
       and not exists (
               select from checks as c where c.material_id = section.material_id and not c.is_met
           )
     order by section.weight_lb_per_ft, section.depth_in, section.shape
     limit search_sections.count;
end
$function$;
revoke execute on function catalog.search_sections(
    text[], jsonb, jsonb, text, text, text, text, integer
) from public;
comment on function catalog.search_sections(
    text[], jsonb, jsonb, text, text, text, text, integer
) is 'The lightest sections of the given types that are within every limit, in US or SI units.';

-- Why search_sections() finds nothing: the limit that no section meets which meets the others, and
-- the section that comes nearest. Null where there is one.
--
--     select catalog.why_no_section('{W}', '{"max-depth": 5.2, "min-sx": 100}', edition => 'v16.0');
--     -- no W of depth <= 5.2 in has Sx >= 100 in^3; the greatest is 10.2 in^3, of W5X19
--
create function catalog.why_no_section(
    shape_types text[],
    limits      jsonb default '{}',
    strength    jsonb default null,
    units       text  default 'us',
    form        text  default null,
    edition     text  default null,
    grade       text  default null
)
    returns text
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    types   constant text[] := array(select upper(name) from unnest(why_no_section.shape_types) as name);
    wanted  constant text   := coalesce(
        why_no_section.edition, catalog.newest_edition(why_no_section.grade)
    );
    noun    constant text   := concat_ws(
        ' ', why_no_section.form, array_to_string(types, ' or '), why_no_section.grade
    );
    nearest record;
begin
    perform catalog.require_search(
        types, why_no_section.limits, why_no_section.strength, why_no_section.units,
        why_no_section.form, wanted, why_no_section.grade
    );
    if not exists (
        select
          from catalog.material_catalog as section
         where section.kind = 'section'
           and section.edition = wanted
           and section.grade is not distinct from why_no_section.grade
           and section.shape_type = any (types)
           and (why_no_section.form is null
                or why_no_section.form = catalog.hollow_form(section))
    ) then
        return format('edition %s has no %s', wanted, noun);
    end if;

    with checks as materialized (
        select c.*,
               count(*) filter (where not c.is_met) over (partition by c.material_id) as unmet,
               bool_or(c.is_met) over (partition by c.limit_name) as is_met_by_some
          from catalog.section_checks(
                   types, why_no_section.limits, why_no_section.strength, why_no_section.units,
                   why_no_section.form, wanted, why_no_section.grade
               ) as c
    ),
    phrased as (
        select given.name,
               case given.name
                   when 'max-strength-ratio' then 'strength ratio <= 1'
                   else format(
                       '%s %s %s %s',
                       case when named.measure ~ '^([isrz][xy]|j)$' then initcap(named.measure)
                            else named.measure end,
                       case when given.name like 'min-%' then '>=' else '<=' end,
                       why_no_section.limits ->> given.name, named.unit
                   )
               end as phrase,
               case given.name when 'max-strength-ratio' then '' else ' ' || named.unit end as unit
          from (select jsonb_object_keys(why_no_section.limits) as name
                union all
                select 'max-strength-ratio' where why_no_section.strength is not null) as given
         cross join lateral (
                   select substr(given.name, 5) as measure,
                          case when why_no_section.units = 'us'
                               then case when given.name ~ 'weight' then 'lb/ft'
                                         when given.name ~ 'area' then 'in^2'
                                         when given.name ~ '-[sz][xy]' then 'in^3'
                                         when given.name ~ '-(i[xy]|j)' then 'in^4'
                                         else 'in' end
                               else case when given.name ~ 'weight' then 'kg/m'
                                         when given.name ~ 'area' then 'mm^2'
                                         when given.name ~ '-([sz][xy]|j)' then '10^3 mm^3'
                                         when given.name ~ '-i[xy]' then '10^6 mm^4'
                                         else 'mm' end
                          end as unit
               ) as named
    )
    -- A limit that nothing meets, else one that nothing meets which meets the others, rather a
    -- strength than a size; and the section that comes nearest.
    select c.limit_name, c.value, c.unmet, c.is_met_by_some, section.shape,
           (select p.phrase from phrased as p where p.name = c.limit_name) as phrase,
           (select p.unit from phrased as p where p.name = c.limit_name) as unit,
           (select string_agg(p.phrase, ' and ' order by p.name)
              from phrased as p where p.name <> c.limit_name) as others,
           (select string_agg(p.phrase, ' and ' order by p.name) from phrased as p) as everything
      into nearest
      from checks as c
      join catalog.material_catalog as section
        on section.material_id = c.material_id
     where not c.is_met
     order by c.is_met_by_some,
              case when c.is_met_by_some then c.unmet end,
              c.limit_name like 'max-%' and c.limit_name <> 'max-strength-ratio',
              c.value is null,
              case when c.limit_name like 'min-%' then c.bound / greatest(c.value, 1e-9)
                   else c.value / greatest(c.bound, 1e-9) end,
              section.shape
     limit 1;

    if exists (
        select
          from catalog.search_sections(
                   types, why_no_section.limits, why_no_section.strength, why_no_section.units,
                   why_no_section.form, wanted, why_no_section.grade, 1
               )
    ) then
        return null;
    end if;
    if nearest.is_met_by_some and nearest.unmet > 1 then
        return format('no %s has %s', noun, nearest.everything);
    end if;
    return format(
               'no %s has %s',
               noun || case when nearest.is_met_by_some then ' of ' || nearest.others else '' end,
               nearest.phrase
           )
        || case
               when nearest.value is null then '; it is not known of any'
               else format(
                   '; the %s is %s%s, of %s',
                   case when nearest.limit_name like 'min-%' then 'greatest' else 'least' end,
                   trim_scale(round(nearest.value, 4)), nearest.unit, nearest.shape
               )
           end;
end
$function$;
revoke execute on function catalog.why_no_section(
    text[], jsonb, jsonb, text, text, text, text
) from public;
comment on function catalog.why_no_section(text[], jsonb, jsonb, text, text, text, text) is
    'Why no section of the given types is within every limit, and which comes nearest.';

-- Keep rows of a catalog as they are, before an import replaces them; return how many.
--
--     select catalog.keep_rows(import_id, 'catalog.code_references', '{}')
--       from catalog.imports limit 1;
--     -- 0
--
create function catalog.keep_rows(
    import_id uuid,
    relation  text,
    keys      text[]
)
    returns bigint
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    kept bigint;
begin
    perform app.require_between(
        'number of keys', coalesce(cardinality(keep_rows.keys), 0), 0, 1000000
    );
    if keep_rows.relation = 'catalog.material_catalog' then
        insert into catalog.replaced_rows (import_id, relation, key, was, is_removed)
        select keep_rows.import_id, keep_rows.relation, row.material_id::text, to_jsonb(row), false
          from catalog.material_catalog as row
         where row.material_id::text = any (keep_rows.keys);
    elsif keep_rows.relation = 'catalog.code_references' then
        insert into catalog.replaced_rows (import_id, relation, key, was, is_removed)
        select keep_rows.import_id, keep_rows.relation, concat_ws(', ', row.code, row.section),
               to_jsonb(row), false
          from catalog.code_references as row
         where concat_ws(', ', row.code, row.section) = any (keep_rows.keys);
    else
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('relation cannot be %L', keep_rows.relation),
            hint    = 'Give catalog.material_catalog or catalog.code_references.';
    end if;
    get diagnostics kept = row_count;
    return kept;
end
$function$;
revoke execute on function catalog.keep_rows(uuid, text, text[]) from public;
comment on function catalog.keep_rows(uuid, text, text[]) is
    'Keeps rows of a catalog as they are, before an import replaces them.';

-- Take back what an import wrote: rows that it added are removed, and rows that it replaced or
-- completed are again as they were before. The import stays in the ledger, with who undid it, when
-- and why; what is taken back stays in catalog.replaced_rows. Imports that built on it are undone
-- first. Projects hold copies of what they were calculated with, and do not change.
--
--     select removed, restored
--       from catalog.undo_import('01a22b10-4bbd-7033-bfad-56f46ca8d6e1', 'a wrong file');
--     -- ERROR ES105: import 01a22b10-4bbd-7033-bfad-56f46ca8d6e1 is not in the ledger
--
create function catalog.undo_import(
    import_id uuid,
    reason    text default null,
    out removed  bigint,
    out restored bigint
)
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    undone  catalog.imports;
    later   catalog.imports;
    touched bigint;
    restored_in record;
begin
    perform app.require_between('length of reason', coalesce(length(undo_import.reason), 0), 0, 1000);
    -- The lock of imports: one of them at a time, and none while one is undone.
    perform pg_advisory_xact_lock(hashtextextended('catalog.imports', 0));
    select import.*
      into undone
      from catalog.imports as import
     where import.import_id = undo_import.import_id;
    if undone.import_id is null then
        raise exception using
            errcode = 'ES105',
            message = format('import %s is not in the ledger', undo_import.import_id),
            hint    = 'List the imports with: tooling catalog imports';
    elsif undone.undone_at is not null then
        raise exception using
            errcode = 'ES106',
            message = format(
                'import %s was undone by %s at %s',
                undone.import_id, undone.undone_by, undone.undone_at
            ),
            hint    = 'Import the file again to have its rows again.';
    elsif undone.kind not in ('aisc', 'asce') then
        raise exception using
            errcode = 'ES106',
            message = format('import %s is of a seed, %s', undone.import_id, undone.file_name),
            hint    = 'Change the file in seeds/reference, and load it with: tooling seed';
    end if;

    -- Rows that later imports made of rows of this one.
    select import.*
      into later
      from catalog.replaced_rows as replaced
      join catalog.imports as import
        on import.import_id = replaced.import_id
     where not replaced.is_removed
       and import.undone_at is null
       and import.import_id <> undone.import_id
       and (replaced.was ->> 'import_id' = undone.import_id::text
            or (replaced.was -> 'other_sources')::text like '%' || undone.import_id || '%')
     order by import.imported_at desc, import.import_id desc
     limit 1;
    if later.import_id is not null then
        raise exception using
            errcode = 'ES106',
            message = format('import %s replaced rows of import %s', later.import_id, undone.import_id),
            detail  = format('%s was imported at %s.', later.file_name, later.imported_at),
            hint    = format('Undo that one first: tooling catalog undo %s', later.import_id);
    end if;

    insert into catalog.replaced_rows (import_id, relation, key, was, is_removed)
    select undone.import_id, 'catalog.material_catalog', row.material_id::text, to_jsonb(row), true
      from catalog.material_catalog as row
     where row.import_id = undone.import_id
    union all
    select undone.import_id, 'catalog.code_references', concat_ws(', ', row.code, row.section),
           to_jsonb(row), true
      from catalog.code_references as row
     where row.import_id = undone.import_id;
    get diagnostics touched = row_count;
    select count(*)
      into restored
      from catalog.replaced_rows as earlier
     where earlier.import_id = undone.import_id
       and not earlier.is_removed;
    removed := touched - restored;
    if removed <> undone.rows_inserted
       or exists (
              select
                from catalog.material_catalog as row
               where row.import_id <> undone.import_id
                 and row.other_sources::text like '%' || undone.import_id || '%'
          )
    then
        raise exception using
            errcode = 'ES106',
            message = format(
                'what import %s replaced, or what replaced it, was not kept', undone.import_id
            ),
            detail  = format(
                'It added %s rows, and %s of its rows are there, %s with an earlier state.',
                undone.rows_inserted, touched, restored
            ),
            hint    = 'It is older than catalog.replaced_rows: correct its rows by another import.';
    end if;

    delete from ops.recorded_rows as recorded
     using catalog.replaced_rows as gone
     where gone.import_id = undone.import_id
       and gone.is_removed
       and recorded.relation = gone.relation
       and recorded.key = gone.key
       and not exists (
               select
                 from catalog.replaced_rows as earlier
                where earlier.import_id = undone.import_id
                  and not earlier.is_removed
                  and earlier.relation = gone.relation
                  and earlier.key = gone.key
           );
    -- What it added goes first: a row that is restored may have had the name of one of these. All
    -- columns are restored, those of later migrations as well.
    for restored_in in
        select place.relation, place.key,
               string_agg(format('%I', a.attname), ', ' order by a.attnum) as names,
               string_agg(format('earlier.%I', a.attname), ', ' order by a.attnum) as earlier
          from (values
                   ('catalog.material_catalog', 'row.material_id::text'),
                   ('catalog.code_references', 'concat_ws('', '', row.code, row.section)')
               ) as place (relation, key)
          join pg_attribute as a
            on a.attrelid = place.relation::regclass
           and a.attnum > 0
           and not a.attisdropped
           and a.attgenerated = ''
         group by place.relation, place.key
    loop
        execute format(
            'delete from %1$s as row'
            ' where row.import_id = $1'
            '   and not exists (select from catalog.replaced_rows as kept'
            '                    where kept.import_id = $1 and not kept.is_removed'
            '                      and kept.relation = %1$L and kept.key = %2$s)',
            restored_in.relation, restored_in.key
        ) using undone.import_id;
        execute format(
            'update %1$s as row set (%3$s) = row (%4$s)'
            '  from catalog.replaced_rows as kept'
            ' cross join lateral jsonb_populate_record(null::%1$s, kept.was) as earlier'
            ' where kept.import_id = $1 and not kept.is_removed'
            '   and kept.relation = %1$L and kept.key = %2$s',
            restored_in.relation, restored_in.key, restored_in.names, restored_in.earlier
        ) using undone.import_id;
    end loop;
    update catalog.imports as import
       set undone_at   = now(),
           undone_by   = session_user,
           undo_reason = nullif(undo_import.reason, '')
     where import.import_id = undone.import_id;
    perform ops.record_catalog_rows();
end
$function$;
revoke execute on function catalog.undo_import(uuid, text) from public;
comment on function catalog.undo_import(uuid, text) is
    'Takes back what an import wrote, and records who undid it and why.';
