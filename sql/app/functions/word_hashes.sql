-- The hashes of a text in an index of words: one of the account and each three consecutive bytes
-- without a blank.
--
--     select app.word_hashes('0194f3c0-0000-7000-8000-000000000001', 'quay st');
--     -- {-7100117251418043286,-8046811543610781439}
--
-- A text contains a word only if its hashes contain those of the word: in UTF-8 a part of a text is
-- a part of its bytes. The account is hashed for the reason given in config_of_account. The hashes
-- have 64 bits: with 32, another account could choose bytes that match one in 256 of an account's
-- hashes.
--
create function app.word_hashes(
    account_id uuid,
    words      text
)
    returns bigint[]
    language plpgsql
    immutable
    parallel safe
    strict
    set search_path = pg_catalog, pg_temp
as $function$
declare
    blank  constant integer := 32;
    bytes  constant bytea   := convert_to(word_hashes.words, 'UTF8');
    seed   constant bigint  := uuid_hash_extended(word_hashes.account_id, 0);
    last_3 integer  := 0;
    hashes bigint[] := '{}';
begin
    for place in 0 .. octet_length(bytes) - 1 loop
        last_3 := case get_byte(bytes, place)
            when blank then 0
            else (last_3 & 65535) << 8 | get_byte(bytes, place)
        end;
        -- No byte of a text is 0: below this there are not three yet.
        if last_3 > 65535 then
            hashes := hashes || hashint4extended(last_3, seed);
        end if;
    end loop;
    return hashes;
end
$function$;
comment on function app.word_hashes(uuid, text) is
    'Hashes of the account and each three bytes in a row of the words of a text.';
