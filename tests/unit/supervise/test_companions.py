"""What `up` starts beside a desk that trades on the emulator and keeps its mode in Redis."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest

from holdfast.config.loader import load_profile
from holdfast.supervise.children import Backoff, Child
from holdfast.supervise.exchange import exchange_plan
from holdfast.supervise.house import House, children
from holdfast.supervise.lifeline import Lifeline
from holdfast.supervise.mode_redis import RedisPlan, find_program, redis_plan

PROFILES = Path(__file__).resolve().parents[3] / "profiles"
PAGE = "extends: kraken-staging\ndescription: d\nenv: staging\nvenue: kraken\nsymbol: DOGE/USD\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return holder.getsockname()[1]


@pytest.fixture
def load(tmp_path):
    def loaded(*, secrets="", **settings):
        for source in PROFILES.glob("*.yaml"):
            (tmp_path / source.name).write_text(source.read_text())
        (tmp_path / "tracks").exists() or (tmp_path / "tracks").symlink_to(PROFILES / "tracks")
        lines = "".join(f"  {name}: {value}\n" for name, value in settings.items())
        text = PAGE + secrets + (f"settings:\n{lines}" if lines else "")
        (tmp_path / "mine.yaml").write_text(text)
        return load_profile("mine", profiles=tmp_path, environ={}, overrides={})

    return loaded


def house(home, **companions):
    return House(
        home=home,
        runtime="mine",
        profile="mine",
        dashboard_port=8501,
        api="http://127.0.0.1:4200/api",
        prefect_port=4200,
        environ={"DESK_KEY": "TEST_ONLY_desk", "PATH": "/bin"},
        secret_names=frozenset({"DESK_KEY"}),
        **companions,
    )


def test_the_exchange_is_founded_as_the_profile_says(load):
    asked = {"market_seed": 3, "market_regime": "jump", "opening_base_per_slot": "12.5"}
    plan = exchange_plan(load(slots=4, **asked), lambda _, port: port + 1)
    assert plan is not None
    assert plan.url == "http://127.0.0.1:8641"
    words = " ".join(plan.options)
    assert "--seed 3 --regime jump" in words
    assert "--tier pro" in words
    assert "--balance DOGE=50.0 --balance USD=160" in words
    assert "--lock-step" not in words


def test_a_desk_that_trades_elsewhere_has_no_exchange_of_its_own(load):
    profile = load(exchange_url="http://127.0.0.1:9", mode_store="file")
    assert exchange_plan(profile, lambda _, port: port) is None
    assert redis_plan(profile, pytest.fail) is None


def test_exchange_and_redis_start_first_stop_last_and_learn_no_secret(load, tmp_path):
    plan = exchange_plan(load(), lambda _, port: port)
    redis = RedisPlan(program="/bin/redis-server", port=6390, url="redis://127.0.0.1:6390/0")
    specs = children(house(tmp_path, exchange=plan, redis=redis), httpx.AsyncClient())
    found = {each.name: each for each in specs}
    assert [each.name for each in specs][:2] == ["redis", "exchange"]
    waves = {name: found[name].wave for name in ("desk", "worker", "prefect", "exchange", "redis")}
    assert waves == {"desk": 0, "worker": 1, "prefect": 2, "exchange": 3, "redis": 3}
    assert found["desk"].after == "exchange"  # its keys and its address have to be there
    assert "DESK_KEY" in found["desk"].environ
    assert not any("DESK_KEY" in found[name].environ for name in ("exchange", "redis"))
    words = " ".join(found["redis"].command)
    assert "--bind 127.0.0.1 --port 6390" in words
    assert "--appendonly yes" in words
    assert "--maxmemory-policy noeviction" in words
    assert str(tmp_path / "var" / "mine" / "redis") in words


def test_it_is_said_why_no_redis_can_be_started(load):
    def told(secrets="", find=lambda: "/bin/redis-server", **settings):
        said: list[str] = []
        assert redis_plan(load(secrets=secrets, **settings), said.append, find) is None
        assert "stays DRY" in said[0]
        return said[0]

    nobody = f"redis://127.0.0.1:{free_port()}/0"
    assert "neither redis-server" in told(mode_store_url=nobody, find=lambda: None)
    assert "only one on this machine" in told(mode_store_url="redis://192.0.2.1:6379/0")
    named = "secrets:\n  mode_store_password: secret://env/NOBODYS\n"
    assert "without a password" in told(mode_store_url=nobody, secrets=named)
    with socket.create_server(("127.0.0.1", 0)) as other:
        url = f"redis://127.0.0.1:{other.getsockname()[1]}/0"
        assert "something else listens" in told(mode_store_url=url)


def test_one_is_planned_where_none_answers_and_a_program_is_there(load):
    port = free_port()
    profile = load(mode_store_url=f"redis://127.0.0.1:{port}/0")
    plan = redis_plan(profile, pytest.fail, lambda: "/bin/redis-server")
    assert plan is not None
    assert (plan.program, plan.port) == ("/bin/redis-server", port)


def test_the_machines_own_server_is_preferred(tmp_path, monkeypatch):
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program() == str(program)


def test_a_child_with_a_lifeline_is_told_when_it_is_to_end_and_writes_for_itself_alone(
    spec, tmp_path, eventually
):
    made = tmp_path / "made"
    code = (
        f"import sys; open({str(made)!r}, 'w').write('x'); "
        "sys.stdin.read(); open('ended', 'w').close()"
    )
    child = Child(spec("one", code, lifeline=True), Lifeline(), lambda _: None, backoff=Backoff())

    async def live():
        keeping = asyncio.create_task(child.keep())
        await asyncio.to_thread(eventually, made.exists)
        child._process.stdin.close()  # as the end of `up` does
        assert await asyncio.to_thread(eventually, (tmp_path / "ended").exists)
        keeping.cancel()
        await child.stop()

    asyncio.run(asyncio.wait_for(live(), 20))
    assert eventually(lambda: child.pid is None)
    assert made.stat().st_mode & 0o077 == 0
