-- Record the rows of the catalogs that this transaction wrote as published or imported; return how
-- many. Rows that were written otherwise stay unrecorded, and ops.check_integrity() finds them.
--
--     select ops.record_catalog_rows();
--     -- 0
--
create function ops.record_catalog_rows()
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    recorded bigint;
begin
    -- Without a transaction id, age() counts from the next one.
    perform pg_current_xact_id();
    insert into ops.recorded_rows as r (relation, key, sha256)
    select h.relation, h.key, h.sha256
      from ops.catalog_row_hashes(written_now => true) as h
        on conflict on constraint recorded_rows_pkey
        do update set sha256 = excluded.sha256
        where r.sha256 <> excluded.sha256;
    get diagnostics recorded = row_count;
    return recorded;
end
$function$;
comment on function ops.record_catalog_rows() is
    'Records the rows of the catalogs that the transaction wrote, for ops.find_recorded_faults().';
