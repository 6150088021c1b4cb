#!/bin/sh
# The roles of the database on the coordinator, before the migrations, with the passwords in the
# environment. Safe to run again. Workers get the roles when they are added.
#
# The owner logs in here, unlike elsewhere: a function that runs as the owner reaches the other nodes
# as the owner. pg_hba.conf lets it in from nodes only.
set -eu

sql=${EAGLE_SQL:-/usr/share/eagle-sign/sql}
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file="$sql/roles.sql" --file="$sql/superuser.sql"
{
    # Passwords get into no log and no statistics.
    echo "set log_statement = 'none';"
    echo "set log_min_error_statement = 'panic';"
    echo "set pg_stat_statements.track = 'none';"
    echo "alter role eagle_owner login;"
    echo 'grant connect on database :"DBNAME" to eagle_owner;'
    for name in $(env | sed -n 's/^\(EAGLE_[A-Z]*\)_PASSWORD=.*/\1/p' | sort); do
        echo "\\getenv password ${name}_PASSWORD"
        echo "alter role $(echo "$name" | tr '[:upper:]' '[:lower:]') password :'password';"
    done
} | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1
