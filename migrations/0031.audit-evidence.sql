-- 0031.audit-evidence
-- depends: 0030.limits-validated
--
-- why    Whoever could write the records of retirements could explain any missing event. What may
--        explain one is from here on in a hash chain of its own, ops.evidence; an archive is
--        compared with the rows before their table may go; an event has an actor, a bounded size and
--        a project that is there; and an auditor reads what the log is compared with.
-- locks  app.projects SHARE ROW EXCLUSIVE, and its policies' ACCESS EXCLUSIVE with those of payloads
--        and totals, briefly: nothing is rewritten or scanned.
-- undo   0031.audit-evidence.rollback.sql; the evidence is lost. Events appended meanwhile stay.

-- Keep the record of evidence as it was written.
create function ops.refuse_evidence_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'ES212',
        message = format('evidence is immutable: %s is refused', lower(tg_op)),
        hint    = 'Only what retires a partition or erases events adds to it.',
        schema  = 'ops',
        table   = 'evidence';
end
$function$;
comment on function ops.refuse_evidence_change() is
    'Trigger: refuses update, delete and truncate of evidence (ES212).';

create table ops.evidence (
    position     bigint       not null,
    kind         text         not null,
    subject      text         not null,
    recorded_at  timestamptz  not null  default clock_timestamp(),
    role         text         not null  default session_user,
    content      jsonb        not null,
    sha256       bytea        not null,
    constraint evidence_pkey primary key (position),
    constraint evidence_position_check check (position > 0),
    constraint evidence_kind_check
        check (kind in ('beginning', 'retirement', 'erasure', 'unlogged')),
    constraint evidence_subject_check check (length(subject) <= 200),
    constraint evidence_sha256_check check (octet_length(sha256) = 32)
);
select ops.place('ops.evidence', 'local');

create trigger evidence_immutable
    before update or delete or truncate on ops.evidence
    for each statement
    execute function ops.refuse_evidence_change();

comment on table ops.evidence is
    'What may explain that an event is missing or empty, in one hash chain; never changed.';
comment on column ops.evidence.position is 'Place of the entry in the chain, from 1.';
comment on column ops.evidence.kind is
    'beginning: of this record; retirement: a state of a partition; erasure: places of a chain '
    'that were emptied; unlogged: what a project held when the record began and no event says.';
comment on column ops.evidence.subject is
    'The partition, or account and project with a slash between.';
comment on column ops.evidence.recorded_at is 'When the entry was made.';
comment on column ops.evidence.role is 'The role that was logged in.';
comment on column ops.evidence.content is
    'What is known: the record of the retirement with the hash of its stretches, or the places.';
comment on column ops.evidence.sha256 is
    'Hash of the entry and the hash of the entry before it, 32 bytes.';

