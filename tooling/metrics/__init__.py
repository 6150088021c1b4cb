"""What is measured of the database: read, served to Prometheus, and shown in a terminal."""
