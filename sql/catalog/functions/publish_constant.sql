-- Publish a constant, superseding the version in force: that one ends on the day this one starts.
-- Returns published, superseded (an earlier version was ended), closed (an open version was given
-- its end) or unchanged. What is likely to be a mistake is asked for by name: a first version with
-- is_new, another unit than that of the version before with changes_unit.
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
    effective_to   date default null,
    is_new         boolean default false,
    changes_unit   boolean default false
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored    catalog.calibration_constants;
    previous  catalog.calibration_constants;
    withdrawn catalog.past_versions;
    moment    timestamptz;
    conflict  catalog.calibration_constants;
    was_open  boolean;
begin
    moment := catalog.version_moment('constant', publish_constant.name);
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
                hint    = 'Give the new value a new version and a later effective_from, or correct'
                          ' this one with catalog.correct_constant().';
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

    select past.*
      into withdrawn
      from catalog.past_versions as past
     where past.noun    = 'constant'
       and past.object  = publish_constant.name
       and past.version = publish_constant.version
       and past.outcome = 'withdrawn';
    if withdrawn.past_id is not null then
        raise exception using
            errcode = 'ES109',
            message = format(
                'constant %s %s was withdrawn by %s',
                publish_constant.name, publish_constant.version, withdrawn.ended_by
            ),
            detail  = format('At %s: %s.', withdrawn.ended_at, rtrim(withdrawn.reason, '.')),
            hint    = 'Give it a new version.';
    end if;

    select constant.*
      into previous
      from catalog.calibration_constants as constant
     where constant.name = publish_constant.name
     order by constant.effective_from desc
     limit 1;
    if previous.name is null and publish_constant.is_new is not true then
        raise exception using
            errcode = 'ES110',
            message = format('no constant %s is published', publish_constant.name),
            detail  = (
                select format('Known: %s.', string_agg(distinct constant.name, ', '))
                  from catalog.calibration_constants as constant
            ),
            hint    = 'If it is new and not misspelt, say so: is_new => true.';
    elsif previous.unit <> publish_constant.unit
          and publish_constant.changes_unit is not true
    then
        raise exception using
            errcode = 'ES110',
            message = format(
                'constant %s is of the unit %s, not %s',
                publish_constant.name, previous.unit, publish_constant.unit
            ),
            detail  = format(
                'Version %s has %s from %s.', previous.version, previous.unit,
                previous.effective_from
            ),
            hint    = 'If the unit is to change, say so: changes_unit => true.';
    end if;

    select constant.*
      into previous
      from catalog.calibration_constants as constant
     where constant.name = publish_constant.name
       and constant.effective_to is null
       and constant.effective_from < publish_constant.effective_from;
    was_open := found;
    if was_open then
        perform catalog.keep_version(
            'constant', publish_constant.name, to_jsonb(previous), 'superseded',
            superseded_by => publish_constant.version
        );
        update catalog.calibration_constants as constant
           set effective_to = publish_constant.effective_from
         where constant.name = previous.name
           and constant.version = previous.version;
    end if;

    select constant.*
      into conflict
      from catalog.calibration_constants as constant
     where constant.name = publish_constant.name
       and daterange(constant.effective_from, constant.effective_to)
           && daterange(publish_constant.effective_from, publish_constant.effective_to)
     order by constant.effective_from
     limit 1;
    if conflict.name is not null then
        raise exception using
            errcode = 'exclusion_violation',
            message = format(
                'constant %s %s would overlap %s in time',
                publish_constant.name, publish_constant.version, conflict.version
            ),
            hint    = case
                when conflict.effective_from > current_date
                then format(
                    'Withdraw %s with catalog.withdraw_constant(), or start it after every'
                    ' published version.', conflict.version
                )
                else 'Start it after every published version, or end it before the next.'
            end,
            table   = 'calibration_constants',
            constraint = 'calibration_constants_name_daterange_excl';
    end if;

    insert into catalog.calibration_constants (
        name, version, value, unit, description, source, effective_from, effective_to,
        published_at
    )
    values (
        publish_constant.name, publish_constant.version, publish_constant.value,
        publish_constant.unit, publish_constant.description, publish_constant.source,
        publish_constant.effective_from, publish_constant.effective_to, moment
    );
    perform ops.record_catalog_rows();
    return case when was_open then 'superseded' else 'published' end;
end
$function$;
revoke execute on function catalog.publish_constant(
    text, text, numeric, text, text, text, date, date, boolean, boolean
) from public;
comment on function catalog.publish_constant(
    text, text, numeric, text, text, text, date, date, boolean, boolean
) is 'Publishes a version of a constant and ends the one it supersedes.';
