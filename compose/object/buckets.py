"""Makes the buckets named as arguments, versioned, where they are not there yet.

The store and its keys are boto3's: AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
"""

import sys
from collections.abc import Sequence

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def main(names: Sequence[str]) -> int:
    """Return 0 when each bucket is there and keeps versions."""
    client = boto3.client("s3")
    try:
        there = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
        for name in names:
            if name not in there:
                client.create_bucket(Bucket=name)
            if client.get_bucket_versioning(Bucket=name).get("Status") != "Enabled":
                enabled = {"Status": "Enabled"}
                client.put_bucket_versioning(Bucket=name, VersioningConfiguration=enabled)
            print(f"{name}: {'was there' if name in there else 'made'}, versioned")
    except (BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        print("hint: docker compose logs object; keys and address are in .env", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
