#!/bin/bash
# Starts OpenSearch with one user, admin. The users that the image brings, whose passwords are their
# names, are never made.
set -eu

home=${OPENSEARCH_HOME:-/usr/share/opensearch}
hash=$("$home/plugins/opensearch-security/tools/hash.sh" -env OPENSEARCH_INITIAL_ADMIN_PASSWORD | tail -n 1)
if [[ $hash != '$2'* ]]; then
    echo "error: the password of admin could not be hashed" >&2
    exit 1
fi
cat >"$home/config/opensearch-security/internal_users.yml" <<END
_meta:
  type: internalusers
  config_version: 2
admin:
  hash: "$hash"
  reserved: true
  backend_roles: [admin]
END

cd "$home"
exec ./opensearch-docker-entrypoint.sh opensearch
