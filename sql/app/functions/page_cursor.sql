-- The cursor of a row: where the page after it begins.
--
--     select app.page_cursor(
--         'project', '2026-01-02 03:04:05+00', '0194f3c0-0000-7000-8000-00000000000a'
--     );
--     -- project.0006475ef64cf3400194f3c000007000800000000000000a
--
create function app.page_cursor(
    kind text,
    at   timestamptz,
    id   uuid
)
    returns text
    language sql
    immutable
    parallel safe
    return page_cursor.kind
        || '.' || lpad(to_hex((extract(epoch from page_cursor.at) * 1000000)::bigint), 16, '0')
        || replace(page_cursor.id::text, '-', '');
comment on function app.page_cursor(text, timestamptz, uuid) is
    'The cursor of a row, by its time and key: where the page after it begins.';
