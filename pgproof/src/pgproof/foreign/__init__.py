"""Other tools' folders of migrations: converted into this format, and their ledgers adopted."""
