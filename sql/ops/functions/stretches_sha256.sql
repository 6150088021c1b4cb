-- Hash of the rows of app.retired_events for a partition: computed over a hash for each account,
-- which is computed over the hashes of its rows, so that an account can be of any size.
--
--     select encode(ops.stretches_sha256('app.project_events_y2023m01'), 'hex');
--     -- e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
--
create function ops.stretches_sha256(partition text)
    returns bytea
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select sha256(coalesce(string_agg(a.sha256, ''::bytea order by a.account_id), ''::bytea))
      from (
               select
                   r.account_id,
                   sha256(
                       string_agg(
                           sha256(
                               convert_to(
                                   concat_ws(
                                       ' ', r.account_id, r.project_id, r.first_position,
                                       r.last_position, encode(r.last_sha256, 'hex'),
                                       r.erased_positions
                                   ),
                                   'UTF8'
                               )
                           ),
                           ''::bytea
                           order by r.project_id, r.first_position
                       )
                   ) as sha256
                 from app.retired_events as r
                where r.partition = stretches_sha256.partition
                group by r.account_id
           ) as a;
end;
comment on function ops.stretches_sha256(text) is
    'Hash of what app.retired_events holds of a partition, 32 bytes.';
