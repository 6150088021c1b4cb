insert into app.projects (account_id, project_id, name, created_by, updated_by, created_at, updated_at)
select md5((n % 3)::text)::uuid, md5('p' || n)::uuid, 'project ' || n, 'ana', 'ana',
       timestamptz '2025-03-01' + make_interval(days => n),
       timestamptz '2025-03-01' + make_interval(days => n)
  from generate_series(1, 60) as n;

insert into app.project_payloads (account_id, project_id, payload_id, module, config, created_at)
select p.account_id, p.project_id, md5(p.project_id::text || n)::uuid,
       'signage.single_pole.direct_burial', jsonb_build_object('n', n), p.created_at
  from app.projects as p
 cross join generate_series(1, 100) as n;

insert into app.project_events (account_id, project_id, event_id, event_type, actor, occurred_at)
select p.account_id, p.project_id, md5('e' || p.project_id::text || n)::uuid, 'report.generated',
       'ana', p.created_at + make_interval(days => n)
  from app.projects as p
 cross join generate_series(0, 9) as n;
