"""Every compose file: valid, complete in its references, and open to nobody by default."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.compose import stack
from tests.compose.stack import DOCKERFILES, FILES, PROFILES, Service
from tests.conftest import ROOT

EVERY = pytest.mark.parametrize(
    ("file", "name", "service"),
    [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in stack.every_service()],
)
NAMED = [
    "db", "cache", "object", "search", "postgres_exporter", "prometheus", "alertmanager",
    "grafana", "migrate", "jobs", "metrics", "receive", "alert-receiver", "restore",
]  # fmt: skip
WRITABLE = {"search"}
"""Services whose program writes beside its volumes; the file says what."""
BY_HAND = {"restore"}
"""Services that are started by their names, by no profile of others."""
CERTIFICATES = {
    "ETCD_CLIENT_CERT_AUTH", "ETCD_PEER_CLIENT_CERT_AUTH", "ETCD_KEY_FILE", "ETCD_PEER_KEY_FILE",
    "ETCDCTL_KEY", "PATRONI_CTL_KEYFILE", "PATRONI_ETCD3_KEY", "PATRONI_RESTAPI_KEYFILE",
}  # fmt: skip
"""Variables that name the file of a key, or say that one is asked for."""
_SECRET = re.compile(r"PASS|SECRET|_KEY$|AUTH$", re.IGNORECASE)
_ASKED = re.compile(r"\$\{[A-Z_]+:\?[^}]+\}")


def program(name: str) -> Path:
    return Path(sys.executable).with_name(name)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_is_valid_by_the_compose_specification(file: Path) -> None:
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_hadolint_has_nothing_against_an_image(file: Path) -> None:
    command = [program("hadolint"), "--config", ROOT / ".hadolint.yaml", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_services_have_their_public_names() -> None:
    assert set(NAMED) <= set(stack.services())


@pytest.mark.parametrize("file", [file.name for file in FILES])
def test_a_service_has_no_power_that_it_does_not_need(file: str, tmp_path: Path) -> None:
    """As it stands in the file; of a file that is given after another one, as the two together."""
    files = [stack.OVERRIDES[file], file] if file in stack.OVERRIDES else [file]
    services = stack.resolved(tmp_path, *files, profile="all")["services"]
    for name, service in services.items():
        assert {"ALL"} == set(service.get("cap_drop", [])), name
        assert service.get("cap_add", []) == [], name
        assert {"no-new-privileges:true"} == set(service.get("security_opt", [])), name
        assert not service.get("privileged"), name
        assert service["read_only"] is (name not in WRITABLE), name
    assert file != "compose.yaml" or services.keys() >= WRITABLE


@EVERY
def test_a_port_is_open_on_this_machine_alone(file: str, name: str, service: Service) -> None:
    for port in service.get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:(\d+|\$\{[A-Z0-9_]+:-\d+\}):\d+", port), port
    assert service.get("network_mode", "") != "host"


@EVERY
def test_what_keeps_running_says_how_it_is(file: str, name: str, service: Service) -> None:
    if stack.is_one_shot(file, name):
        assert "restart" not in service
        return
    assert service["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries"} <= service["healthcheck"].keys()


@EVERY
def test_a_service_has_limits(file: str, name: str, service: Service) -> None:
    limits = service["deploy"]["resources"]["limits"]
    assert re.fullmatch(r"\d+(\.\d+)?", limits["cpus"])
    assert re.fullmatch(r"\d+[MG]", limits["memory"])


@EVERY
def test_no_password_stands_in_it_or_has_a_default(file: str, name: str, service: Service) -> None:
    for key, value in service.get("environment", {}).items():
        named = key.endswith(("PASSFILE", "PGPASS", "USERNAME")) or key in CERTIFICATES
        if _SECRET.search(key) and not named:
            assert _ASKED.fullmatch(value), f"{key}: {value}"
        assert not re.search(r"//[^/@]+:[^@]+@", value), f"{key}: {value}"


@EVERY
def test_what_it_waits_for_is_there_and_can_be_waited_for(
    file: str, name: str, service: Service
) -> None:
    others = stack.services(file)
    for other, how in service.get("depends_on", {}).items():
        assert other in others
        if how["condition"] == "service_healthy":
            assert "healthcheck" in others[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert "restart" not in others[other]


@EVERY
def test_volumes_and_networks_are_declared(file: str, name: str, service: Service) -> None:
    whole = stack.load(file)
    assert set(service["networks"]) <= whole["networks"].keys()
    named = [volume.split(":")[0] for volume in service.get("volumes", [])]
    assert {one for one in named if not one.startswith(".")} <= (whole["volumes"] or {}).keys()


@EVERY
def test_what_it_mounts_from_here_is_here_and_cannot_be_written(
    file: str, name: str, service: Service
) -> None:
    for volume in service.get("volumes", []):
        source, _, rest = volume.partition(":")
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert rest.endswith(":ro"), volume


@EVERY
def test_what_is_built_is_here(file: str, name: str, service: Service) -> None:
    build = service.get("build")
    if build:
        context = ROOT / build["context"]
        assert (context / build.get("dockerfile", "Dockerfile")).is_file()
        assert service["image"].startswith("eagle-sign/")


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_what_an_image_copies_is_here_and_not_ignored(file: Path) -> None:
    """In the folder that the service is built from."""
    text = file.read_text().replace("\\\n", " ")
    (context,) = {
        ROOT / build["context"]
        for _, _, service in stack.every_service()
        if (build := service.get("build"))
        and (ROOT / build["context"] / build.get("dockerfile", "Dockerfile")).samefile(file)
    }
    kept = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    for words in re.findall(r"^COPY (.*)$", text, re.MULTILINE):
        *sources, _target = [word for word in words.split() if not word.startswith("--")]
        for source in sources:
            assert (context / source).exists(), source
            assert context != ROOT or source.split("/")[0] in kept, source
    assert ".env" not in kept


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_starts_all_that_its_services_wait_for(profile: str) -> None:
    services = stack.services()
    started = {name for name, one in services.items() if profile in one.get("profiles", [profile])}
    for name in started:
        assert services[name].get("depends_on", {}).keys() <= started, name
    assert profile != "all" or started == services.keys() - BY_HAND


def test_without_a_profile_only_the_database_starts() -> None:
    assert [name for name, one in stack.services().items() if "profiles" not in one] == ["db"]


def test_volumes_that_are_declared_are_used() -> None:
    for file in FILES:
        whole = stack.load(file.name)
        used = {
            volume.split(":")[0]
            for service in whole["services"].values()
            for volume in service.get("volumes", [])
        }
        assert set(whole.get("volumes") or {}) <= used, file.name


@pytest.mark.parametrize("file", [file.name for file in FILES])
def test_variables_and_overrides_resolve(file: str, tmp_path: Path) -> None:
    files = [stack.OVERRIDES[file], file] if file in stack.OVERRIDES else [file]
    found = stack.resolved(tmp_path, *files, profile="all")
    assert found["services"].keys() == stack.services(files[0]).keys() - BY_HAND
    assert "${" not in str(found)


def test_minio_takes_the_place_of_the_object_store(tmp_path: Path) -> None:
    found = stack.resolved(tmp_path, "compose.yaml", "compose.minio.yaml", profile="all")
    service = found["services"]["object"]
    assert service["image"].startswith("quay.io/minio/minio:")
    assert service["entrypoint"] == ["minio", "server"]
    assert service["ports"] == ["127.0.0.1:8333:8333"]
    assert service["environment"]["OBJECT_HEALTH"] == "/minio/health/live"


def test_what_connects_once_waits_for_a_loaded_node_and_what_tries_again_goes_on() -> None:
    """A node that is slower than the limit is passed over, and no other one takes writes."""
    limits = {
        name: int(conninfo_to_dict(service["environment"]["DATABASE_URL"])["connect_timeout"])
        for name, service in stack.services("compose.ha.yaml").items()
        if "DATABASE_URL" in service.get("environment", {}) and name != "restore"
    }
    assert limits == {"migrate": 10, "jobs": 10, "receive": 2}
