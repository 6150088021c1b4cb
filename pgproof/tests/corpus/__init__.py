"""Cases with what PostgreSQL really does in each: `cases` reads them, `truth` asks a debugger."""
