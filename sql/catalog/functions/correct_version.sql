-- Correct a published version of a constant or price: catalog.correct_constant() and
-- catalog.correct_price() name the table, its key and the columns that may be corrected.
create function catalog.correct_version(
    noun     text,
    relation text,
    key      text,
    object   text,
    version  text,
    changes  jsonb,
    reason   text,
    columns  text[]
)
    returns text
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    was     jsonb;
    becomes jsonb;
    unknown text;
    wrong   text;
begin
    perform app.require_between(
        'length of reason', coalesce(length(btrim(correct_version.reason)), 0), 1, 1000
    );
    if jsonb_typeof(correct_version.changes) is distinct from 'object'
       or not ops.json_fits(correct_version.changes, 65536)
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'changes must be a JSON object of 65536 bytes at most',
            hint    = format(
                'Its keys are columns: %s.', array_to_string(correct_version.columns, ', ')
            );
    end if;
    select given.name
      into unknown
      from jsonb_object_keys(correct_version.changes) as given (name)
     where given.name <> all (correct_version.columns)
     limit 1;
    if unknown is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('%s of a %s is not corrected', unknown, correct_version.noun),
            hint    = format('Columns are: %s.', array_to_string(correct_version.columns, ', '));
    end if;
    -- Another form is read differently by sessions with another datestyle.
    select given.key || ' ' || given.value
      into wrong
      from jsonb_each_text(correct_version.changes) as given
     where given.key in ('effective_from', 'effective_to')
       and given.value !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
     limit 1;
    if wrong is not null then
        raise exception using
            errcode = 'invalid_datetime_format',
            message = format('%s may be one of several days', wrong),
            hint    = 'Write a day as YYYY-MM-DD.';
    end if;

    was := catalog.stored_version(
        correct_version.noun, correct_version.relation, correct_version.key,
        correct_version.object, correct_version.version
    );
    execute format(
        'select to_jsonb(jsonb_populate_record(null::%s, $1))', correct_version.relation
    ) into becomes using was || correct_version.changes;
    if becomes = was then
        return 'unchanged';
    end if;

    perform catalog.keep_version(
        correct_version.noun, correct_version.object, was, 'corrected', correct_version.reason
    );
    execute format(
        'update %1$s as row set (%2$s) = (select %2$s from jsonb_populate_record(null::%1$s, $1))'
        ' where row.%3$I = $2 and row.version = $3',
        correct_version.relation,
        (select string_agg(format('%I', name), ', ') from unnest(correct_version.columns) as name),
        correct_version.key
    ) using becomes, correct_version.object, correct_version.version;
    perform ops.record_catalog_rows();
    return 'corrected';
end
$function$;
revoke execute on function catalog.correct_version(
    text, text, text, text, text, jsonb, text, text[]
) from public;
comment on function catalog.correct_version(
    text, text, text, text, text, jsonb, text, text[]
) is 'Corrects a published version of a constant or price, and records what it was.';
