begin;
select plan(1);

select enum_has_labels(
    'app', 'project_status',
    array['draft', 'estimating', 'submitted', 'accepted', 'rejected'],
    'a project passes these statuses, in this order'
);

select * from finish();
rollback;
