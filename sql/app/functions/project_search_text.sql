-- The text of a project that a search examines, in lower case.
--
--     select app.project_search_text('Harbour sign', 'Ana''s Diner', null, '12 Quay St');
--     -- harbour sign ana's diner  12 quay st
--
create function app.project_search_text(
    name      text,
    customer  text,
    site_name text,
    street    text
)
    returns text
    language sql
    immutable
    parallel safe
    return lower(
        name || ' ' || coalesce(customer, '')
        || ' ' || coalesce(site_name, '') || ' ' || coalesce(street, '')
    );
comment on function app.project_search_text(text, text, text, text) is
    'Name, customer, site name and street in one lower-case text, for searching.';
