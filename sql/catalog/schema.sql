create schema catalog;
comment on schema catalog is
    'Reference data that all accounts share: constants, prices, materials, code clauses.';
