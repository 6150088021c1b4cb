#!/bin/sh
# Starts SeaweedFS as an S3 server: an administrator who makes buckets, and a pair of keys for each
# bucket that reaches no other. Only S3 listens to others; the rest asks for no password.
set -eu
umask 077

for name in ADMIN UPLOADS BACKUPS; do
    eval "secret=\${OBJECT_${name}_SECRET:-}"
    if [ "${#secret}" -lt 16 ]; then
        echo "error: OBJECT_${name}_SECRET has fewer than 16 characters" >&2
        echo "hint: make compose-env writes one into .env" >&2
        exit 1
    fi
done

of_bucket() {
    echo "{\"name\": \"$1\", \"credentials\": [{\"accessKey\": \"$2\", \"secretKey\": \"$3\"}],"
    echo " \"actions\": [\"Read:$1\", \"Write:$1\", \"List:$1\", \"Tagging:$1\"]}"
}
config=${OBJECT_RUN:-/run/eagle-sign}/s3.json
cat >"$config" <<END
{"identities": [
{"name": "admin", "credentials": [{"accessKey": "$OBJECT_ADMIN_KEY", "secretKey": "$OBJECT_ADMIN_SECRET"}],
 "actions": ["Admin", "Read", "Write", "List", "Tagging"]},
$(of_bucket uploads "$OBJECT_UPLOADS_KEY" "$OBJECT_UPLOADS_SECRET"),
$(of_bucket backups "$OBJECT_BACKUPS_KEY" "$OBJECT_BACKUPS_SECRET")
]}
END

exec weed server -ip=127.0.0.1 -ip.bind=127.0.0.1 -s3 -s3.config="$config" -s3.iam=false \
    -s3.port.iceberg=0 -s3.port.lance=0 -master.telemetry=false -master.volumeSizeLimitMB=256 \
    -volume.max=0 "$@"
