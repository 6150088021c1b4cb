"""The S3-compatible store of copies. Credentials come the way every S3 client finds them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tooling.backup.settings import BackupSettings
from tooling.errors import ConnectionFailedError, Exit, InputError, ToolingError

_HINT = (
    "Check bucket and endpoint in [tool.tooling.backup], AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, and that the store runs."
)


@dataclass(frozen=True)
class Store:
    """A bucket, and what its keys begin with. Failures raise ConnectionFailedError."""

    client: Any
    bucket: str
    prefix: str

    def keys(self) -> dict[str, int]:
        """Return the sizes of objects by key, without the prefix."""
        found: dict[str, int] = {}
        with _explained():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix
            )
            for page in pages:
                for one in page.get("Contents", []):
                    found[one["Key"].removeprefix(self.prefix)] = one["Size"]
        return found

    def put(self, key: str, file: Path) -> None:
        """Upload a file under a key; it is there whole or not at all.

        The client sends a checksum with each part, which the store compares; the size is looked at.
        """
        with _explained():
            self.client.upload_file(
                str(file),
                self.bucket,
                self.prefix + key,
                ExtraArgs={"ChecksumAlgorithm": "SHA256"},
            )
            head = self.client.head_object(Bucket=self.bucket, Key=self.prefix + key)
        if (found := head["ContentLength"]) != (size := file.stat().st_size):
            raise ToolingError(
                f"{key} in the store has {found} bytes, not {size}",
                hint="Run the command again: it is uploaded again.",
                exit_code=Exit.DAMAGED,
            )

    def get(self, key: str, file: Path) -> None:
        """Download an object. Raises InputError if there is none."""
        import botocore.exceptions

        with _explained():
            try:
                self.client.download_file(self.bucket, self.prefix + key, str(file))
            except botocore.exceptions.ClientError as error:
                if error.response.get("Error", {}).get("Code") != "404":
                    raise
                raise InputError(
                    f"the store has no {self.prefix}{key}",
                    hint="`tooling backup ship` copies what is missing.",
                ) from error

    def delete(self, keys: list[str]) -> None:
        """Delete objects; those that are not there are no error."""
        with _explained():
            for key in keys:
                self.client.delete_object(Bucket=self.bucket, Key=self.prefix + key)


def opened(settings: BackupSettings) -> Store:
    """Return the store of the settings. Raises InputError if they name none."""
    if settings.bucket is None:
        raise InputError(
            "no bucket is set",
            hint="Set bucket, endpoint and recipients in [tool.tooling.backup] of pyproject.toml.",
        )
    import boto3
    from botocore.config import Config

    with _explained():
        # A session of its own: boto3's default one keeps the first credentials of the process.
        client = boto3.Session().client(
            "s3",
            endpoint_url=settings.endpoint,
            config=Config(
                retries={"max_attempts": 5, "mode": "standard"},
                connect_timeout=10,
                read_timeout=60,
                s3={"addressing_style": "path"} if settings.endpoint else {},
            ),
        )
    return Store(client, settings.bucket, settings.prefix)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn the client's errors into ours."""
    import boto3.exceptions
    import botocore.exceptions

    try:
        yield
    except (
        botocore.exceptions.BotoCoreError,
        botocore.exceptions.ClientError,
        boto3.exceptions.Boto3Error,
    ) as error:
        raise ConnectionFailedError(f"object store: {error}", hint=_HINT) from error
