-- Allow only the status changes draft -> estimating -> submitted -> accepted | rejected.
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
