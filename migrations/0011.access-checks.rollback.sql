drop function ops.check_access();
drop trigger project_events_authorize on app.project_events;
drop function app.authorize_event();
drop trigger project_payloads_renew on app.project_payloads;
drop function app.renew_payload();
