create type app.project_status as enum (
    'draft',
    'estimating',
    'submitted',
    'accepted',
    'rejected'
);
comment on type app.project_status is 'Where a project stands; it moves only forward.';
