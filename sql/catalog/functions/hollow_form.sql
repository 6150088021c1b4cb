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
