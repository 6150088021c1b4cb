"""What an application asks, on the schema before and after each migration: what breaks."""
