drop trigger projects_status_move on app.projects;
drop function app.check_status_move();

alter table app.project_events alter column event_type type text;
alter table app.project_payloads alter column module type text;
alter table app.projects
    alter column status drop default,
    alter column status type text,
    alter column status set default 'draft';

drop type app.project_event_type;
drop type app.project_module;
drop type app.project_status;
