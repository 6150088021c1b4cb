-- One section by its designation, in any case; the newest edition unless one is named.
--
--     select shape, weight_lb_per_ft, sx_in3 from catalog.find_shape('w14x90', 'v16.0');
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
begin
    perform app.require_between(
        'length of shape, edition and grade',
        coalesce(length(concat(find_shape.shape, find_shape.edition, find_shape.grade)), 0), 0, 300
    );
    wanted := coalesce(find_shape.edition, catalog.newest_edition(find_shape.grade));
    select section.*
      into found_shape
      from catalog.material_catalog as section
     where upper(section.shape) = upper(find_shape.shape)
       and section.edition = wanted
       and section.kind = 'section'
       and section.grade is not distinct from find_shape.grade;

    if found_shape.material_id is null then
        select string_agg(concat_ws(' ', section.edition, section.grade), ', '
                          order by section.edition, section.grade)
          into elsewhere
          from catalog.material_catalog as section
         where upper(section.shape) = upper(find_shape.shape)
           and section.kind = 'section';
        raise exception using
            errcode = 'ES103',
            message = format(
                'shape %s is not in edition %s',
                find_shape.shape, concat_ws(' ', wanted, find_shape.grade)
            ),
            hint    = coalesce(
                'It is in: ' || elsewhere || '.',
                'Write it as the manual prints it, such as W14X90, HSS8X8X1/2 or Pipe12STD.'
            );
    end if;
    return found_shape;
end
$function$;
revoke execute on function catalog.find_shape(text, text, text) from public;
comment on function catalog.find_shape(text, text, text) is
    'One section by its designation, in any case; the newest edition unless one is named.';
