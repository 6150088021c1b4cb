-- Record the archive file of a detached partition, after the program has read the file back.
--
-- The hash of the content is also computed here, from the rows: a file that does not hold them is
-- refused (ES205), so that its table is not dropped.
--
--     select ops.record_archive(
--                partition      => 'app.project_events_y2023m01',
--                file_name      => 'app.project_events_y2023m01.copy.gz',
--                file_sha256    => '0c5f3e8b9a7d41f6a2e8c4b7d9f1a3e5c7b9d1f3a5e7c9b1d3f5a7e9c1b3d5f7',
--                content_sha256 => 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
--                row_count      => 0
--            );
--
create function ops.record_archive(
    partition      text,
    file_name      text,
    file_sha256    text,
    content_sha256 text,
    row_count      bigint
)
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform
       from ops.retired_partitions as r
      where r.partition = record_archive.partition
        and r.state in ('detached', 'archived')
        and r.row_count = record_archive.row_count
        and to_regclass(r.partition) is not null
        for update;
    if not found then
        raise exception using
            errcode = 'ES204',
            message = format('%s is not detached, or has not %s rows', record_archive.partition, record_archive.row_count),
            hint    = 'Archive a partition after ops.finish_detachment(), whole.';
    end if;
    if record_archive.content_sha256
        is distinct from ops.archive_sha256(record_archive.partition::regclass) then
        raise exception using
            errcode = 'ES205',
            message = format('the archive does not hold the rows of %s', record_archive.partition),
            hint    = 'Write it with tooling partition retire, which reads it back.';
    end if;
    update ops.retired_partitions as r
       set state          = 'archived',
           file_name      = record_archive.file_name,
           file_sha256    = record_archive.file_sha256,
           content_sha256 = record_archive.content_sha256,
           changed_at     = now()
     where r.partition = record_archive.partition;
end
$function$;
comment on function ops.record_archive(text, text, text, text, bigint) is
    'Notes the file that a detached partition was archived to.';
