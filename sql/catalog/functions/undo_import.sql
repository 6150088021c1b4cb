-- Take back what an import wrote: rows that it added are removed, and rows that it replaced or
-- completed are again as they were before. The import stays in the ledger, with who undid it, when
-- and why; what is taken back stays in catalog.replaced_rows. Imports that built on it are undone
-- first. Projects hold copies of what they were calculated with, and do not change.
--
--     select removed, restored
--       from catalog.undo_import('01a22b10-4bbd-7033-bfad-56f46ca8d6e1', 'a wrong file');
--     -- ERROR ES105: import 01a22b10-4bbd-7033-bfad-56f46ca8d6e1 is not in the ledger
--
create function catalog.undo_import(
    import_id uuid,
    reason    text default null,
    out removed  bigint,
    out restored bigint
)
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    undone  catalog.imports;
    later   catalog.imports;
    touched bigint;
    restored_in record;
begin
    perform app.require_between('length of reason', coalesce(length(undo_import.reason), 0), 0, 1000);
    -- The lock of imports: one of them at a time, and none while one is undone.
    perform pg_advisory_xact_lock(hashtextextended('catalog.imports', 0));
    select import.*
      into undone
      from catalog.imports as import
     where import.import_id = undo_import.import_id;
    if undone.import_id is null then
        raise exception using
            errcode = 'ES105',
            message = format('import %s is not in the ledger', undo_import.import_id),
            hint    = 'List the imports with: tooling catalog imports';
    elsif undone.undone_at is not null then
        raise exception using
            errcode = 'ES106',
            message = format(
                'import %s was undone by %s at %s',
                undone.import_id, undone.undone_by, undone.undone_at
            ),
            hint    = 'Import the file again to have its rows again.';
    elsif undone.kind not in ('aisc', 'asce') then
        raise exception using
            errcode = 'ES106',
            message = format('import %s is of a seed, %s', undone.import_id, undone.file_name),
            hint    = 'Change the file in seeds/reference, and load it with: tooling seed';
    end if;

    -- Rows that later imports made of rows of this one.
    select import.*
      into later
      from catalog.replaced_rows as replaced
      join catalog.imports as import
        on import.import_id = replaced.import_id
     where not replaced.is_removed
       and import.undone_at is null
       and import.import_id <> undone.import_id
       and (replaced.was ->> 'import_id' = undone.import_id::text
            or (replaced.was -> 'other_sources')::text like '%' || undone.import_id || '%')
     order by import.imported_at desc, import.import_id desc
     limit 1;
    if later.import_id is not null then
        raise exception using
            errcode = 'ES106',
            message = format('import %s replaced rows of import %s', later.import_id, undone.import_id),
            detail  = format('%s was imported at %s.', later.file_name, later.imported_at),
            hint    = format('Undo that one first: tooling catalog undo %s', later.import_id);
    end if;

    insert into catalog.replaced_rows (import_id, relation, key, was, is_removed)
    select undone.import_id, 'catalog.material_catalog', row.material_id::text, to_jsonb(row), true
      from catalog.material_catalog as row
     where row.import_id = undone.import_id
    union all
    select undone.import_id, 'catalog.code_references', concat_ws(', ', row.code, row.section),
           to_jsonb(row), true
      from catalog.code_references as row
     where row.import_id = undone.import_id;
    get diagnostics touched = row_count;
    select count(*)
      into restored
      from catalog.replaced_rows as earlier
     where earlier.import_id = undone.import_id
       and not earlier.is_removed;
    removed := touched - restored;
    if removed <> undone.rows_inserted
       or exists (
              select
                from catalog.material_catalog as row
               where row.import_id <> undone.import_id
                 and row.other_sources::text like '%' || undone.import_id || '%'
          )
    then
        raise exception using
            errcode = 'ES106',
            message = format(
                'what import %s replaced, or what replaced it, was not kept', undone.import_id
            ),
            detail  = format(
                'It added %s rows, and %s of its rows are there, %s with an earlier state.',
                undone.rows_inserted, touched, restored
            ),
            hint    = 'It is older than catalog.replaced_rows: correct its rows by another import.';
    end if;

    delete from ops.recorded_rows as recorded
     using catalog.replaced_rows as gone
     where gone.import_id = undone.import_id
       and gone.is_removed
       and recorded.relation = gone.relation
       and recorded.key = gone.key
       and not exists (
               select
                 from catalog.replaced_rows as earlier
                where earlier.import_id = undone.import_id
                  and not earlier.is_removed
                  and earlier.relation = gone.relation
                  and earlier.key = gone.key
           );
    -- What it added goes first: a row that is restored may have had the name of one of these. All
    -- columns are restored, those of later migrations as well.
    for restored_in in
        select place.relation, place.key,
               string_agg(format('%I', a.attname), ', ' order by a.attnum) as names,
               string_agg(format('earlier.%I', a.attname), ', ' order by a.attnum) as earlier
          from (values
                   ('catalog.material_catalog', 'row.material_id::text'),
                   ('catalog.code_references', 'concat_ws('', '', row.code, row.section)')
               ) as place (relation, key)
          join pg_attribute as a
            on a.attrelid = place.relation::regclass
           and a.attnum > 0
           and not a.attisdropped
           and a.attgenerated = ''
         group by place.relation, place.key
    loop
        execute format(
            'delete from %1$s as row'
            ' where row.import_id = $1'
            '   and not exists (select from catalog.replaced_rows as kept'
            '                    where kept.import_id = $1 and not kept.is_removed'
            '                      and kept.relation = %1$L and kept.key = %2$s)',
            restored_in.relation, restored_in.key
        ) using undone.import_id;
        execute format(
            'update %1$s as row set (%3$s) = row (%4$s)'
            '  from catalog.replaced_rows as kept'
            ' cross join lateral jsonb_populate_record(null::%1$s, kept.was) as earlier'
            ' where kept.import_id = $1 and not kept.is_removed'
            '   and kept.relation = %1$L and kept.key = %2$s',
            restored_in.relation, restored_in.key, restored_in.names, restored_in.earlier
        ) using undone.import_id;
    end loop;
    update catalog.imports as import
       set undone_at   = now(),
           undone_by   = session_user,
           undo_reason = nullif(undo_import.reason, '')
     where import.import_id = undone.import_id;
    perform ops.record_catalog_rows();
end
$function$;
revoke execute on function catalog.undo_import(uuid, text) from public;
comment on function catalog.undo_import(uuid, text) is
    'Takes back what an import wrote, and records who undid it and why.';
