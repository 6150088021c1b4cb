-- The hash of every payload of a range of accounts, computed from its contents.
--
-- Runs as the owner: an auditor compares designs with the audit log without reading them. The hash
-- is defined here a second time, so that a changed app.snapshot_sha256() is detected.
--
--     select count(*) from ops.payload_hashes('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff');
--     -- 1
--
create function ops.payload_hashes(
    first_account uuid,
    last_account  uuid
)
    returns table (
        account_id uuid,
        project_id uuid,
        payload_id uuid,
        sha256     text
    )
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select
        p.account_id,
        p.project_id,
        p.payload_id,
        encode(
            sha256(
                convert_to(
                    format('[%s, %s, %s]', p.config, p.files, p.cost_snapshot), 'UTF8'
                )
            ),
            'hex'
        )
      from app.project_payloads as p
     where p.account_id between payload_hashes.first_account and payload_hashes.last_account;
end
$function$;
comment on function ops.payload_hashes(uuid, uuid) is
    'The hash of each payload of a range of accounts, computed anew from what it holds.';
