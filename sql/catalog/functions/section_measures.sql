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
