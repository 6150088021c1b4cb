-- Take back what an import wrote: rows that it added are removed, and rows that it replaced or
-- completed are again as they were before. The import stays in the ledger, with who undid it, when
-- and why; what is taken back stays in catalog.replaced_rows. Imports that built on it are undone
-- first. Projects hold copies of what they were calculated with, and do not change.
--
--     select undone.removed, undone.restored
--       from catalog.imports as import
--      cross join lateral catalog.undo_import(import.import_id, 'a wrong file') as undone
--      where import.edition = 'v16.0';
--     -- 2299 | 0
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
    with earlier as (
        select (jsonb_populate_record(null::catalog.material_catalog, kept.was)).*
          from catalog.replaced_rows as kept
         where kept.import_id = undone.import_id
           and kept.relation = 'catalog.material_catalog'
           and not kept.is_removed
    )
    update catalog.material_catalog as row
       set shape            = earlier.shape,
           shape_type       = earlier.shape_type,
           edi_label        = earlier.edi_label,
           metric_label     = earlier.metric_label,
           has_special_note = earlier.has_special_note,
           dimensions       = earlier.dimensions,
           properties       = earlier.properties,
           source           = earlier.source,
           import_id        = earlier.import_id,
           source_sheet     = earlier.source_sheet,
           source_row       = earlier.source_row,
           other_sources    = earlier.other_sources,
           doubts           = earlier.doubts,
           doubted          = earlier.doubted,
           set_apart        = earlier.set_apart
      from earlier
     where row.material_id = earlier.material_id;
    with earlier as (
        select (jsonb_populate_record(null::catalog.code_references, kept.was)).*
          from catalog.replaced_rows as kept
         where kept.import_id = undone.import_id
           and kept.relation = 'catalog.code_references'
           and not kept.is_removed
    )
    update catalog.code_references as row
       set title       = earlier.title,
           formula     = earlier.formula,
           application = earlier.application,
           source      = earlier.source,
           import_id   = earlier.import_id,
           source_row  = earlier.source_row
      from earlier
     where row.code    = earlier.code
       and row.section = earlier.section;
    -- What is left of its rows, it added.
    delete from catalog.material_catalog as row where row.import_id = undone.import_id;
    delete from catalog.code_references as row where row.import_id = undone.import_id;
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
