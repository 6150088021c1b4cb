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
    is_round  constant boolean := ratios ? 'D/t' and kind in ('HSS', 'PIPE');
    compact   boolean;
    modulus   numeric;
begin
    modulus := (measures ->> ('z' || axis))::numeric;
    if kind in ('W', 'M', 'S', 'HP', 'C', 'MC') then
        compact := coalesce((ratios ->> 'bf/2tf')::numeric, (ratios ->> 'b/t')::numeric) <= 0.38 * root
                   and (axis = 'y' or (ratios ->> 'h/tw')::numeric <= 3.76 * root);
        if axis = 'y' then
            modulus := least(modulus, 1.6 * (measures ->> 'sy')::numeric);
        end if;
    elsif is_round then
        compact := (ratios ->> 'D/t')::numeric <= 0.07 * root ^ 2;
    elsif kind = 'HSS' then
        -- The wall in compression is the shorter one about x, the longer one about y.
        compact := (ratios ->> case axis when 'x' then 'b/tdes' else 'h/tdes' end)::numeric
                   <= 1.12 * root
                   and (ratios ->> case axis when 'x' then 'h/tdes' else 'b/tdes' end)::numeric
                   <= 2.42 * root;
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
