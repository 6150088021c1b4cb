-- 0058.past-versions
-- depends: 0056.simpler-checks
--
-- why    A mistake in a published constant or price stayed for ever. A version not in effect
--        yet is withdrawn, one in effect is corrected, both with a reason, and what was published
--        before is kept: which value was believed at a moment can be looked up. A changed unit, a
--        changed category and an unknown name are published only if that is asked for.
-- locks  None that anybody waits for: a new table, and functions; calls that run finish with the
--        function that they began with.
-- undo   0058.past-versions.rollback.sql; the record of past versions is lost, what was withdrawn
--        or corrected stays so.

-- Refuse changes of the record of past versions.
create function catalog.refuse_record_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'ES111',
        message = format('past versions are immutable: %s is refused', lower(tg_op)),
        hint    = 'Only functions that publish, correct and withdraw versions add to them.',
        schema  = 'catalog',
        table   = 'past_versions';
end
$function$;
revoke execute on function catalog.refuse_record_change() from public;
comment on function catalog.refuse_record_change() is
    'Trigger: refuses update, delete and truncate of past versions (ES111).';

create table catalog.past_versions (
    past_id        uuid         not null  default ops.uuid_v7(),
    noun           text         not null,
    object         text         not null,
    version        text         not null,
    was            jsonb        not null,
    began_at       timestamptz  null,
    ended_at       timestamptz  not null,
    outcome        text         not null,
    superseded_by  text         null,
    reason         text         null,
    ended_by       text         not null  default session_user,
    constraint past_versions_pkey primary key (past_id),
    constraint past_versions_noun_check check (noun in ('constant', 'price')),
    constraint past_versions_object_check check (object <> '' and length(object) <= 100),
    constraint past_versions_version_check check (version <> '' and length(version) <= 100),
    constraint past_versions_was_check
        check (jsonb_typeof(was) = 'object' and ops.json_fits(was, 65536)),
    constraint past_versions_ended_at_check check (ended_at >= began_at),
    constraint past_versions_outcome_check
        check (outcome in ('superseded', 'closed', 'reopened', 'corrected', 'withdrawn')),
    constraint past_versions_superseded_by_check
        check (
            (outcome = 'superseded') = (superseded_by is not null)
            and (length(superseded_by) <= 100)
        ),
    constraint past_versions_reason_check
        check (
            (outcome in ('reopened', 'corrected', 'withdrawn')) = (reason is not null)
            and (length(reason) <= 1000)
        ),
    constraint past_versions_ended_by_check check (length(ended_by) <= 63),
    constraint past_versions_noun_object_version_tstzrange_excl
        exclude using gist (
            noun with =, object with =, version with =, tstzrange(began_at, ended_at) with &&
        )
);
select ops.place('catalog.past_versions', 'reference');

create trigger past_versions_immutable
    before update or delete or truncate on catalog.past_versions
    for each statement
    execute function catalog.refuse_record_change();

comment on table catalog.past_versions is
    'What versions of constants and prices were before they were ended, corrected or withdrawn.';
comment on column catalog.past_versions.past_id is 'Identifies the row; ordered by time.';
comment on column catalog.past_versions.noun is 'Whether it is of a constant or of a price.';
comment on column catalog.past_versions.object is 'Name of the constant, or code of the item.';
comment on column catalog.past_versions.version is 'The version.';
comment on column catalog.past_versions.was is 'The row as it was, by names of columns.';
comment on column catalog.past_versions.began_at is
    'When the row became so; null if before that was recorded.';
comment on column catalog.past_versions.ended_at is
    'When the row ceased to be so; equal to began_at if the same transaction changed it again.';
comment on column catalog.past_versions.outcome is
    'Why: it was superseded, closed, reopened, corrected or withdrawn.';
comment on column catalog.past_versions.superseded_by is
    'The version that ended it, if it was superseded.';
comment on column catalog.past_versions.reason is
    'Why it was corrected, withdrawn or reopened, in the words of who did it.';
comment on column catalog.past_versions.ended_by is
    'The role that was logged in and changed or withdrew it.';

