#!/bin/sh
# Starts a node. A node logs in to another as the role that a query runs as: it finds the password of
# each role in a file that only the server's user reads.
set -eu
umask 077

: >"$PGPASSFILE"
for name in $(env | sed -n 's/^\([A-Z]*\(_[A-Z]*\)*\)_PASSWORD=.*/\1/p' | sort); do
    role=$(echo "$name" | tr '[:upper:]' '[:lower:]')
    eval "password=\$${name}_PASSWORD"
    if [ "${#password}" -lt 16 ]; then
        echo "error: ${name}_PASSWORD has fewer than 16 characters" >&2
        echo "hint: make compose-env writes one into .env" >&2
        exit 1
    fi
    password=$(printf %s "$password" | sed 's/[\\:]/\\&/g')
    printf '*:*:*:%s:%s\n' "$role" "$password" >>"$PGPASSFILE"
done

exec "${EAGLE_NEXT:-docker-entrypoint.sh}" "$@"
