-- Hash of a saved design in canonical form: jsonb has one order of keys and one spelling of values.
-- Numbers are hashed as they are spelled; app.normalize_payload() has spelled those of a payload alike.
--
--     select app.snapshot_sha256('{"b": 1, "a": 2}', '[]', '{}')
--          = app.snapshot_sha256('{"a": 2, "b": 1}', '[]', '{}');
--     -- t
--
-- convert_to is stable only because a conversion can be redefined; UTF8 to UTF8 has none.
--
create function app.snapshot_sha256(
    config        jsonb,
    files         jsonb,
    cost_snapshot jsonb
)
    returns text
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return encode(
        sha256(
            convert_to(
                format(
                    '[%s, %s, %s]',
                    snapshot_sha256.config,
                    snapshot_sha256.files,
                    snapshot_sha256.cost_snapshot
                ),
                'UTF8'
            )
        ),
        'hex'
    );
end
$function$;
comment on function app.snapshot_sha256(jsonb, jsonb, jsonb) is
    'Hash of config, files and cost snapshot in canonical form, 64 hex digits.';
