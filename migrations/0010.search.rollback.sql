drop function app.search_projects(uuid, text, integer);
drop index app.projects_account_id_search_idx;
drop function app.project_search_text(text, text, text, text);
drop extension pg_trgm;
