"""What the SQL of this project says, and what of it a distributed database would refuse."""
