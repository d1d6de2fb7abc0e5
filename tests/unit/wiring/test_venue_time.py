"""A desk that goes by an exchange's clock waits for that exchange when it dies, and for nothing else."""

import threading

import pytest

from holdfast.clock import FixedClock
from holdfast.domain.errors import VenueUnavailable
from holdfast.venue.emulator.process import ExchangeProcess
from holdfast.wiring.venue_time import PATIENCE, VenueTime

SECOND = 1_000_000


@pytest.fixture
def exchange(tmp_path):
    process = ExchangeProcess(tmp_path / "exchange", "--lock-step").start()
    yield process
    process.kill()


@pytest.mark.crash
def test_a_wait_outlives_the_exchange_and_ends_when_its_clock_is_moved(exchange):
    clock = VenueTime(exchange.folder, "desk")
    began = clock.wall()
    waiting = threading.Thread(target=clock.sleep, args=(5,), daemon=True)
    waiting.start()
    assert exchange.administrator().await_parked(1)["parked"]

    exchange.kill()
    exchange.start()
    (parked,) = exchange.administrator().await_parked(1)["parked"]
    assert parked == {"name": "desk", "until_us": began + 5 * SECOND}
    assert waiting.is_alive()
    exchange.administrator().advance(5 * SECOND)
    waiting.join(10)

    assert not waiting.is_alive()
    assert clock.wall() == began + 5 * SECOND


def test_an_exchange_that_stays_away_is_not_waited_for_without_end(exchange):
    machine = FixedClock(0)
    clock = VenueTime(exchange.folder, "desk", machine)
    began = clock.wall()
    exchange.kill()
    with pytest.raises(VenueUnavailable, match="its clock are gone"):
        clock.follow()
    assert machine.monotonic() >= PATIENCE
    assert clock.wall() == began
