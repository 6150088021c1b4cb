-- The newest payload of each module of a project.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select module, sha256
--       from app.latest_payloads(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a'
--            );
--     -- signage.single_pole.base_plate | 47c076e454ad…
--
create function app.latest_payloads(
    account_id uuid,
    project_id uuid
)
    returns setof app.project_payloads
    language sql
    stable
    security invoker
begin atomic
    select distinct on (p.module) p.*
      from app.project_payloads as p
     where p.account_id = app.own_account(latest_payloads.account_id)
       and p.project_id = latest_payloads.project_id
     order by p.module, p.created_at desc, p.payload_id desc;
end;
comment on function app.latest_payloads(uuid, uuid) is
    'The newest payload of each module of a project.';