-- The moment at which this transaction changes the versions of a constant or price: its own time,
-- or that of the newest change, if later. Until the transaction ends, no other changes them.
--
--     select catalog.version_moment('price', 'base_est') >= now();
--     -- t
--
create function catalog.version_moment(
    noun   text,
    object text
)
    returns timestamptz
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    -- One change after another: a transaction that waited began before the one it waited for ended.
    perform pg_advisory_xact_lock(
        hashtextextended(format('catalog.%s %s', version_moment.noun, version_moment.object), 0)
    );
    return greatest(
        now(),
        (select max(past.ended_at)
           from catalog.past_versions as past
          where past.noun   = version_moment.noun
            and past.object = version_moment.object),
        (select max(constant.published_at)
           from catalog.calibration_constants as constant
          where version_moment.noun = 'constant'
            and constant.name       = version_moment.object),
        (select max(price.published_at)
           from catalog.pricing_configs as price
          where version_moment.noun = 'price'
            and price.item_code     = version_moment.object)
    );
end
$function$;
revoke execute on function catalog.version_moment(text, text) from public;
comment on function catalog.version_moment(text, text) is
    'The moment at which the transaction changes versions of a constant or price; locks them.';

-- Record what a version of a constant or price is, before it changes or goes; the trigger of its
-- table refuses what is not recorded.
--
--     select catalog.keep_version('price', 'base_est', to_jsonb(price), 'corrected', 'a typo')
--       from catalog.price_on('base_est') as price;
--
create function catalog.keep_version(
    noun          text,
    object        text,
    was           jsonb,
    outcome       text,
    reason        text default null,
    superseded_by text default null
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    insert into catalog.past_versions (
        noun, object, version, was, began_at, ended_at, outcome, superseded_by, reason
    )
    values (
        keep_version.noun, keep_version.object, keep_version.was ->> 'version', keep_version.was,
        coalesce(
            (select max(past.ended_at)
               from catalog.past_versions as past
              where past.noun    = keep_version.noun
                and past.object  = keep_version.object
                and past.version = keep_version.was ->> 'version'),
            (keep_version.was ->> 'published_at')::timestamptz
        ),
        catalog.version_moment(keep_version.noun, keep_version.object),
        keep_version.outcome, keep_version.superseded_by, keep_version.reason
    );
end
$function$;
revoke execute on function catalog.keep_version(text, text, jsonb, text, text, text) from public;
comment on function catalog.keep_version(text, text, jsonb, text, text, text) is
    'Records what a version of a constant or price is, before it changes or is withdrawn.';

-- Refuse to change or delete a published version, unless this transaction recorded what it is in
-- catalog.past_versions. Setting the end of an open version is always allowed, and recorded here.
-- The trigger's arguments are the noun of the message and the column that identifies the object.
create or replace function catalog.protect_published_version()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    noun    text := tg_argv[0];
    object  text;
    was     jsonb;
    becomes jsonb;
    edited  text;
    is_kept boolean;
begin
    if tg_op = 'TRUNCATE' then
        raise exception using
            errcode = 'ES101',
            message = format('published %ss cannot be removed', noun),
            hint    = 'Close a version by setting effective_to; it stays as a record.';
    end if;

    was    := to_jsonb(old);
    object := was ->> tg_argv[1];
    -- Rows of subtransactions are younger than the transaction itself.
    is_kept := exists (
        select
          from catalog.past_versions as past
         where past.noun    = tg_argv[0]
           and past.object  = to_jsonb(old) ->> tg_argv[1]
           and past.version = old.version
           and past.was     = to_jsonb(old)
           and (past.outcome = 'withdrawn') = (tg_op = 'DELETE')
           and age(past.xmin) <= 0
    );
    if tg_op = 'DELETE' then
        if is_kept then
            return old;
        end if;
        raise exception using
            errcode = 'ES101',
            message = format(
                '%s %s %s is published and cannot be removed',
                noun, object, was ->> 'version'
            ),
            hint    = format(
                'Close it by setting effective_to; it stays as a record. Before it is in effect,'
                ' catalog.withdraw_%s() withdraws it.', noun
            );
    end if;

    becomes := to_jsonb(new);
    if is_kept or was = becomes then
        return new;
    end if;
    if jsonb_typeof(was -> 'effective_to') = 'null'
       and was - 'effective_to' = becomes - 'effective_to'
    then
        perform catalog.keep_version(noun, object, was, 'closed');
        return new;
    end if;

    select string_agg(
               format(
                   '%s from %s to %s',
                   field.key, coalesce(field.value, 'null'), coalesce(becomes ->> field.key, 'null')
               ),
               ', '
               order by field.key
           )
      into edited
      from jsonb_each_text(was) as field
     where field.value is distinct from becomes ->> field.key;

    raise exception using
        errcode = 'ES101',
        message = format(
            '%s %s %s is published and cannot change',
            noun, object, was ->> 'version'
        ),
        detail  = format('The change was %s.', edited),
        hint    = format(
            'Publish a new version with catalog.publish_%1$s(), or correct this one with'
            ' catalog.correct_%1$s().', noun
        );
end
$function$;
revoke execute on function catalog.protect_published_version() from public;
comment on function catalog.protect_published_version() is
    'Refuses to change or remove a published version unless what it is was recorded.';

-- A call that names no more arguments than before is one of the new functions.
-- squawk-ignore ban-drop-function
drop function catalog.publish_constant(text, text, numeric, text, text, text, date, date);
-- squawk-ignore ban-drop-function
drop function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date
);

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

