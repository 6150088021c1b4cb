-- The designation of a section in one spelling: its type, its sizes as decimals, and what else tells
-- it apart, between bars. Designations of one section have one key, however they are typed; ? stands
-- for a type that the text does not name, and null for a text that names no sizes.
--
--     select catalog.shape_key('HSS 10 × 3½ × 3/16'), catalog.shape_key('10 in. standard pipe');
--     -- HSS|10|3.5|0.1875 | PIPE|10|STD
--
create function catalog.shape_key(designation text)
    returns text
    language plpgsql
    immutable
    strict
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    said    text := designation;
    part    text[];
    kind    text := '?';
    suffix  text := '';
    size    numeric;
    sizes   numeric[] := '{}';
    spelled text;
begin
    if length(said) > 100 then
        return null;
    end if;
    -- A designation as the catalogs write it needs no cleaning.
    if said !~ '^(2L|[A-Z]{1,3}|Pipe)[0-9]([0-9X./]|-[0-9]+/)*(LLBB|SLBB|STD|XS|XXS|SCH[0-9]+)?$' then
        -- ½ after a digit is a part of the number; as for the rest, what looks alike becomes alike.
        said := regexp_replace(said, '([0-9])\s*([\u00BC-\u00BE\u2150-\u215E])', '\1-\2', 'g');
        said := upper(normalize(said, nfkc));
        said := regexp_replace(said, '[\u200B-\u200D\u2060\uFEFF"''\u2032\u2033\u201C-\u201F_]', '', 'g');
        said := translate(
            said,
            e'\u2044\u2215\u00D7\u2715\u2716\u2A2F\u0425\u03A7*\u2217\u2010\u2011\u2012\u2013\u2014\u2212\u2220',
            '//XXXXXXXX------L'
        );
        said := regexp_replace(said, '\s*(#|LBS?\.?(/F(OO)?T\.?)?|PLF|KG/M)\s*$', '');
        said := regexp_replace(said, '([0-9])\s*-?\s*(INCH(ES)?|IN\.|IN\M|MM|OD\M|O\.D\.|DIA\M\.?)', '\1 ', 'g');
        said := regexp_replace(said, '([0-9]),([0-9])', '\1.\2', 'g');
        said := regexp_replace(said, '([0-9])\s*BY\s*([0-9.])', '\1X\2', 'g');
        said := regexp_replace(said, '([0-9])\s+-?\s*([0-9]+\s*/\s*[0-9])', '\1-\2', 'g');
        said := regexp_replace(said, '^\s*(2|TWO|DOUBLE|DBL)[\s-]*(L|ANGLES?)(?![A-Z])', '2L');
        said := regexp_replace(said, '([0-9])\s+([0-9.])', '\1X\2', 'g');
        said := regexp_replace(said, '\s+', '', 'g');
        said := regexp_replace(said, '([0-9])-([0-9.]+)(?![0-9./])', '\1X\2', 'g');
    end if;
    said := upper(said);

    if said ~ '^(PIPE|P|PX|PXX|NPS|DN)[0-9]' or said ~ 'PIPE' then
        kind := 'PIPE';
        suffix := case
            when said ~ '^PXX[0-9]|XX-?S|DOUBLE-?(X|EXTRA)|XXH' then 'XXS'
            when said ~ '^PX[0-9]|X-?S|EXTRA-?(STRONG|HEAVY)|XH' then 'XS'
            when said ~ 'ST(AN)?D|^P[0-9]' then 'STD'
            when said ~ 'SCH' then 'SCH' || coalesce(substring(said, 'SCH[A-Z.-]*([0-9]+)'), '')
            else ''
        end;
        said := regexp_replace(said, 'SCH[A-Z.-]*[0-9]*', '');
        said := coalesce(substring(said, '[0-9.][0-9./-]*[0-9]|[0-9]'), '');
    else
        part := regexp_match(
            said,
            '^(2L|LL|L|ANGLE|WF|WT|W|MC|MT|M|ST|S|HP|BP|C|HSS|TS|TUBE|SHS|RHS|CHS)[.-]?X?([0-9.].*)$'
        );
        if part is null then
            -- The designations before 1973: 14WF90.
            part := regexp_match(said, '^([0-9.]+)(WF|WT|W|MC|MT|M|ST|S|I|HP|BP|C|\[)X?([0-9.]+)$');
            part := case
                when part is null then array['?', regexp_replace(said, '^[^0-9]+', '')]
                else array[part[2], part[1] || 'X' || part[3]]
            end;
        end if;
        said := part[2];
        kind := case
            when part[1] = 'WF' then 'W'
            when part[1] = 'BP' then 'HP'
            when part[1] = 'I' then 'S'
            when part[1] = '[' then 'C'
            when part[1] = 'LL' then '2L'
            when part[1] = 'ANGLE' then 'L'
            when part[1] in ('TS', 'TUBE', 'SHS', 'RHS', 'CHS') then 'HSS'
            else part[1]
        end;
        if kind in ('2L', '?') and said ~ '[LS]LBB?$' then
            suffix := substring(said, '([LS])LBB?$') || 'LBB';
            said   := regexp_replace(said, '[-,]?[LS]LBB?$', '');
        end if;
    end if;

    foreach spelled in array string_to_array(said, 'X') loop
        if spelled ~ '^([0-9]+[.]?[0-9]*|[.][0-9]+)$' then
            size := spelled::numeric;
        elsif spelled ~ '^([0-9]+-)?[0-9]+/0*[1-9][0-9]*$' then
            part := regexp_match(spelled, '^(?:([0-9]+)-)?([0-9]+)/([0-9]+)$');
            size := coalesce(part[1], '0')::numeric + round(part[2]::numeric / part[3]::numeric, 6);
        else
            return null;
        end if;
        -- Sixteenths of an inch are also written with three digits: .188 is 3/16.
        if kind in ('L', '2L', 'HSS', 'PIPE', '?')
           and scale(size) >= 3
           and abs(size * 16 - round(size * 16)) <= 0.016
        then
            size := round(size * 16) / 16;
        end if;
        sizes := sizes || trim_scale(size);
    end loop;
    if sizes = '{}' then
        return null;
    end if;
    if kind in ('L', '2L') and sizes[1] < sizes[2] then
        sizes[1:2] := array[sizes[2], sizes[1]];
    end if;
    if kind = '2L' and sizes[4] = 0 then
        sizes := sizes[1:3];
    end if;
    -- Up to these sizes the schedules are the weights; AISC names the others in their EDI names.
    if kind = 'PIPE' and (suffix = 'SCH40' and sizes[1] <= 10 or suffix = 'SCH80' and sizes[1] <= 8)
    then
        suffix := case suffix when 'SCH40' then 'STD' else 'XS' end;
    end if;
    return concat_ws('|', kind, array_to_string(sizes, '|'), nullif(suffix, ''));
end
$function$;
revoke execute on function catalog.shape_key(text) from public;
comment on function catalog.shape_key(text) is
    'The designation of a section in one spelling, however it was typed.';
