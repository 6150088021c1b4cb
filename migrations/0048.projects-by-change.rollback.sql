-- transactional: false
drop index concurrently app.projects_account_id_updated_at_idx;