-- Add an entry to the record of evidence; called by the functions whose work it proves.
--
-- Writers take turns until they commit: retirements and erasures are rare.
--
create function ops.record_evidence(
    kind    text,
    subject text,
    content jsonb
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    entry    ops.evidence;
    previous bytea := decode(repeat('00', 32), 'hex');
begin
    lock table ops.evidence in share row exclusive mode;
    select e.position, e.sha256
      into entry.position, previous
      from ops.evidence as e
     order by e.position desc
     limit 1;
    entry.position    := coalesce(entry.position, 0) + 1;
    entry.kind        := record_evidence.kind;
    entry.subject     := record_evidence.subject;
    entry.recorded_at := clock_timestamp();
    entry.role        := session_user;
    entry.content     := record_evidence.content;
    entry.sha256      := sha256(
        coalesce(previous, decode(repeat('00', 32), 'hex'))
        || convert_to(
            jsonb_build_array(
                entry.position, entry.kind, entry.subject, extract(epoch from entry.recorded_at),
                entry.role, entry.content
            )::text,
            'UTF8'
        )
    );
    insert into ops.evidence values (entry.*);
end
$function$;
comment on function ops.record_evidence(text, text, jsonb) is
    'Adds an entry to the hash chain of ops.evidence.';

-- Hash of what app.retired_events holds of a partition: of the hashes of its accounts, each of the
-- hashes of its rows, so that no account is too large for it.
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

-- Add each state of a retirement to the evidence, with the hash of what left of each chain.
create function ops.record_retirement()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
as $function$
begin
    perform ops.record_evidence(
        'retirement',
        new.partition,
        to_jsonb(new) || jsonb_build_object(
            'stretches_sha256', encode(ops.stretches_sha256(new.partition), 'hex')
        )
    );
    return null;
end
$function$;
comment on function ops.record_retirement() is
    'Trigger: adds a changed record of a retirement to ops.evidence.';

-- Hash of the rows of a partition as its archive has them: of the hashes of each 1000 lines of COPY.
--
-- Who archives a partition has to know it, and so to have read the rows; no other role may call this.
--
create function ops.archive_sha256(partition regclass)
    returns text
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO, YMD'
    set intervalstyle = 'postgres'
    set timezone = 'UTC'
    set bytea_output = 'hex'
    set extra_float_digits = 1
as $function$
declare
    line   text;
    placed text;
    digest text;
begin
    select
        string_agg(
            format($field$coalesce(
                replace(replace(replace(replace(replace(replace(replace(
                    e.%I::text, '\', '\\'), E'\b', '\b'), E'\f', '\f'), E'\n', '\n'),
                    E'\r', '\r'), E'\t', '\t'), E'\v', '\v'), '\N')$field$, a.attname),
            $tab$ || E'\t' || $tab$ order by a.attnum
        ),
        coalesce(
            string_agg(
                format('e.%I, ', a.attname),
                '' order by a.attnum
            ) filter (where a.attname in ('account_id', 'project_id')),
            ''
        ) || coalesce(
            max(format('e.%I, ', a.attname)) filter (where a.attname = 'position'), ''
        ) || 'e::text collate "C"'
      into line, placed
      from pg_attribute as a
     where a.attrelid = archive_sha256.partition
       and a.attnum > 0
       and not a.attisdropped
       and a.attgenerated = '';
    execute format(
        $command$
        with line as (
            select row_number() over (order by %3$s) - 1 as number, %2$s as text
              from %1$s as e
        ),
        block as (
            select
                l.number / 1000 as number,
                sha256(convert_to(string_agg(l.text || E'\n', '' order by l.number), 'UTF8')) as sha256
              from line as l
             group by l.number / 1000
        )
        select encode(sha256(coalesce(string_agg(b.sha256, '' order by b.number), '')), 'hex')
          from block as b
        $command$,
        archive_sha256.partition, line, placed
    ) into digest;
    return digest;
end
$function$;
comment on function ops.archive_sha256(regclass) is
    'Hash of the rows of a partition as its archive has them, 64 hex digits.';

-- The actor of an event: the one that is claimed or, where none is, the one of the transaction.
--
-- Every event takes its actor from here, and so do created_by and updated_by of projects. A blank
-- actor is nobody (ES008), and so is a tenant's login role, which all its people share.
--
--     select app.event_actor(' ana@example.com ');
--     -- ana@example.com
--
create function app.event_actor(claimed text)
    returns text
    language plpgsql
    stable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    limit_of_length constant integer := 200;
    -- Where accounts are signed, so is the actor, and no other is believed.
    actor           constant text := btrim(
        case
            when event_actor.claimed is null
                or app.signing_required() and app.signed_account() <> ''
            then app.current_actor()
            else event_actor.claimed
        end
    );
begin
    if event_actor.claimed is not null
        and length(actor) between 1 and limit_of_length
        and actor !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]'
        and lower(actor) <> '(erased)' then
        return actor;
    end if;
    if coalesce(actor, '') = ''
        or event_actor.claimed is null
        and actor = session_user::text
        and not exists (
                select
                  from pg_roles as r
                 where r.rolname = coalesce(nullif(current_setting('role'), 'none'), session_user)
                   and (r.rolsuper or r.rolbypassrls or pg_has_role(r.oid, 'eagle_owner', 'member'))
            ) then
        raise exception using
            errcode = 'ES008',
            message = 'an event needs an actor',
            hint    = 'Name who acts, or run set local app.actor = ''…'' in the same transaction first.';
    end if;
    if length(actor) > limit_of_length
        or actor ~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('an actor is one line of at most %s characters', limit_of_length),
            hint    = 'Name who acts by an address or a key.';
    end if;
    if lower(actor) = '(erased)' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'an actor is not named as an erased one is',
            hint    = 'Name who acts by an address or a key.';
    end if;
    return actor;
end
$function$;
comment on function app.event_actor(text) is
    'The actor of an event: the one claimed or that of the transaction; ES008 if there is none.';
grant execute on function app.event_actor(text) to eagle_application, eagle_reader;

-- The hash of every payload of a range of accounts, computed anew from what it holds.
--
-- Runs as the owner: an auditor compares designs with the log without reading them. What a saved
-- design hashes to is said here once more, so that app.snapshot_sha256() is not asked about itself.
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

create trigger retired_partitions_evidence
    after insert or update on ops.retired_partitions
    for each row
    execute function ops.record_retirement();
comment on column ops.retired_partitions.content_sha256 is
    'Hash of the rows in the file, as ops.archive_sha256() computes it, 64 hex digits.';
comment on column ops.missed_months.misses is
    'How often a refused writer found the partition missing and had it made.';
comment on column ops.missed_months.first_at is 'When the first did.';
comment on column ops.missed_months.last_at is 'When the last did.';

create policy projects_audit
    on app.projects
    for select
    to eagle_auditor
    using (true);
comment on policy projects_audit on app.projects is
    'An auditor compares every project with the log.';

create policy project_payloads_audit
    on app.project_payloads
    for select
    to eagle_auditor
    using (true);
comment on policy project_payloads_audit on app.project_payloads is
    'An auditor compares the hash of every payload with the log.';

create policy project_totals_audit
    on app.project_totals
    for select
    to eagle_auditor
    using (true);
comment on policy project_totals_audit on app.project_totals is
    'An auditor compares the totals with the projects.';

-- Give a changed project its new etag, after checking the etag that the change names, and let a
-- project name as its actors whom its events name.
--
-- A change that does not mention the etag is taken to know the current one.
--
create or replace function app.change_project()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if tg_op = 'INSERT' then
        if new.updated_by is distinct from new.created_by then
            new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
            new.created_by := app.event_actor(coalesce(new.created_by, ''));
        else
            new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
            new.created_by := new.updated_by;
        end if;
        return new;
    end if;
    -- A signed actor is the one who changes the project, whether the update names one or not.
    if new.updated_by is distinct from old.updated_by
        or app.signing_required() and app.signed_account() <> '' then
        new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
    end if;
    if new.etag is distinct from old.etag then
        raise exception using
            errcode = 'ES002',
            message = format('project %s has changed since it was read', old.project_id),
            detail  = format('The etag given is %s, the current one is %s.', new.etag, old.etag),
            hint    = 'Read the project again and repeat the change on what it holds now.',
            schema  = 'app',
            table   = 'projects';
    end if;
    if (new.account_id, new.project_id, new.created_by, new.created_at)
        is distinct from (old.account_id, old.project_id, old.created_by, old.created_at) then
        raise exception using
            errcode = 'ES006',
            message = format('the identity and origin of project %s cannot change', old.project_id),
            hint    = 'Leave account_id, project_id, created_by and created_at as they are.',
            schema  = 'app',
            table   = 'projects';
    end if;

    new.etag       := gen_random_uuid();
    new.updated_at := greatest(now(), old.updated_at);
    return new;
end
$function$;
comment on function app.change_project() is
    'Trigger: refuses a stale etag (ES002), a changed identity (ES006) or no actor (ES008), '
    'then renews etag and updated_at.';

-- Append an event to its project's hash chain.
--
-- Runs as the owner, so that no other role needs a right on the chain heads. Updating the head
-- orders the writers of one project; writers of different projects do not meet. The hash is that of
-- app.event_sha256 and app.event_content_sha256, whose calls would cost more than what they do.
--
create or replace function app.chain_event()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    limit_of_actor constant integer := 200;
    limit_of_data  constant integer := 65536;
    project        constant bytea := uuid_send(new.account_id) || uuid_send(new.project_id);
    written        text;
    content        bytea;
    is_first       boolean := new.event_type = 'project.created';
begin
    -- Triggers have asked whom to record already, but for actors older than this function.
    if pg_trigger_depth() = 1 or length(new.actor) not between 1 and limit_of_actor then
        new.actor := app.event_actor(new.actor);
    end if;
    new.erased_at := null;
    if new.event_type <> 'user.data_deleted' then
        if new.data ?| array['erased_sha256', 'erased_positions'] then
            raise exception using
                errcode = 'insufficient_privilege',
                message = 'only an erasure says what was erased',
                hint    = 'Use other keys than erased_sha256 and erased_positions.',
                schema  = 'app',
                table   = 'project_events';
        end if;
        -- Some bytes can be a number of 131,072 digits: such are found before they are written out.
        if pg_column_size(new.data) > 512 then
            if exists (
                select
                  from jsonb_path_query(new.data, 'strict $.** ? (@.type() == "number")') as number
                 where abs(number::numeric) >= 1e40
                    or scale(number::numeric) > 40
            ) then
                written := repeat(' ', limit_of_data + 1);
            end if;
        end if;
    end if;
    written := coalesce(written, new.data::text);
    if octet_length(written) > limit_of_data and new.event_type <> 'user.data_deleted' then
        raise exception using
            errcode = 'program_limit_exceeded',
            message = format('the data of an event is at most %s bytes of JSON', limit_of_data),
            hint    = 'Keep what is larger elsewhere, and record its name and hash; a number has at most 40 digits before and after its point.',
            schema  = 'app',
            table   = 'project_events';
    end if;
    content := uuid_send(new.event_id)
        || timestamptz_send(new.occurred_at)
        || sha256(int4send(octet_length(new.actor)) || convert_to(new.actor || written, 'UTF8'))
        || convert_to(new.event_type::text, 'UTF8');
    loop
        if not is_first then
            update app.event_chains as c
               set position = c.position + 1,
                   sha256   = sha256(c.sha256 || project || int8send(c.position + 1) || content)
             where c.account_id = new.account_id
               and c.project_id = new.project_id
            returning c.position, c.sha256 into new.position, new.sha256;
            if found then
                -- What triggers and erasures record goes on; asked with the head locked, so that no
                -- event of a statement follows a deletion that was waited for.
                exit when pg_trigger_depth() > 1 or new.event_type = 'user.data_deleted';
                exit when exists (
                    select
                      from app.projects as p
                     where p.account_id = new.account_id
                       and p.project_id = new.project_id
                );
            end if;
        end if;

        if not exists (
            select
              from app.projects as p
             where p.account_id = new.account_id
               and p.project_id = new.project_id
        ) then
            raise exception using
                errcode    = 'foreign_key_violation',
                message    = format('there is no project %s to record an event of', new.project_id),
                hint       = 'Create the project first, in the account that the event names.',
                schema     = 'app',
                table      = 'project_events';
        end if;
        insert into app.event_chains as c (account_id, project_id, position, sha256)
        values (
            new.account_id, new.project_id, 1,
            sha256(decode(repeat('00', 32), 'hex') || project || int8send(1) || content)
        )
            on conflict on constraint event_chains_pkey do nothing
        returning c.position, c.sha256 into new.position, new.sha256;
        exit when found;
        is_first := false;
    end loop;
    return new;
end
$function$;
comment on function app.chain_event() is
    'Trigger: gives a new event its position and hash in the chain of its project.';

-- Record every change of a project in the audit log, whoever makes it, and what it changes in the
-- totals of its account.
--
-- An update records the names of the changed columns, not their values, so that erasing a
-- customer's data does not have to search the log for it. The last of these events names who is in
-- updated_by. Runs as the owner, who alone may record what the database records of itself.
--
create or replace function app.audit_project()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    moved   record;
    changed text[];
begin
    if tg_op = 'INSERT' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.created', new.created_by,
                jsonb_build_object('status', new.status));
        if new.updated_by <> new.created_by then
            insert into app.project_events (account_id, project_id, event_type, actor, data)
            values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                    '{"columns": ["updated_by"]}');
        end if;
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
        return null;
    end if;
    if tg_op = 'DELETE' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (old.account_id, old.project_id, 'user.data_deleted', app.event_actor(null),
                jsonb_build_object('deleted', 'project'));
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        );
        return null;
    end if;

    insert into app.project_totals (
        account_id, status, project_count, confidence_count, confidence_sum, duration
    )
    values
        (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        ),
        (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
    if new.status is distinct from old.status then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id,
                case
                    when new.status in ('submitted', 'accepted', 'rejected')
                    then ('project.' || new.status)::app.project_event_type
                    else 'project.status_changed'
                end,
                new.updated_by,
                jsonb_build_object('from', old.status, 'to', new.status));
    end if;

    -- Most updates only move a project: taking both rows apart would cost more than the update.
    moved            := old;
    moved.status     := new.status;
    moved.etag       := new.etag;
    moved.updated_at := new.updated_at;
    moved.updated_by := new.updated_by;
    if moved is not distinct from new then
        if new.status = old.status and new.updated_by <> old.updated_by then
            insert into app.project_events (account_id, project_id, event_type, actor, data)
            values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                    '{"columns": ["updated_by"]}');
        end if;
        return null;
    end if;
    select array_agg(field.key order by field.key)
      into changed
      from jsonb_each(to_jsonb(new)) as field
     where field.value is distinct from to_jsonb(old) -> field.key
       and field.key not in ('status', 'etag', 'updated_at', 'updated_by');
    if changed is not null then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                jsonb_build_object('columns', changed));
    end if;
    return null;
