#!/bin/sh
# Run once, when the data is made: the roles of this database, what only a superuser can give them,
# and their passwords.
set -eu

sql=${EAGLE_SQL:-/usr/share/eagle-sign/sql}
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --dbname="${EAGLE_CONNECTION:-user=$POSTGRES_USER dbname=$POSTGRES_DB}" \
    --file="$sql/roles.sql" --file="$sql/superuser.sql"
eagle-passwords
