-- The roles connect to their own database and to no other of this server: there they would read and
-- stop what others run under the same role here. A database that is made later is open to everybody
-- until the same is said of it.
revoke all on database postgres, template1 from public;
