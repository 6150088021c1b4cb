"""What has been applied to a database: its tables, their rows, and the folder beside them."""
