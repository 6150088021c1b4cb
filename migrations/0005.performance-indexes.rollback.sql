-- pg_stat_statements stays: it belongs to the server's administrator.
drop function ops.refresh_project_stats();
drop materialized view app.project_stats;
drop index app.project_events_account_id_occurred_at_idx;
drop index app.project_payloads_account_id_config_idx;
drop index app.project_payloads_account_id_project_id_module_created_at_idx;
drop index app.projects_account_id_project_id_estimating_idx;
drop index app.projects_account_id_created_at_draft_idx;
drop extension btree_gin;
