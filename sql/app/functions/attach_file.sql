-- Attach a file to the newest design of a module; return the design, and whether it is new.
--
-- `file` is a JSON object with a `name`; what else it holds, such as an address and a hash, is the
-- API's. The design with the file is a new snapshot, so that the one before remains as it was. A
-- file that the design has already, equal in all it holds, is not attached again.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select (attached.payload).files, attached.is_new
--       from app.attach_file(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                module     => 'signage.single_pole.base_plate',
--                file       => '{"name": "elevation.pdf", "bytes": 48213}'
--            ) as attached;
--     -- [{"name": "elevation.pdf", "bytes": 48213}] | t
--
create function app.attach_file(
    account_id uuid,
    project_id uuid,
    module     app.project_module,
    file       jsonb,
    actor      text default null
)
    returns table (payload app.project_payloads, is_new boolean)
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    design app.project_payloads;
    saved  record;
begin
    perform app.require_account(attach_file.account_id);
    perform app.require_between(
        'length of actor', coalesce(length(attach_file.actor), 0), 0, 255
    );
    if not ops.json_fits(attach_file.file, 16384)
        or jsonb_typeof(attach_file.file -> 'name') is distinct from 'string'
        or length(attach_file.file ->> 'name') not between 1 and 200 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a file is a JSON object of at most 16384 bytes with a name of 1 to 200 characters',
            hint    = 'Keep the file itself elsewhere; give its name, and where it is.';
    end if;

    -- Files that are attached at the same time come one after the other.
    perform
       from app.projects as p
      where p.account_id = attach_file.account_id
        and p.project_id = attach_file.project_id
        for no key update;
    select l.* into design
      from app.latest_payloads(attach_file.account_id, attach_file.project_id) as l
     where l.module = attach_file.module;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format(
                'there is no design %s of a project %s in this account', attach_file.module,
                attach_file.project_id
            ),
            hint    = 'Save a design of the module first: a file belongs to a design.';
    end if;
    if exists (
        select
          from jsonb_array_elements(design.files) as attached (file)
         where attached.file = attach_file.file
    ) then
        payload := design;
        is_new  := false;
        return next;
        return;
    end if;

    select put.payload, put.is_new
      into saved
      from app.put_payload(
               attach_file.account_id, attach_file.project_id, attach_file.module,
               design.config, design.files || attach_file.file, design.cost_snapshot,
               attach_file.actor
           ) as put;
    payload := saved.payload;
    is_new  := saved.is_new;
    perform app.append_event(
        attach_file.account_id, attach_file.project_id, 'file.attached',
        coalesce(attach_file.actor, app.current_actor()),
        jsonb_build_object(
            'payload_id', payload.payload_id,
            'module', attach_file.module,
            'name', attach_file.file -> 'name'
        )
    );
    return next;
end
$function$;
comment on function app.attach_file(uuid, uuid, app.project_module, jsonb, text) is
    'Attaches a file to the newest design of a module as a new snapshot, and records it.';
