"""What any store of the requested mode owes, asked of the file and of a real Redis server."""

import threading

import pytest
from mode_world import record

from holdfast.clock import SystemClock
from holdfast.safety.mode_record import encode, parse
from holdfast.safety.mode_store import EpochConflict, StoreFault
from holdfast.safety.mode_store_file import FileModeStore
from holdfast.safety.mode_store_redis import RedisModeStore


@pytest.fixture(params=["file", "redis"])
def shelf(request, tmp_path):
    """Open the same record again and again: `shelf()` is one more setter or reader."""
    if request.param == "file":
        return lambda: FileModeStore(tmp_path / "mode.json", SystemClock())
    server = request.getfixturevalue("redis_server")
    return lambda: RedisModeStore(server.url, "staging", "acct", timeout=2.0)


def test_what_was_never_written_is_missing(shelf):
    assert shelf().read() is None


def test_a_change_names_the_epoch_it_replaces(shelf):
    store = shelf()
    store.compare_and_set(0, record(1))
    store.compare_and_set(1, record(2))
    assert parse(shelf().read()) == record(2)


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_a_change_of_something_else_than_is_there_writes_nothing(shelf, expected):
    shelf().compare_and_set(0, record(2))
    with pytest.raises(EpochConflict, match="somebody else") as caught:
        shelf().compare_and_set(expected, record(9))
    assert caught.value.found == 2
    assert shelf().read() == encode(record(2))


@pytest.mark.parametrize("epoch", [6, 7])
def test_an_epoch_only_rises(shelf, epoch):
    shelf().compare_and_set(0, record(7))
    with pytest.raises(EpochConflict):
        shelf().compare_and_set(7, record(epoch))
    assert parse(shelf().read()).epoch == 7


def test_two_setters_race_highest_epoch_wins(shelf):
    shelf().compare_and_set(0, record(1))
    won, lost, gate = [], [], threading.Barrier(8)

    def setter(number):
        store = shelf()
        gate.wait()
        for epoch in range(1, 21):
            try:
                store.compare_and_set(epoch, record(epoch + 1, actor=f"setter {number}"))
                won.append(epoch + 1)
            except (EpochConflict, StoreFault):
                lost.append(epoch)

    threads = [threading.Thread(target=setter, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == len(set(won)), "no epoch was given twice"
    assert parse(shelf().read()).epoch == max(won)
    assert len(won) + len(lost) == 160
    assert lost


def test_a_damaged_document_can_be_replaced(shelf):
    store = shelf()
    store.compare_and_set(0, record(3))
    damage(store, b'{"epoch": 3, "estop"')
    store.compare_and_set(0, record(4, estop=True))
    assert parse(store.read()).estop


def damage(store, raw):
    if isinstance(store, FileModeStore):
        store.path.write_bytes(raw)
    else:
        store._redis.set(store.key, raw)