-- Publish a price, superseding the version in force: that one ends on the day this one starts.
-- Returns published, superseded (an earlier version was ended), closed (an open version was given
-- its end) or unchanged. What is likely to be a mistake is asked for by name: a first version with
-- is_new, another category than that of the version before with changes_category.
--
--     select catalog.publish_price(
--         'base_est', 'v2', 165.00, 'Base estimate', 'base', '2026-01-01'
--     );
--     -- superseded
--
create function catalog.publish_price(
    item_code        text,
    version          text,
    price_usd        numeric,
    description      text,
    category         catalog.price_category,
    effective_from   date,
    effective_to     date default null,
    is_new           boolean default false,
    changes_category boolean default false
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored    catalog.pricing_configs;
    previous  catalog.pricing_configs;
    withdrawn catalog.past_versions;
    moment    timestamptz;
    conflict  catalog.pricing_configs;
    was_open  boolean;
begin
    if publish_price.price_usd <> round(publish_price.price_usd, 2) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('price %s is not in whole cents', publish_price.price_usd),
            hint    = 'Give at most two decimals.';
    end if;

    moment := catalog.version_moment('price', publish_price.item_code);
    select price.*
      into stored
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and price.version   = publish_price.version;

    if stored.item_code is not null then
        if row (stored.price_usd, stored.description, stored.category, stored.effective_from)
           is distinct from
           row (publish_price.price_usd, publish_price.description, publish_price.category,
                publish_price.effective_from)
           or stored.effective_to <> publish_price.effective_to
        then
            raise exception using
                errcode = 'ES101',
                message = format(
                    'price %s %s is published and cannot change',
                    publish_price.item_code, publish_price.version
                ),
                detail  = format(
                    'Published: %s USD from %s. Given: %s USD from %s.',
                    stored.price_usd, stored.effective_from,
                    publish_price.price_usd, publish_price.effective_from
                ),
                hint    = 'Give the new price a new version and a later effective_from, or correct'
                          ' this one with catalog.correct_price().';
        end if;
        if stored.effective_to is not null or publish_price.effective_to is null then
            return 'unchanged';
        end if;
        update catalog.pricing_configs as price
           set effective_to = publish_price.effective_to
         where price.item_code = publish_price.item_code
           and price.version   = publish_price.version;
        perform ops.record_catalog_rows();
        return 'closed';
    end if;

    select past.*
      into withdrawn
      from catalog.past_versions as past
     where past.noun    = 'price'
       and past.object  = publish_price.item_code
       and past.version = publish_price.version
       and past.outcome = 'withdrawn';
    if withdrawn.past_id is not null then
        raise exception using
            errcode = 'ES109',
            message = format(
                'price %s %s was withdrawn by %s',
                publish_price.item_code, publish_price.version, withdrawn.ended_by
            ),
            detail  = format('At %s: %s.', withdrawn.ended_at, rtrim(withdrawn.reason, '.')),
            hint    = 'Give it a new version.';
    end if;

    select price.*
      into previous
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
     order by price.effective_from desc
     limit 1;
    if previous.item_code is null and publish_price.is_new is not true then
        raise exception using
            errcode = 'ES110',
            message = format('no price %s is published', publish_price.item_code),
            detail  = (
                select format('Known: %s.', string_agg(distinct price.item_code, ', '))
                  from catalog.pricing_configs as price
            ),
            hint    = 'If it is new and not misspelt, say so: is_new => true.';
    elsif previous.category <> publish_price.category
          and publish_price.changes_category is not true
    then
        raise exception using
            errcode = 'ES110',
            message = format(
                'price %s is of the category %s, not %s',
                publish_price.item_code, previous.category, publish_price.category
            ),
            detail  = format(
                'Version %s has %s from %s.', previous.version, previous.category,
                previous.effective_from
            ),
            hint    = 'If the category is to change, say so: changes_category => true.';
    end if;

    select price.*
      into previous
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and price.effective_to is null
       and price.effective_from < publish_price.effective_from;
    was_open := found;
    if was_open then
        perform catalog.keep_version(
            'price', publish_price.item_code, to_jsonb(previous), 'superseded',
            superseded_by => publish_price.version
        );
        update catalog.pricing_configs as price
           set effective_to = publish_price.effective_from
         where price.item_code = previous.item_code
           and price.version = previous.version;
    end if;

    select price.*
      into conflict
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and daterange(price.effective_from, price.effective_to)
           && daterange(publish_price.effective_from, publish_price.effective_to)
     order by price.effective_from
     limit 1;
    if conflict.item_code is not null then
        raise exception using
            errcode = 'exclusion_violation',
            message = format(
                'price %s %s would overlap %s in time',
                publish_price.item_code, publish_price.version, conflict.version
            ),
            hint    = case
                when conflict.effective_from > current_date
                then format(
                    'Withdraw %s with catalog.withdraw_price(), or start it after every'
                    ' published version.', conflict.version
                )
                else 'Start it after every published version, or end it before the next.'
            end,
            table   = 'pricing_configs',
            constraint = 'pricing_configs_item_code_daterange_excl';
    end if;

    insert into catalog.pricing_configs (
        item_code, version, price_usd, description, category, effective_from, effective_to,
        published_at
    )
    values (
        publish_price.item_code, publish_price.version, publish_price.price_usd,
        publish_price.description, publish_price.category,
        publish_price.effective_from, publish_price.effective_to, moment
    );
    perform ops.record_catalog_rows();
    return case when was_open then 'superseded' else 'published' end;
end
$function$;
revoke execute on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date, boolean, boolean
) from public;
comment on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date, boolean, boolean
) is 'Publishes a version of a price and ends the one it supersedes.';

