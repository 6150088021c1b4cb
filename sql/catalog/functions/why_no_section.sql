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