end
$function$;
comment on function app.audit_project() is
    'Trigger: appends the event that records a project''s creation, change or deletion, '
    'and adds what it changes to the totals.';

-- Record every saved design in the audit log.
--
-- Runs as the owner, who alone may record what the database records of itself.
--
create or replace function app.audit_payload()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (new.account_id, new.project_id, 'payload.saved', app.event_actor(null),
            jsonb_build_object(
                'payload_id', new.payload_id,
                'module', new.module,
                'sha256', new.sha256,
                'saved_at', new.created_at
            ));
    return null;
end
$function$;
comment on function app.audit_payload() is
    'Trigger: appends the event that records a saved payload.';

-- Erase who did what from a project's events, on request, leaving tombstones; returns how many.
--
-- Type, time and place in the chain stay, and the hash of what was erased, so that the chain still
-- verifies. The erasure itself is an event that names the places it emptied, the given actor and the
-- role that logged in; ops.evidence keeps the places with the time. A tombstone that neither names
-- is a forgery.
--
--     select app.erase_events(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                actor      => 'privacy@example.com',
--                reason     => 'request 2026-114'
--            );
--     -- 2
--
create or replace function app.erase_events(
    account_id uuid,
    project_id uuid,
    actor      text,
    reason     text
)
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    erased bigint[];
begin
    if length(erase_events.reason) > 1000 then
        raise exception using
            errcode = 'program_limit_exceeded',
            message = 'the reason of an erasure is at most 1000 characters',
            hint    = 'Name the request; keep its text elsewhere.';
    end if;
    perform
       from app.event_chains as c
      where c.account_id = erase_events.account_id
        and c.project_id = erase_events.project_id
        for update;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('project %s has no events in this account', erase_events.project_id),
            hint    = 'Check the account and the project.';
    end if;

    -- A statement, since the nodes of a distributed database hear of no call of set_config().
    set local app.erasing = 'events';
    with tombstone as (
        update app.project_events as e
           set actor     = '(erased)',
               -- jsonb_build_object() is not immutable, and so no function of a column that every
               -- node of a distributed database may compute.
               data      = (
                   '{"erased_sha256": "'
                   || encode(app.event_content_sha256(e.actor, e.data), 'hex')
                   || '"}'
               )::jsonb,
               erased_at = now()
         where e.account_id = erase_events.account_id
           and e.project_id = erase_events.project_id
           and e.erased_at is null
           and not (e.event_type = 'user.data_deleted' and e.data ? 'erased_positions')
        returning e.position
    )
    select coalesce(array_agg(t.position order by t.position), '{}') into erased from tombstone as t;
    set local app.erasing = '';

    if erased <> '{}' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (erase_events.account_id, erase_events.project_id, 'user.data_deleted',
                erase_events.actor,
                jsonb_build_object(
                    'reason', erase_events.reason,
                    'role', session_user,
                    'erased_positions', erased
                ));
        perform ops.record_evidence(
            'erasure',
            erase_events.account_id || '/' || erase_events.project_id,
            jsonb_build_object(
                'erased_at', extract(epoch from now()),
                'positions', erased,
                'status', (
                    select p.status
                      from app.projects as p
                     where p.account_id = erase_events.account_id
                       and p.project_id = erase_events.project_id
                )
            )
        );
    end if;
    return cardinality(erased);