-- The version of a constant that holds on a date, as it was published at a moment: what was
-- withdrawn or corrected later is there as it was. Without a date, all versions.
--
--     select version, value from catalog.constant_as_of('K_FACTOR', '2025-06-01', now());
--     -- footing_v1 | 0.15
--
create function catalog.constant_as_of(
    name        text,
    on_date     date,
    believed_at timestamptz
)
    returns setof catalog.calibration_constants
    language sql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
begin atomic
    select (stated.version).*
      from (
            select constant as version
              from catalog.calibration_constants as constant
             where constant.name = constant_as_of.name
               and coalesce(
                       (select max(past.ended_at)
                          from catalog.past_versions as past
                         where past.noun    = 'constant'
                           and past.object  = constant.name
                           and past.version = constant.version),
                       constant.published_at,
                       '-infinity'
                   ) <= constant_as_of.believed_at
            union all
            select jsonb_populate_record(null::catalog.calibration_constants, past.was)
              from catalog.past_versions as past
             where past.noun   = 'constant'
               and past.object = constant_as_of.name
               and tstzrange(past.began_at, past.ended_at) @> constant_as_of.believed_at
           ) as stated
     where constant_as_of.on_date is null
        or daterange((stated.version).effective_from, (stated.version).effective_to)
           @> constant_as_of.on_date
     order by (stated.version).effective_from;
