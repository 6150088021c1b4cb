"""How the time of each pending statement grows with the rows: measured on rows that are made up."""
