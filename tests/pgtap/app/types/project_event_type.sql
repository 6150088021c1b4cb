begin;
select plan(1);

select enum_has_labels(
    'app', 'project_event_type',
    array[
        'project.created', 'project.updated', 'project.status_changed', 'project.submitted',
        'project.accepted', 'project.rejected', 'payload.saved', 'file.attached',
        'report.generated', 'user.data_deleted'
    ],
    'the audit log records these events'
);

select * from finish();
rollback;
