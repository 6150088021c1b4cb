"""The application's queries, and accounts to ask them of: for checks and measurements."""
