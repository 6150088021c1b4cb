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
