#!/bin/sh
# Tells whether the log is being received at this moment.
set -eu

receiving=$(psql --no-psqlrc --tuples-only --no-align --dbname="$DATABASE_URL" --command="
    select count(*) from pg_stat_replication
     where application_name = 'barman_receive_wal' and state = 'streaming'")
test "$receiving" -gt 0
