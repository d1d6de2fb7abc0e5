"""The containers: pinned, without rights, read only, healthy or not, and open to this machine alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from holdfast.cli.app import application

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
WANTED = {"desk", "prefect", "dashboard", "emulator", "redis", "prometheus", "grafana", "postgres"}
PROJECT = "holdfast-test"
PINNED = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?")
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


@pytest.mark.plan("004-063")
def test_every_part_of_the_house_is_there():
    assert set(SERVICES) == WANTED | {"house"}


@each_service
def test_an_image_is_pinned_by_its_version(service):
    assert PINNED.fullmatch(service["image"]), service["image"]


@each_service
def test_a_container_has_no_rights_it_does_not_need(service):
    user, _, group = service["user"].partition(":")
    assert int(user) > 0
    assert group.isdigit()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert any(one.startswith("/tmp:") and "noexec" in one for one in service["tmpfs"])  # noqa: S108 (a mount)
    assert service["restart"] == "unless-stopped"


@each_service
def test_a_container_says_whether_it_is_well(service):
    test = service["healthcheck"]["test"]
    assert test[0] == "CMD"
    assert "disable" not in service["healthcheck"]
    assert {"interval", "timeout"} <= service["healthcheck"].keys()


@each_service
def test_ports_are_open_to_this_machine_alone(service):
    for port in service.get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port), port
    assert "expose" not in service
    assert service.get("network_mode") != "host"


def test_only_one_container_has_ports_and_the_others_share_its_network():
    assert [name for name, one in SERVICES.items() if one.get("ports")] == ["house"]
    for name, service in SERVICES.items():
        assert (service.get("network_mode") == "service:house") is (name != "house")


@each_service
def test_what_is_kept_is_kept_in_a_named_volume_and_files_of_ours_are_read_only(service):
    for volume in service.get("volumes", ()):
        if isinstance(volume, dict):
            assert volume["type"] == "volume"
            assert volume["source"] in COMPOSE["volumes"]
            assert volume["read_only"] is True
            continue
        source, _, rest = volume.partition(":")
        if source.startswith("."):
            assert rest.endswith(":ro"), volume
            assert (ROOT / source).exists(), volume
        else:
            assert source in COMPOSE["volumes"], volume


def test_each_volume_is_somebodys_and_desk_and_its_exchange_share_one():
    used = {}
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()):
            if isinstance(volume, str) and not volume.startswith("."):
                source, _, rest = volume.partition(":")
                if not rest.endswith(":ro"):
                    used.setdefault(source, []).append(name)
    # The emulator writes into its own folder of the runtime, where the desk looks for it.
    assert sorted(used.pop("state")) == ["desk", "emulator"]
    profile = "${HOLDFAST_PROFILE:-kraken-staging}"
    assert f"--state=/data/var/{profile}/exchange" in SERVICES["emulator"]["command"]
    assert {*used, "state"} == set(COMPOSE["volumes"])
    assert all(len(writers) == 1 for writers in used.values())


def test_secrets_are_files_that_are_not_committed():
    assert all(one["file"].startswith("secrets/") for one in COMPOSE["secrets"].values())
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    assert "!secrets" not in ignored
    for name, service in SERVICES.items():
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"]), name
        for key, value in (service.get("environment") or {}).items():
            telling = re.search(r"(PASSWORD|TOKEN|SECRET|KEY)", key)
            assert not telling or str(value).startswith("/run/secrets/"), f"{name}: {key}"


def test_the_database_starts_only_when_it_is_asked_for():
    assert [name for name, one in SERVICES.items() if one.get("profiles")] == ["postgres"]


def test_the_scraper_sees_its_token_and_nothing_else_of_the_desk():
    volumes = SERVICES["prometheus"]["volumes"]
    (shared,) = [one for one in volumes if isinstance(one, dict)]
    assert shared["volume"]["subpath"].endswith("/scrape")
    assert SERVICES["prometheus"]["user"] == SERVICES["desk"]["user"] == "65534:65534"


def test_the_image_is_made_from_the_lock_by_nobody_in_particular():
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-[a-z]+", stage) for stage in stages)
    assert DOCKERFILE.count("uv sync --frozen --no-dev") == 2
    assert "USER 65534:65534" in DOCKERFILE
    assert DOCKERFILE.index("USER") < DOCKERFILE.rindex("CMD")
    makefile = (ROOT / "Makefile").read_text()
    uv = re.search(r"^UV_VERSION := (\S+)", makefile, re.MULTILINE)[1]
    assert f"uv=={uv}" in DOCKERFILE
    for line in DOCKERFILE.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
                allowed = (ROOT / ".dockerignore").read_text().splitlines()
                assert f"!{source.split('/')[0]}" in allowed, source
    assert "/app/.venv/lib/python3.11/site-packages/dashboards/app.py" in " ".join(
        SERVICES["dashboard"]["command"]
    )


def test_what_the_desks_container_runs_is_a_command_that_exists():
    words = SERVICES["desk"]["command"]
    assert words[0] == "holdfast"
    assert CliRunner().invoke(application(), [*words[1:3], "--help"]).exit_code == 0


@pytest.fixture
def engine():
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("no Docker engine: the command docker is not installed")
    for asked in (("version", "--format", "{{.Server.Version}}"), ("compose", "version")):
        done = subprocess.run(
            [docker, *asked], capture_output=True, text=True, check=False, timeout=30
        )
        if done.returncode:
            pytest.skip(f"no Docker engine answers: {(done.stderr or done.stdout).strip()[:120]}")
    return docker


@pytest.mark.timeout(1_800)
def test_the_house_is_built_and_comes_up_where_a_docker_engine_is(engine, tmp_path):
    text = (ROOT / "compose.yaml").read_text().replace("secrets/", f"{tmp_path}/")
    for name in COMPOSE["secrets"]:
        (tmp_path / name).write_text("TEST_ONLY\n")
    place = ROOT / f".compose-test-{os.getpid()}.yaml"
    place.write_text(text)
    compose = [engine, "compose", "--project-name", PROJECT, "--file", place]
    try:
        subprocess.run([*compose, "config", "--quiet"], check=True, timeout=60)
        subprocess.run([*compose, "build"], check=True, timeout=1_200)
        up = [*compose, "up", "--detach", "--wait", "--wait-timeout", "300"]
        subprocess.run([*up, "house", "redis", "prefect"], check=True, timeout=400)
        told = subprocess.run(
            [*compose, "run", "--rm", "--no-deps", "--entrypoint", "holdfast", "prefect", "--help"],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        assert "Usage" in told.stdout
    finally:
        subprocess.run([*compose, "down", "--volumes"], check=False, timeout=120)
        place.unlink()
