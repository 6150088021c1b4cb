"""What a run does, measured: each pending statement is run on scratch copies of the database."""
