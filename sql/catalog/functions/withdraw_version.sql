-- Withdraw a version of a constant or price that is not in effect yet: catalog.withdraw_constant()
-- and catalog.withdraw_price() name the table and its key.
create function catalog.withdraw_version(
    noun     text,
    relation text,
    key      text,
    object   text,
    version  text,
    reason   text
)
    returns text
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    withdrawn  jsonb;
    superseded jsonb;
begin
    perform app.require_between(
        'length of reason', coalesce(length(btrim(withdraw_version.reason)), 0), 1, 1000
    );
    withdrawn := catalog.stored_version(
        withdraw_version.noun, withdraw_version.relation, withdraw_version.key,
        withdraw_version.object, withdraw_version.version
    );
    -- A session cannot put off the day by its time zone.
    if (withdrawn ->> 'effective_from')::date
       <= greatest(current_date, (now() at time zone 'UTC')::date)
    then
        raise exception using
            errcode = 'ES108',
            message = format(
                '%s %s %s is in effect since %s', withdraw_version.noun, withdraw_version.object,
                withdraw_version.version, withdrawn ->> 'effective_from'
            ),
            hint    = format(
                'Correct it with catalog.correct_%s(), or publish a version that supersedes it.',
                withdraw_version.noun
            );
    end if;

    perform catalog.keep_version(
        withdraw_version.noun, withdraw_version.object, withdrawn, 'withdrawn',
        withdraw_version.reason
    );
    execute format(
        'delete from %s as row where row.%I = $1 and row.version = $2',
        withdraw_version.relation, withdraw_version.key
    ) using withdraw_version.object, withdraw_version.version;
    delete from ops.recorded_rows as recorded
     where recorded.relation = withdraw_version.relation
       and recorded.key      = concat_ws(', ', withdraw_version.object, withdraw_version.version);

    execute format(
        'select to_jsonb(row) from %s as row'
        ' where row.%I = $1'
        '   and row.effective_to = $2'
        '   and exists (select from catalog.past_versions as past'
        '                where past.noun = $3 and past.object = $1'
        '                  and past.version = row.version and past.superseded_by = $4)',
        withdraw_version.relation, withdraw_version.key
    ) into superseded using
        withdraw_version.object, (withdrawn ->> 'effective_from')::date, withdraw_version.noun,
        withdraw_version.version;
    if superseded is not null then
        perform catalog.keep_version(
            withdraw_version.noun, withdraw_version.object, superseded, 'reopened',
            withdraw_version.reason
        );
        execute format(
            'update %1$s as row'
            '   set effective_to = (select min(later.effective_from) from %1$s as later'
            '                        where later.%2$I = $1 and later.effective_from > $3)'
            ' where row.%2$I = $1 and row.version = $2',
            withdraw_version.relation, withdraw_version.key
        ) using
            withdraw_version.object, superseded ->> 'version',
            (withdrawn ->> 'effective_from')::date;
    end if;
    perform ops.record_catalog_rows();
    return case when superseded is null then 'withdrawn' else 'reopened' end;
end
$function$;
revoke execute on function catalog.withdraw_version(text, text, text, text, text, text) from public;
comment on function catalog.withdraw_version(text, text, text, text, text, text) is
    'Withdraws a version of a constant or price that is not in effect yet, and records it.';
