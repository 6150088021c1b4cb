-- restores: catalog.protect_published_version @0003
-- restores: catalog.publish_constant @0035
-- restores: catalog.publish_price @0035

-- The record is lost. What was withdrawn or corrected stays so.

comment on function catalog.protect_published_version() is
    'Refuses to edit or remove a published version, except to set the end of an open one.';
comment on function catalog.publish_constant(text, text, numeric, text, text, text, date, date) is
    'Publishes a version of a constant and ends the one it supersedes.';
comment on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date
) is 'Publishes a version of a price and ends the one it supersedes.';

-- Who may publish now has the rights that publishing needed before; grants.sql gives them to nobody
-- in a database that has only migrations.
do $rights$
begin
    if has_function_privilege(
        'eagle_operator', 'catalog.withdraw_price(text, text, text)', 'execute'
    ) then
        grant execute
            on function catalog.publish_constant(
                            text, text, numeric, text, text, text, date, date
                        ),
                        catalog.publish_price(
                            text, text, numeric, text, catalog.price_category, date, date
                        )
            to eagle_operator;
        grant insert, update (effective_to)
            on catalog.calibration_constants,
               catalog.pricing_configs
            to eagle_operator;
    end if;
end
$rights$;

drop function catalog.correct_price(text, text, jsonb, text);
drop function catalog.correct_constant(text, text, jsonb, text);
drop function catalog.correct_version(text, text, text, text, text, jsonb, text, text[]);
drop function catalog.withdraw_price(text, text, text);
drop function catalog.withdraw_constant(text, text, text);
drop function catalog.withdraw_version(text, text, text, text, text, text);
drop function catalog.stored_version(text, text, text, text, text);
drop function catalog.price_as_of(text, date, timestamptz);
drop function catalog.constant_as_of(text, date, timestamptz);
drop function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date, boolean, boolean
);
drop function catalog.publish_constant(
    text, text, numeric, text, text, text, date, date, boolean, boolean
);
drop function catalog.keep_version(text, text, jsonb, text, text, text);
drop function catalog.version_moment(text, text);
drop table catalog.past_versions;
drop function catalog.refuse_record_change();

delete from ops.table_placements where relation = 'catalog.past_versions';
delete from ops.recorded_rows where relation = 'catalog.past_versions';
