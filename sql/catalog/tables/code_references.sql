create table catalog.code_references (
    code         text     not null,
    section      text     not null,
    title        text     not null,
    formula      text     null,
    application  text     not null,
    source       text     not null,
    import_id    uuid     not null,
    source_row   integer  not null,
    constraint code_references_pkey primary key (code, section),
    constraint code_references_import_id_fkey foreign key (import_id)
        references catalog.imports (import_id),
    constraint code_references_code_check check (code <> '' and length(code) <= 100),
    constraint code_references_section_check check (section <> '' and length(section) <= 100),
    constraint code_references_title_check check (title <> '' and length(title) <= 1000),
    constraint code_references_formula_check check (formula <> '' and length(formula) <= 5000),
    constraint code_references_source_check check (source <> '' and length(source) <= 1000),
    constraint code_references_source_row_check check (source_row > 0),
    constraint code_references_application_check check (length(application) <= 5000)
);
select ops.place('catalog.code_references', 'reference');

create unique index code_references_code_key_code_key_idx
    on catalog.code_references (catalog.code_key(code), catalog.code_key(section));

comment on table catalog.code_references is
    'Clauses of engineering codes that the calculations cite.';
comment on column catalog.code_references.code is 'The code and its edition, such as ASCE 7-16.';
comment on column catalog.code_references.section is 'Number of the clause, such as 26.10.2.';
comment on column catalog.code_references.title is 'Title of the clause as the code prints it.';
comment on column catalog.code_references.formula is
    'The formula of the clause; null when it has none.';
comment on column catalog.code_references.application is 'What the product uses the clause for.';
comment on column catalog.code_references.source is 'Where the clause was checked.';
comment on column catalog.code_references.import_id is 'The import that last stated the clause.';
comment on column catalog.code_references.source_row is
    'Row of the file, counted from 1 with its header.';
