#!/bin/sh
# Restores the database of the stack into its volume while it is stopped. It has recovered when this
# ends, and is not started.
#
#   docker compose run --rm restore [--target-time TIME …]     from the volume of the backups
#   docker compose run --rm -T restore fetch <backups.key      first, if that is lost as well
set -eu

if [ "${1:-}" = fetch ]; then
    shift
    umask 077
    cat >/run/eagle-sign/identity
    exec tooling backup fetch --identity /run/eagle-sign/identity "$@"
fi
# 2: nobody answers. A server that starts or shuts down refuses, with 1.
answer=0
pg_isready --quiet --timeout=5 --dbname="$DATABASE_URL" || answer=$?
if [ "$answer" != 2 ]; then
    echo "error: the database is running, and its data cannot be replaced under it" >&2
    echo "hint: stop its servers, receive and jobs" >&2
    exit 5
fi
exec tooling restore --in-place --no-start "$@"
