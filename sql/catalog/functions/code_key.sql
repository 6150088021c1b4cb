-- A code's name, or a clause's number, in one spelling: ASCE 7-16, asce 7–16 and ASCE  7-16 are one.
--
--     select catalog.code_key('asce 7–16');
--     -- ASCE 7-16
--
create function catalog.code_key(name text)
    returns text
    language sql
    immutable
    strict
    parallel safe
    set search_path = pg_catalog, pg_temp
begin atomic
    select upper(trim(regexp_replace(
               translate(normalize(code_key.name, nfkc),
                         e'\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00AD\u200B\uFEFF',
                         '-------'),
               '\s+', ' ', 'g'
           )));
end;
revoke execute on function catalog.code_key(text) from public;
comment on function catalog.code_key(text) is
    'A code''s name, or a clause''s number, in one spelling of dashes, spaces and capitals.';
