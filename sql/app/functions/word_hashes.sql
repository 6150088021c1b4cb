-- What an index of words keeps of a text: a hash of the account and each three bytes in a row without
-- a blank.
--
--     select app.word_hashes('0194f3c0-0000-7000-8000-000000000001', 'quay st');
--     -- {-7100117251418043286,-8046811543610781439}
--
-- A text holds a word only if its hashes hold those of the word: in UTF-8 a part of a text is a part
-- of its bytes. The account is in them for what config_of_account says. They have 64 bits: of 32, one
-- in 256 of the hashes of an account could be met by bytes that another account chooses.
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
