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
