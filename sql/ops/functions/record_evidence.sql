-- Add an entry to the evidence; called by the functions that retire partitions, erase events and
-- begin maintenance.
--
-- Writers wait for each other until they commit: all of that is rare.
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
    previous bytea;
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
