-- One section by its designation: AISC's, EDI's or the metric one, in any usual spelling; the newest
-- edition unless one is named.
--
--     select shape, weight_lb_per_ft, sx_in3 from catalog.find_shape('w14 × 90', 'v16.0');
--     -- W14X90 | 90 | 143
--
create function catalog.find_shape(
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
