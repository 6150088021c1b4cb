-- 0002.enum-constraints
-- depends: 0001.core-schema
--
-- why    Status, module and event type have few values, and a status moves only forward.
-- locks  app.projects, app.project_payloads, app.project_events ACCESS EXCLUSIVE while they are
--        rewritten: apply before there is data.
-- undo   0002.enum-constraints.rollback.sql; the values stay, as text.

create type app.project_status as enum (
    'draft',
    'estimating',
    'submitted',
    'accepted',
    'rejected'
);
comment on type app.project_status is 'Where a project stands; it moves only forward.';

create type app.project_module as enum (
    'signage.single_pole.direct_burial',
    'signage.single_pole.base_plate',
    'signage.two_pole.direct_burial'
);
comment on type app.project_module is 'The design module that made a payload.';

create type app.project_event_type as enum (
    'project.created',
    'project.updated',
    'project.status_changed',
    'project.submitted',
    'project.accepted',
    'project.rejected',
    'payload.saved',
    'file.attached',
    'report.generated',
    'user.data_deleted'
);
comment on type app.project_event_type is 'What an event of the audit log records.';

-- Text becomes an ENUM: the rewrite is what this migration is for, and its header says so.
alter table app.projects
    -- squawk-ignore ban-drop-default
    alter column status drop default,
    -- squawk-ignore changing-column-type
    alter column status type app.project_status using status::app.project_status,
    alter column status set default 'draft';

alter table app.project_payloads
    -- squawk-ignore changing-column-type
    alter column module type app.project_module using module::app.project_module;

alter table app.project_events
    -- squawk-ignore changing-column-type
    alter column event_type type app.project_event_type using event_type::app.project_event_type;

create function app.check_status_move()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if (old.status::text, new.status::text) in (
        ('draft', 'estimating'),
        ('estimating', 'submitted'),
        ('submitted', 'accepted'),
        ('submitted', 'rejected')
    ) then
        return new;
    end if;
    raise exception using
        errcode = 'ES001',
        message = format('project %s cannot move from %s to %s', old.project_id, old.status, new.status),
        hint    = 'Status moves draft, estimating, submitted, then accepted or rejected.',
        schema  = 'app',
        table   = 'projects';
end
$function$;
comment on function app.check_status_move() is
    'Trigger: refuses a status move that the life of a project does not have (ES001).';

create trigger projects_status_move
    before update on app.projects
    for each row
    when (old.status is distinct from new.status)
    execute function app.check_status_move();
