-- Keep rows of a catalog as they are, before an import replaces them; return how many.
--
--     select catalog.keep_rows(import_id, 'catalog.code_references', '{}')
--       from catalog.imports limit 1;
--     -- 0
--
create function catalog.keep_rows(
    import_id uuid,
    relation  text,
    keys      text[]
)
    returns bigint
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    kept bigint;
begin
    perform app.require_between(
        'number of keys', coalesce(cardinality(keep_rows.keys), 0), 0, 1000000
    );
    if keep_rows.relation = 'catalog.material_catalog' then
        insert into catalog.replaced_rows (import_id, relation, key, was, is_removed)
        select keep_rows.import_id, keep_rows.relation, row.material_id::text, to_jsonb(row), false
          from catalog.material_catalog as row
         where row.material_id::text = any (keep_rows.keys);
    elsif keep_rows.relation = 'catalog.code_references' then
        insert into catalog.replaced_rows (import_id, relation, key, was, is_removed)
        select keep_rows.import_id, keep_rows.relation, concat_ws(', ', row.code, row.section),
               to_jsonb(row), false
          from catalog.code_references as row
         where concat_ws(', ', row.code, row.section) = any (keep_rows.keys);
    else
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('relation cannot be %L', keep_rows.relation),
            hint    = 'Give catalog.material_catalog or catalog.code_references.';
    end if;
    get diagnostics kept = row_count;
    return kept;
end
$function$;
revoke execute on function catalog.keep_rows(uuid, text, text[]) from public;
comment on function catalog.keep_rows(uuid, text, text[]) is
    'Keeps rows of a catalog as they are, before an import replaces them.';
