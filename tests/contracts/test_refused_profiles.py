"""A profile that cannot be is refused before a desk trades by it, with the reason and exit code 2."""

import json

import pytest
from command_line import call
from staged_world import Staged

from holdfast.config.secrets.secret import fingerprint_of
from holdfast.venue.emulator.keys import make_test_key

pytestmark = pytest.mark.timeout(300)
RUN = ("desk", "run", "--no-orchestrator")


@pytest.fixture
def staged(tmp_path):
    worlds = []

    def make(**settings):
        world = Staged(tmp_path, **settings)
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        world.exchange.stop()


@pytest.mark.parametrize("command", [("lint", "mine"), RUN])
def test_more_slots_than_the_tiers_cap_has_room_for(staged, command):
    world = staged(slots=31, open_order_cap="starter", sticky_mode_enabled="true")
    told = refused(world, *command)
    assert "31 slots with two entries or exits each need 62 open orders" in told
    assert "the cap is 60 (starter)" in told
    assert "at most 30 slots" in told


@pytest.mark.parametrize("command", [("lint", "mine"), RUN])
def test_live_without_caps(staged, command):
    told = refused(staged(max_order_notional_usd=0, daily_loss_limit=0), *command)
    assert "execution_mode LIVE without caps: max_order_notional_usd, daily_loss_limit" in told
    assert "mine.yaml" in told


def test_a_cap_below_the_smallest_order_of_the_exchange(staged):
    world = staged(order_size_usd="0.6", max_order_notional_usd="0.6")
    world.exchange.start()
    told = refused(world, *RUN)
    assert "max_order_notional_usd 0.6: cap below exchange minimum" in told
    assert "DOGE/USD" in told
    assert not (world.place / "control.json").exists()


def test_a_key_that_may_withdraw(staged, tmp_path):
    key = make_test_key("thief")
    may = [*key.permissions, "withdraw-funds"]
    row = {"key": key.key, "secret": key.secret, "permissions": may}
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [row]}))
    world = staged(options=("--keys", str(tmp_path / "keys.json")))
    page = tmp_path / "profiles" / "mine.yaml"
    page.write_text(page.read_text().replace("03791e51", fingerprint_of(key.key)))
    world.exchange.start()
    for name, text in (("api_key", key.key), ("api_secret", key.secret)):
        (world.place / "exchange" / name).write_text(text)
        (world.place / "exchange" / name).chmod(0o600)
    told = refused(world, *RUN)
    assert "this key must not be used" in told
    assert "scope withdraw-funds is forbidden" in told
    assert "mine.yaml" in told


def refused(world, *command):
    if command[0] == "lint":
        done = call(*command, environ=world.environ, folder=world.home)
        assert done.returncode == 2, done.stderr
        return done.stdout + done.stderr
    return world.cli(*command, code=2)
