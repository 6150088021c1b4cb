-- Publish a constant, superseding the version in force: that one ends on the day this one starts.
-- Returns published, superseded (an earlier version was ended), closed (an open version was given
-- its end) or unchanged.
--
--     select catalog.publish_constant(
--         'K_FACTOR', 'footing_v2', 0.16, 'unitless', 'Footing calibration factor',
--         'Load tests', '2026-01-01'
--     );
--     -- superseded
--
create function catalog.publish_constant(
    name           text,
    version        text,
    value          numeric,
    unit           text,
    description    text,
    source         text,
    effective_from date,
    effective_to   date default null
)
    returns text
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored     catalog.calibration_constants;
    overlapped text;
    was_open   boolean;
begin
    select constant.*
      into stored
      from catalog.calibration_constants as constant
     where constant.name    = publish_constant.name
       and constant.version = publish_constant.version;

    if stored.name is not null then
        if row (stored.value, stored.unit, stored.description, stored.source, stored.effective_from)
           is distinct from
           row (publish_constant.value, publish_constant.unit, publish_constant.description,
                publish_constant.source, publish_constant.effective_from)
           or stored.effective_to <> publish_constant.effective_to
        then
            raise exception using
                errcode = 'ES101',
                message = format(
                    'constant %s %s is published and cannot change',
                    publish_constant.name, publish_constant.version
                ),
                detail  = format(
                    'Published: %s %s from %s. Given: %s %s from %s.',
                    stored.value, stored.unit, stored.effective_from,
                    publish_constant.value, publish_constant.unit, publish_constant.effective_from
                ),
                hint    = 'Give the new value a new version and a later effective_from.';
        end if;
        if stored.effective_to is not null or publish_constant.effective_to is null then
            return 'unchanged';
        end if;
        update catalog.calibration_constants as constant
           set effective_to = publish_constant.effective_to
         where constant.name    = publish_constant.name
           and constant.version = publish_constant.version;
        perform ops.record_catalog_rows();
        return 'closed';
    end if;

    update catalog.calibration_constants as constant
       set effective_to = publish_constant.effective_from
     where constant.name = publish_constant.name
       and constant.effective_to is null
       and constant.effective_from < publish_constant.effective_from;
    was_open := found;

    select constant.version
      into overlapped
      from catalog.calibration_constants as constant
     where constant.name = publish_constant.name
       and daterange(constant.effective_from, constant.effective_to)
           && daterange(publish_constant.effective_from, publish_constant.effective_to)
     limit 1;
    if overlapped is not null then
        raise exception using
            errcode = 'exclusion_violation',
            message = format(
                'constant %s %s would overlap %s in time',
                publish_constant.name, publish_constant.version, overlapped
            ),
            hint    = 'Start it after every published version, or end it before the next.',
            table   = 'calibration_constants',
            constraint = 'calibration_constants_name_daterange_excl';
    end if;

    insert into catalog.calibration_constants (
        name, version, value, unit, description, source, effective_from, effective_to
    )
    values (
        publish_constant.name, publish_constant.version, publish_constant.value,
        publish_constant.unit, publish_constant.description, publish_constant.source,
        publish_constant.effective_from, publish_constant.effective_to
    );
    perform ops.record_catalog_rows();
    return case when was_open then 'superseded' else 'published' end;
end
$function$;
revoke execute on function catalog.publish_constant(
    text, text, numeric, text, text, text, date, date
) from public;
comment on function catalog.publish_constant(text, text, numeric, text, text, text, date, date) is
    'Publishes a version of a constant and ends the one it supersedes.';