end
$function$;
comment on function app.erase_events(uuid, uuid, text, text) is
    'Erases actor and data of a project''s events, leaves verifiable tombstones, and records it.';

-- Take note of the file that a detached partition was archived to, after reading the file back.
--
-- The hash of the content is computed here too, from the rows: a file that does not hold them is
-- refused (ES205), and so its table is not dropped.
--
--     select ops.record_archive(
--                partition      => 'app.project_events_y2023m01',
--                file_name      => 'app.project_events_y2023m01.copy.gz',
--                file_sha256    => '0c5f3e8b9a7d41f6a2e8c4b7d9f1a3e5c7b9d1f3a5e7c9b1d3f5a7e9c1b3d5f7',
--                content_sha256 => 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
--                row_count      => 0
--            );
--
create or replace function ops.record_archive(
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

-- For a program whose write was refused for want of a partition of this moment: make the partition
-- and count that, if nobody has, and tell whether the write can be tried again.
--
--     select ops.repair_partitions(account_id => '0194f3c0-0000-7000-8000-000000000001');
--     -- t
--
create or replace function ops.repair_partitions(account_id uuid)
    returns boolean
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(repair_partitions.account_id);
    if ops.held_times('app.project_events') @> now() then
        return true;
    end if;
    perform ops.create_time_partitions(p.relation, (now() at time zone 'UTC')::date)
       from ops.partition_policies as p
      where p.relation = 'app.project_events';
    insert into ops.missed_months as m (relation, starts_at, misses)
    select p.relation, period.starts_at, 1
      from ops.partition_policies as p
     cross join lateral ops.periods_between(
               p.period, (now() at time zone 'UTC')::date, (now() at time zone 'UTC')::date
           ) as period
     where p.relation = 'app.project_events'
        on conflict on constraint missed_months_pkey
        do update set misses = m.misses + 1, last_at = excluded.last_at;
    return ops.held_times('app.project_events') @> now();
end
$function$;
comment on function ops.repair_partitions(uuid) is
    'Makes the partition of this moment if it is missing, counts that, '
    'and tells whether a refused write can be tried again.';

-- Find events that were changed, removed, inserted or reordered since they were recorded.
--
-- Returns no row when all is well. Recomputes the hash of every event from the one before it, as
-- app.event_sha256 does, and compares the end of each chain with its head. Where partitions were
-- retired, the chain goes on from what app.retired_events keeps, if the retirement is on record.
--
--     select * from ops.verify_event_chain();
--     -- (no rows)
--
create or replace function ops.verify_event_chain(
    account_id uuid default null,
    project_id uuid default null
)
    returns table (
        chain_account_id uuid,
        chain_project_id uuid,
        chain_position   bigint,
        event_id         uuid,
        problem          text
    )
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    with attached as materialized (
        select format('%I.%I', n.nspname, c.relname) as partition
          from pg_inherits as h
          join pg_class as c on c.oid = h.inhrelid
          join pg_namespace as n on n.oid = c.relnamespace
         where h.inhparent = 'app.project_events'::regclass
           and not h.inhdetachpending
    ),
    retired as (
        select s.*, r.partition is not null as is_recorded
          from app.retired_events as s
          left join ops.retired_partitions as r on r.partition = s.partition
         where (verify_event_chain.account_id is null or s.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or s.project_id = verify_event_chain.project_id)
           and not exists (select from attached as a where a.partition = s.partition)
    ),
    recorded as (
        select
            e.account_id,
            e.project_id,
            e.position as first_position,
            e.position,
            e.sha256,
            e.event_id,
            e.erased_at is not null as is_erased,
            e.actor = '(erased)' and e.data - 'erased_sha256' = '{}' as is_empty,
            uuid_send(e.account_id)
            || uuid_send(e.project_id)
            || int8send(e.position)
            || uuid_send(e.event_id)
            || timestamptz_send(e.occurred_at)
            || case
                   when e.erased_at is null
                   then sha256(
                       int4send(octet_length(e.actor)) || convert_to(e.actor || e.data::text, 'UTF8')
                   )
                   when e.data ->> 'erased_sha256' ~ '^[0-9a-f]{64}$'
                   then decode(e.data ->> 'erased_sha256', 'hex')
               end
            || convert_to(e.event_type::text, 'UTF8') as content,
            null::boolean as is_recorded
          from app.project_events as e
         where (verify_event_chain.account_id is null or e.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or e.project_id = verify_event_chain.project_id)
        union all
        select
            retired.account_id,
            retired.project_id,
            retired.first_position,
            retired.last_position,
            retired.last_sha256,
            null,
            false,
            false,
            null,
            retired.is_recorded
          from retired
    ),
    linked as (
        select
            r.*,
            lag(r.position, 1, 0::bigint) over chain as previous_position,
            lag(r.sha256, 1, decode(repeat('00', 32), 'hex')) over chain as previous_sha256,
            lead(r.position) over chain is null as is_last
          from recorded as r
        window chain as (partition by r.account_id, r.project_id order by r.position, r.event_id)
    ),
    erasure as (
        select distinct e.account_id, e.project_id, named.place::bigint as place
          from app.project_events as e
         cross join lateral jsonb_path_query(
                   e.data,
                   '$.erased_positions[*] ? (@.type() == "number" && @ > 0 && @ < 9223372036854775807)'
               ) as named (place)
         where e.event_type = 'user.data_deleted'
           and e.erased_at is null
           and (verify_event_chain.account_id is null or e.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or e.project_id = verify_event_chain.project_id)
        union
        select retired.account_id, retired.project_id, named.place
          from retired
         cross join lateral unnest(retired.erased_positions) as named (place)
    ),
    head as (
        select c.account_id, c.project_id, c.position, c.sha256
          from app.event_chains as c
         where (verify_event_chain.account_id is null or c.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or c.project_id = verify_event_chain.project_id)
    ),
    checked as (
        select
            coalesce(linked.account_id, head.account_id) as account_id,
            coalesce(linked.project_id, head.project_id) as project_id,
            linked.position,
            head.position as head_position,
            linked.event_id,
            case
                when linked.account_id is null then null
                when linked.position is null or linked.sha256 is null
                    then 'inserted: it has no place in the chain'
                when linked.first_position <= linked.previous_position
                    then 'inserted: the place is taken twice'
                when linked.first_position > linked.previous_position + 1
                    then format('removed: %s before this one', linked.first_position - linked.previous_position - 1)
                when not linked.is_recorded
                    then 'retired: no recorded retirement holds these events'
                when linked.is_recorded then null
                when linked.sha256 is distinct from sha256(linked.previous_sha256 || linked.content)
                    then 'changed: the hash does not match the event'
                when linked.is_erased and not linked.is_empty
                    then 'changed: the tombstone holds more than the hash of its event'
                when linked.is_erased and erasure.place is null
                    then 'erased: no recorded erasure names this event'
            end as of_event,
            case
                when linked.account_id is not null and head.account_id is null
                    then 'inserted: the project has no chain'
            end as of_chain,
            case
                when linked.account_id is null and head.position > 0
                    then format('removed: all %s events', head.position)
                when not linked.is_last or head.account_id is null then null
                when linked.position < head.position
                    then format('removed: the last %s', head.position - linked.position)
                when linked.position > head.position then 'inserted: events after the head'
                when linked.sha256 <> head.sha256 then 'changed: the head is not the last event'
            end as of_head
          from linked
          full join head
            on head.account_id = linked.account_id
           and head.project_id = linked.project_id
          left join erasure
            on linked.is_erased
           and erasure.account_id = linked.account_id
           and erasure.project_id = linked.project_id
           and erasure.place = linked.position
    )
    select checked.account_id, checked.project_id, found.position, found.event_id, found.problem
      from checked
     cross join lateral (
           values
               (checked.position, checked.event_id, checked.of_event),
               (checked.position, checked.event_id, checked.of_chain),
               (checked.head_position, null, checked.of_head)
           ) as found (position, event_id, problem)
     where coalesce(checked.of_event, checked.of_chain, checked.of_head) is not null
       and found.problem is not null
    union all
    select null, null, null, null, format(
               'retired: %s left with %s events, of which %s are on record',
               r.partition, r.row_count, coalesce(sum(s.last_position - s.first_position + 1), 0)
           )
      from ops.retired_partitions as r
      left join app.retired_events as s on s.partition = r.partition
     where r.relation = 'app.project_events'
       and verify_event_chain.account_id is null
       and verify_event_chain.project_id is null
       and not exists (select from attached as a where a.partition = r.partition)
     group by r.partition
    having r.row_count <> coalesce(sum(s.last_position - s.first_position + 1), 0)
     order by 1, 2, 3;
end
$function$;
comment on function ops.verify_event_chain(uuid, uuid) is
    'Every event that breaks its project''s hash chain, and how; no row when all is well.';

-- Waits for the writers under way: those after it record their actors as the functions above do.
create or replace trigger projects_change
    before insert or update on app.projects
    for each row
    execute function app.change_project();

select ops.record_evidence('beginning', 'app.project_events', '{}');
