create schema app;
comment on schema app is
    'Tenant data: every table leads with account_id and shows an account its own rows only.';
