#!/bin/sh
# Tells whether the store answers. One image has wget, the other curl.
set -eu

url=http://127.0.0.1:${OBJECT_PORT:-8333}${OBJECT_HEALTH:-/healthz}
if command -v wget >/dev/null; then
    exec wget -q -O /dev/null "$url"
fi
exec curl --fail --silent --output /dev/null "$url"
