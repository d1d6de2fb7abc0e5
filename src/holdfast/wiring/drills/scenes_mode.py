"""D1 to D5: the store of the requested mode goes, hangs, forgets; a person stops everything."""

import threading

from holdfast.wiring.drills import books
from holdfast.wiring.drills.redis_server import RedisServer
from holdfast.wiring.drills.stage import LIVE, TICK, SceneBroken, Stage

OUTAGE = 60.0
LOWERED = frozenset({"DRY", "DRAIN", "ARMING"})
FLAP_SECONDS = 620.0  # after so long a change of mode no longer counts as flapping
ADDS = ("AddOrder", "AddOrderBatch")


def store_outage(stage: Stage) -> None:
    """D1: the store dies for a minute."""
    stage.begin()
    store = _store(stage)
    store.kill()
    _lowered(stage, "demoted")
    _quiet_minute(stage)
    streak = stage.execution()["streak"]
    stage.notebook.judge("streak_zero", streak == 0, f"streak {streak}")
    books.agree(stage)


def recovery(stage: Stage) -> None:
    """D2: the store comes back, and the desk arms by spaced reads."""
    stage.begin()
    store = _store(stage)
    store.kill()
    if stage.until(lambda: stage.mode != LIVE, 30) is None:
        raise SceneBroken("the desk stayed LIVE without its store")
    stage.ticks(round(FLAP_SECONDS / 20), 20)
    store.start()
    series, began = [int(stage.execution()["streak"])], 0
    span = None
    for _ in range(12):
        stage.ticks(1)
        told = stage.execution()
        if int(told["streak"]) != series[-1]:
            series.append(int(told["streak"]))
            began = began or stage.now
        if told["state"] == LIVE:
            span = (stage.now - began) / 1_000_000
            break
    stage.notebook.judge("series", series == [0, 1, 2, 3], f"streaks {series}")
    held = span is not None and span >= 2 * TICK
    stage.notebook.judge("spaced", held, f"LIVE {span} s after the first good read")
    books.agree(stage)


def silent_hang(stage: Stage) -> None:
    """D3: the store takes connections and answers nothing."""
    stage.begin()
    store = _store(stage)
    store.hang()
    try:
        machine = stage.machine.monotonic()
        _lowered(stage, "demoted")
        took = stage.machine.monotonic() - machine
        kinds = stage.execution()["read_failures"]
        stage.notebook.judge("timed_out", "timeout" in kinds, f"failures {kinds}, {took:.1f} s")
        _quiet_minute(stage)
    finally:
        store.go_on()
    books.agree(stage)


def eviction(stage: Stage) -> None:
    """D4: the record is thrown away by the server, and again while a stop stands."""
    stage.begin()
    store = _store(stage)
    store.evict()
    _lowered(stage, "demoted")
    stage.ask_mode(lambda ask, who: ask.estop(who))
    if stage.until(lambda: stage.mode == "ESTOP", 30) is None:
        raise SceneBroken("the emergency stop of the record was not taken up")
    gone = store.evict()
    stage.ticks(3)
    told = stage.execution()
    held = gone > 0 and told["estop_active"] and told["state"] == "ESTOP"
    stage.notebook.judge("latch_stands", held, f"{gone} keys evicted, mode {told['state']}")
    books.agree(stage)


def emergency_stop(stage: Stage) -> None:
    """D5: a person stops the desk while a submission is on the wire and its answer is lost."""
    stage.begin()
    stage.admin.fill(cl_ord_id=books.entries(stage)[0], vol="1000")
    stage.settle(2 * stage.furnished.settings.slots)
    kept = books.exits_at_exchange(stage)
    stage.admin.faults(*stage.drill.faults)
    stage.admin.cancel(cl_ord_id=books.entries(stage)[-1])
    before, began, seq = books.calls(stage, *ADDS), stage.now, books.last_seq(stage)
    _stop_in_flight(stage, seq)
    took = stage.until(lambda: stage.mode == "ESTOP", 60)
    stage.notebook.within("stopped", took)
    stage.admin.faults()
    entries_gone = stage.until(lambda: not stage.way()["entries"], 180)
    sent = books.calls(stage, *ADDS) - before
    stage.notebook.judge("entries_gone", entries_gone is not None, f"{stage.way()['entries']} rest")
    resting = books.exits_at_exchange(stage)
    held = bool(kept) and kept <= resting
    stage.notebook.judge("exits_stay", held, f"{len(kept & resting)} of {len(kept)} exits rest")
    books.agree(stage)
    after = _sent_after_stop(stage)
    told = f"{sent} request left before the stop, {after} after it"
    stage.notebook.judge("nothing_after", sent == 1 and after == 0, told)
    lost = books.rows(stage, _RESOLVED.format(began))
    stage.notebook.judge("proven", len(lost) == 1, f"resolved by lookup: {lost}")


_RESOLVED = (
    "select client_order_id, evidence from intent_events "
    "where before = 'unknown' and market_time >= {}"
)
_AFTER = (
    "select count(*) from submissions where action in ('place', 'amend') "
    "and seq > (select min(seq) from modes where after = 'ESTOP')"
)


def _stop_in_flight(stage: Stage, seq: int) -> None:
    """Move the clock on, and stop the desk in the moment its request is on the wire."""
    ticking = threading.Thread(target=stage.tick, name="drill-ticks", daemon=True)
    ticking.start()
    sql = f"select count(*) from event where type = 'SubmissionNoted' and seq > {seq}"
    while ticking.is_alive() and not books.one(stage, sql):
        stage.machine.sleep(0.02)
    stage.stops.kill("drill")
    ticking.join()


def _sent_after_stop(stage: Stage) -> int:
    return int(books.one(stage, _AFTER))


def _store(stage: Stage) -> RedisServer:
    if stage.redis is None:
        raise SceneBroken("this drill needs a Redis server; do: put redis-server on the PATH")
    return stage.redis


def _lowered(stage: Stage, name: str) -> None:
    """Judge how soon the desk is no longer LIVE."""
    took = stage.until(lambda: stage.mode in LOWERED, 120)
    stage.notebook.within(name, took, f"mode {stage.mode}")


def _quiet_minute(stage: Stage) -> None:
    """Take orders off by hand for a minute, and judge that none is placed anew."""
    before = books.calls(stage, *ADDS)
    for name in list(books.open_at_exchange(stage))[:1]:
        stage.admin.cancel(cl_ord_id=name)
    stage.ticks(round(OUTAGE / TICK))
    sent = books.calls(stage, *ADDS) - before
    wanted = books.one(stage, "select count(*) from simulated")
    stage.notebook.judge("nothing_sent", sent == 0, f"{sent} sent, {wanted} simulated instead")