end;
revoke execute on function catalog.constant_as_of(text, date, timestamptz) from public;
comment on function catalog.constant_as_of(text, date, timestamptz) is
    'The version of a constant that holds on a date, as it was published at a moment.';

-- The version of a price that holds on a date, as it was published at a moment: what was withdrawn
-- or corrected later is there as it was. Without a date, all versions.
--
--     select version, price_usd from catalog.price_as_of('permit_pkg', '2025-06-01', now());
--     -- v1 | 250.00
--
create function catalog.price_as_of(
    item_code   text,
    on_date     date,
    believed_at timestamptz
)
    returns setof catalog.pricing_configs
    language sql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
begin atomic
    select (stated.version).*
      from (
            select price as version
              from catalog.pricing_configs as price
             where price.item_code = price_as_of.item_code
               and coalesce(
                       (select max(past.ended_at)
                          from catalog.past_versions as past
                         where past.noun    = 'price'
                           and past.object  = price.item_code
                           and past.version = price.version),
                       price.published_at,
                       '-infinity'
                   ) <= price_as_of.believed_at
            union all
            select jsonb_populate_record(null::catalog.pricing_configs, past.was)
              from catalog.past_versions as past
             where past.noun   = 'price'
               and past.object = price_as_of.item_code
               and tstzrange(past.began_at, past.ended_at) @> price_as_of.believed_at
           ) as stated
     where price_as_of.on_date is null
        or daterange((stated.version).effective_from, (stated.version).effective_to)
           @> price_as_of.on_date
     order by (stated.version).effective_from;
end;
revoke execute on function catalog.price_as_of(text, date, timestamptz) from public;
comment on function catalog.price_as_of(text, date, timestamptz) is
    'The version of a price that holds on a date, as it was published at a moment.';

-- A published version of a constant or price as JSON, which no other transaction changes until this
-- one ends; refuses one that is not published.
--
--     select catalog.stored_version(
--                'price', 'catalog.pricing_configs', 'item_code', 'base_est', 'v1'
--            ) ->> 'price_usd';
--     -- 150.00
--
create function catalog.stored_version(
    noun     text,
    relation text,
    key      text,
    object   text,
    version  text
)
    returns jsonb
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored jsonb;
begin
    perform catalog.version_moment(stored_version.noun, stored_version.object);
    execute format(
        'select to_jsonb(row) from %s as row where row.%I = $1 and row.version = $2',
        stored_version.relation, stored_version.key
    ) into stored using stored_version.object, stored_version.version;
    if stored is null then
        raise exception using
            errcode = 'ES107',
            message = format(
                '%s %s %s is not published',
                stored_version.noun, stored_version.object, stored_version.version
            ),
            hint    = format('List what is with: tooling catalog %s --all', stored_version.noun);
    end if;
    return stored;
end
$function$;
revoke execute on function catalog.stored_version(text, text, text, text, text) from public;
comment on function catalog.stored_version(text, text, text, text, text) is
    'A published version as JSON, locked; refuses one that is not published.';

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

