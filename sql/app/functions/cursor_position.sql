-- Where a page begins: before this time and key. No cursor is the first page.
--
--     select *
--       from app.cursor_position(
--                'project',
--                app.page_cursor(
--                    'project', '2026-01-02 03:04:05+00', '0194f3c0-0000-7000-8000-00000000000a'
--                )
--            );
--     -- 2026-01-02 03:04:05+00 | 0194f3c0-0000-7000-8000-00000000000a
--
create function app.cursor_position(
    kind   text,
    cursor text,
    out at timestamptz,
    out id uuid
)
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    digits text := split_part(left(cursor_position.cursor, 100), '.', 2);
begin
    if cursor_position.cursor is null then
        at := 'infinity';
        id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
        return;
    end if;
    if digits ~ '^000[0-9a-f]{45}$' then
        at := timestamptz 'epoch'
            + ('x' || left(digits, 16))::bit(64)::bigint * interval '1 microsecond';
        id := right(digits, 32)::uuid;
    end if;
    if app.page_cursor(cursor_position.kind, at, id) is distinct from cursor_position.cursor then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('this is not a cursor of a list of %ss', cursor_position.kind),
            hint    = 'Give next_cursor of the page before as it is, or null for the first page.';
    end if;
end
$function$;
comment on function app.cursor_position(text, text) is
    'The time and key before which a page begins; raises invalid_parameter_value for another text.';
