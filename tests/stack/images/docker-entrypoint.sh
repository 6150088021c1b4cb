#!/bin/bash
# Does what the image postgres:16 documents of its own: where there are no data, it makes them and runs
# the files of /docker-entrypoint-initdb.d, on a server that listens on its socket alone.
set -eu

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    export POSTGRES_USER=${POSTGRES_USER:-postgres}
    export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
    mkdir -p -m 0700 "$PGDATA"
    eval "initdb --username='$POSTGRES_USER' --pwfile=<(echo '${POSTGRES_PASSWORD:?}') ${POSTGRES_INITDB_ARGS:-}"
    printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
    pg_ctl -D "$PGDATA" -w -t 120 -o "$(printf '%q ' "${@:2}") -c listen_addresses=''" start
    psql=(psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER")
    [ "$POSTGRES_DB" = postgres ] || "${psql[@]}" -d postgres -c "create database \"$POSTGRES_DB\""
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh) "$file" ;;
            *.sql) "${psql[@]}" --dbname="$POSTGRES_DB" --file="$file" ;;
        esac
    done
    pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
