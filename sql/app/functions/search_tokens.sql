-- What an index of words keeps of a text: each three bytes in a row without a blank, with the last
-- byte of the account before them.
--
--     select app.search_tokens('0194f3c0-0000-7000-8000-000000000001', 'quay st');
--     -- {-2123270815,-2123013767}
--
-- A text holds a word only if its tokens hold those of the word: in UTF-8 a part of a text is a part
-- of its bytes. The byte of the account is there for what config_by_account says.
--
create function app.search_tokens(
    account_id uuid,
    words      text
)
    returns integer[]
    language plpgsql
    immutable
    parallel safe
    strict
    set search_path = pg_catalog, pg_temp
as $function$
declare
    blank  constant integer := 32;
    bytes  constant bytea   := convert_to(search_tokens.words, 'UTF8');
    prefix constant integer := (get_byte(uuid_send(search_tokens.account_id), 15) - 128) << 24;
    last_3 integer := 0;
    tokens integer[] := '{}';
begin
    for place in 0 .. octet_length(bytes) - 1 loop
        last_3 := case get_byte(bytes, place)
            when blank then 0
            else (last_3 & 65535) << 8 | get_byte(bytes, place)
        end;
        -- No byte of a text is 0: below this there are not three yet.
        if last_3 > 65535 then
            tokens := tokens || (prefix | last_3);
        end if;
    end loop;
    return tokens;
end
$function$;
comment on function app.search_tokens(uuid, text) is
    'Each three bytes in a row of the words of a text, and a byte of the account, as numbers.';
