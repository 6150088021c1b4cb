#!/bin/sh
# Starts Redis with its password, which stands neither in the file nor in the list of processes.
set -eu

if [ "${#REDISCLI_AUTH}" -lt 16 ]; then
    echo "error: CACHE_PASSWORD has fewer than 16 characters" >&2
    echo "hint: make compose-env writes one into .env" >&2
    exit 1
fi
exec redis-server "$REDIS_CONFIG" "$@" - <<END
requirepass $REDISCLI_AUTH
END
