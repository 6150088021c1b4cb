"""The object store: SeaweedFS started by the script of compose.yaml, and its buckets."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.compose import stack
from tests.conftest import ROOT

VALUES = stack.secrets()
FOLDER = ROOT / "compose/object"


class Store:
    """A server, and clients of it."""

    def __init__(self, place: Path):
        self.place = place
        self.port = stack.free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, values: dict[str, str]) -> "subprocess.Popen[bytes]":
        """Start what compose.yaml does, on ports and in a folder of our own."""
        service = stack.services()["object"]
        script = FOLDER / Path(service["entrypoint"][1]).name
        changed = {
            "-s3.ip.bind=0.0.0.0": "-s3.ip.bind=127.0.0.1",
            "-dir=/data": f"-dir={self.place}",
        }
        assert changed.keys() <= set(service["command"])
        words = [changed.get(word, word) for word in service["command"]]
        ports = [f"-s3.port={self.port}", f"-s3.port.grpc={stack.free_port()}"]
        for part in ("master", "volume", "filer"):
            ports += [f"-{part}.port={stack.free_port()}", f"-{part}.port.grpc={stack.free_port()}"]
        with (self.place / "log").open("wb") as log:
            return subprocess.Popen(
                ["sh", script, *words, *ports],
                env=self.environment(values), stdout=log, stderr=log,
            )  # fmt: skip

    def environment(self, values: dict[str, str]) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {
            **os.environ,
            "PATH": path,
            "OBJECT_RUN": str(self.place),
            "OBJECT_PORT": str(self.port),
            **stack.environment_of("object", values),
        }

    def is_healthy(self) -> bool:
        words = stack.services()["object"]["healthcheck"]["test"]
        script = FOLDER / Path(words[-1]).name
        done = subprocess.run(
            ["sh", script], env=self.environment(VALUES), check=False, capture_output=True
        )
        return done.returncode == 0

    def client(self, who: str, secret: str | None = None) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=VALUES[f"OBJECT_{who}_KEY"],
            aws_secret_access_key=secret or VALUES[f"OBJECT_{who}_SECRET"],
            region_name="us-east-1",
        )

    def make_buckets(self) -> "subprocess.CompletedProcess[str]":
        """Run the one-shot service of compose.yaml."""
        service = stack.services()["buckets"]
        script = ROOT / service["entrypoint"][1].removeprefix("/opt/eagle-sign/")
        given = stack.environment_of("buckets", VALUES)
        assert given["AWS_ENDPOINT_URL_S3"] == "http://object:8333"
        environment = {**os.environ, **given, "AWS_ENDPOINT_URL_S3": self.url}
        return subprocess.run(
            [sys.executable, script, *service["command"]],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store(tmp_path_factory.mktemp("object"))
    process = made.start(VALUES)
    try:
        while not made.is_healthy():
            assert process.poll() is None, (made.place / "log").read_text()
        done = made.make_buckets()
        assert done.returncode == 0, done.stderr + (made.place / "log").read_text()
        yield made
    finally:
        process.terminate()
        process.wait(60)


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def test_the_buckets_are_there_and_made_once(store: Store) -> None:
    found = store.client("ADMIN").list_buckets()["Buckets"]
    assert {bucket["Name"] for bucket in found} == {"uploads", "backups"}
    again = store.make_buckets()
    assert again.returncode == 0
    assert again.stdout.splitlines() == [
        "uploads: was there, versioned", "backups: was there, versioned",
    ]  # fmt: skip


@pytest.mark.parametrize("bucket", ["uploads", "backups"])
def test_what_is_overwritten_or_deleted_can_be_had_back(store: Store, bucket: str) -> None:
    client = store.client(bucket.upper())
    for body in (b"one", b"two"):
        client.put_object(Bucket=bucket, Key="file", Body=body)
    client.delete_object(Bucket=bucket, Key="file")
    assert refusal(lambda: client.get_object(Bucket=bucket, Key="file")) == "NoSuchKey"
    versions = client.list_object_versions(Bucket=bucket, Prefix="file")["Versions"]
    bodies = {
        client.get_object(Bucket=bucket, Key="file", VersionId=one["VersionId"])["Body"].read()
        for one in versions
    }
    assert bodies == {b"one", b"two"}


def test_a_wrong_key_is_refused(store: Store) -> None:
    wrong = store.client("UPLOADS", secret="not-the-secret-of-uploads")
    assert refusal(lambda: wrong.list_objects_v2(Bucket="uploads")) == "SignatureDoesNotMatch"
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(f"{store.url}/uploads?list-type=2")


@pytest.mark.parametrize(("who", "other"), [("UPLOADS", "backups"), ("BACKUPS", "uploads")])
def test_a_pair_of_keys_reaches_its_own_bucket_alone(store: Store, who: str, other: str) -> None:
    client = store.client(who)
    assert refusal(lambda: client.list_objects_v2(Bucket=other)) == "AccessDenied"
    assert refusal(lambda: client.put_object(Bucket=other, Key="x", Body=b"x")) == "AccessDenied"
    assert refusal(lambda: client.create_bucket(Bucket="mine")) == "AccessDenied"


def test_only_its_owner_reads_the_keys(store: Store) -> None:
    assert (store.place / "s3.json").stat().st_mode & 0o077 == 0


def test_nothing_but_s3_listens_to_others(store: Store) -> None:
    text = (FOLDER / "start.sh").read_text()
    assert "-ip.bind=127.0.0.1" in text
    assert "-master.telemetry=false" in text
    assert not {"8888", "9333"} & {
        port.rpartition(":")[2] for port in stack.services()["object"]["ports"]
    }


def test_it_does_not_start_with_a_secret_that_is_short(tmp_path: Path) -> None:
    made = Store(tmp_path)
    process = made.start({**VALUES, "OBJECT_BACKUPS_SECRET": "minio"})
    assert process.wait(60) == 1
    assert "OBJECT_BACKUPS_SECRET" in (tmp_path / "log").read_text()


def test_buckets_say_what_is_wrong_when_nobody_answers(tmp_path: Path) -> None:
    done = Store(tmp_path).make_buckets()
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
