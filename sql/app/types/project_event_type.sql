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