-- Withdraw a version of a constant that is not in effect yet, with the reason; it stays in
-- catalog.past_versions, and its name is not given again. Returns reopened if the version that it
-- had superseded has no end again, or that of the next one, and else withdrawn.
--
--     select catalog.withdraw_constant('K_FACTOR', 'footing_v2', 'a typo');
--     -- ERROR ES107: constant K_FACTOR footing_v2 is not published
--
create function catalog.withdraw_constant(
    name      text,
    version   text,
    reason    text
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return catalog.withdraw_version(
        'constant', 'catalog.calibration_constants', 'name',
        withdraw_constant.name, withdraw_constant.version, withdraw_constant.reason
    );
end
$function$;
revoke execute on function catalog.withdraw_constant(text, text, text) from public;
comment on function catalog.withdraw_constant(text, text, text) is
    'Withdraws a version of a constant that is not in effect yet, and records it with the reason.';

-- Withdraw a version of a price that is not in effect yet, with the reason; it stays in
-- catalog.past_versions, and its name is not given again. Returns reopened if the version that it
-- had superseded has no end again, or that of the next one, and else withdrawn.
--
--     select catalog.withdraw_price('expedited', 'v2', 'a typo');
--     -- ERROR ES107: price expedited v2 is not published
--
create function catalog.withdraw_price(
    item_code text,
    version   text,
    reason    text
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return catalog.withdraw_version(
        'price', 'catalog.pricing_configs', 'item_code',
        withdraw_price.item_code, withdraw_price.version, withdraw_price.reason
    );
end
$function$;
revoke execute on function catalog.withdraw_price(text, text, text) from public;
comment on function catalog.withdraw_price(text, text, text) is
    'Withdraws a version of a price that is not in effect yet, and records it with the reason.';

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

-- Correct a published version of a constant, with the reason; what it was stays in
-- catalog.past_versions. `changes` holds the columns to correct; a null for effective_to opens the
-- version again. Returns corrected or unchanged.
--
--     select catalog.correct_constant('K_FACTOR', 'footing_v1', '{"value": 0.16}', 'misread');
--     -- corrected
--
create function catalog.correct_constant(
    name      text,
    version   text,
    changes   jsonb,
    reason    text
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return catalog.correct_version(
        'constant', 'catalog.calibration_constants', 'name',
        correct_constant.name, correct_constant.version,
        correct_constant.changes, correct_constant.reason,
        array['value', 'unit', 'description', 'source', 'effective_from', 'effective_to']
    );
end
$function$;
revoke execute on function catalog.correct_constant(text, text, jsonb, text) from public;
comment on function catalog.correct_constant(text, text, jsonb, text) is
    'Corrects a published version of a constant, and records what it was with the reason.';

-- Correct a published version of a price, with the reason; what it was stays in
-- catalog.past_versions. `changes` holds the columns to correct; a null for effective_to opens the
-- version again. Returns corrected or unchanged.
--
--     select catalog.correct_price('expedited', 'v1', '{"price_usd": 110.00}', 'misread');
--     -- corrected
--
create function catalog.correct_price(
    item_code text,
    version   text,
    changes   jsonb,
    reason    text
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if (correct_price.changes ->> 'price_usd')::numeric
       <> round((correct_price.changes ->> 'price_usd')::numeric, 2)
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'price %s is not in whole cents', correct_price.changes ->> 'price_usd'
            ),
            hint    = 'Give at most two decimals.';
    end if;
    return catalog.correct_version(
        'price', 'catalog.pricing_configs', 'item_code',
        correct_price.item_code, correct_price.version, correct_price.changes, correct_price.reason,
        array['price_usd', 'description', 'category', 'effective_from', 'effective_to']
    );
end
$function$;
revoke execute on function catalog.correct_price(text, text, jsonb, text) from public;
comment on function catalog.correct_price(text, text, jsonb, text) is
    'Corrects a published version of a price, and records what it was with the reason.';

-- What was superseded since publication is recorded: a version that ended when a later one that
-- began on that day was published.
insert into catalog.past_versions (
    noun, object, version, was, began_at, ended_at, outcome, superseded_by, ended_by
)
select 'constant', former.name, former.version,
       jsonb_set(to_jsonb(former), '{effective_to}', 'null'),
       former.published_at, later.published_at, 'superseded', later.version, later.published_by
  from catalog.calibration_constants as former
  join catalog.calibration_constants as later
    on later.name           = former.name
   and later.effective_from = former.effective_to
 where later.published_at > coalesce(former.published_at, '-infinity')
union all
select 'price', former.item_code, former.version,
       jsonb_set(to_jsonb(former), '{effective_to}', 'null'),
       former.published_at, later.published_at, 'superseded', later.version, later.published_by
  from catalog.pricing_configs as former
  join catalog.pricing_configs as later
    on later.item_code      = former.item_code
   and later.effective_from = former.effective_to
 where later.published_at > coalesce(former.published_at, '-infinity');

select ops.record_catalog_rows();
