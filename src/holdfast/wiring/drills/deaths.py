"""D10: the desk is killed at four points of an order's way, and begins again."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from holdfast.wiring.drills import books
from holdfast.wiring.drills.stage import LIVE, SceneBroken, Stage

SENDS = ["AddOrder", "AddOrderBatch"]
HELD = 4.0  # machine seconds a request is held on the road, so that the kill finds the desk there
DELAY = {"kind": "delay", "endpoints": SENDS, "seconds": HELD, "times": 1}
DROP = {"kind": "drop_request", "endpoints": SENDS, "times": 1}
Counts = Mapping[str, int]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of death: what leads there, the road's faults, and how it is known to be reached."""

    name: str
    faults: tuple[Mapping[str, object], ...]
    fills: bool = False
    cancels: bool = True
    reached: Mapping[str, int] = {}
    arrives: bool = False


POINTS = (
    Point(
        name="intent_row",
        faults=(DELAY, DROP),
        reached={"SubmissionNoted": 1},
    ),
    Point(
        name="http_sent",
        faults=({**DELAY, "when": "after"},),
        arrives=True,
    ),
    Point(
        name="response",
        faults=({**DELAY, "after": 1}, {**DROP, "after": 1}),
        fills=True,
        reached={"ReceiptsNoted": 1, "SubmissionNoted": 2},
    ),
    Point(
        name="fill_booking",
        faults=(DELAY, DROP),
        fills=True,
        cancels=False,
        reached={"OrderFilled": 1, "SubmissionNoted": 1},
    ),
)


def crash_points(stage: Stage) -> None:
    """Die at each point, and judge how soon all is as it was meant."""
    stage.begin()
    whole = 2 * stage.furnished.settings.slots
    for point in POINTS:
        _die(stage, point)
        began = stage.now
        stage.start_desk()
        alive = stage.until(lambda: stage.mode == LIVE, 120)
        took = stage.until(lambda: stage.is_settled(whole), 240)
        way = stage.way()
        told = f"LIVE {alive} s after the start; {way['entries']} entries and {way['exits']} exits rest"
        seconds = None if took is None or alive is None else (stage.now - began) / 1_000_000
        stage.notebook.within(point.name, seconds, told)
    books.agree(stage)


def _die(stage: Stage, point: Point) -> None:
    if stage.until(lambda: len(books.entries(stage)) > 1, 1200) is None:
        raise SceneBroken("no two entries came to rest")
    before, accepted = _counts(stage), len(_accepted(stage))
    stage.admin.faults(*point.faults)
    entries = books.entries(stage)
    if point.fills:
        stage.admin.fill(cl_ord_id=entries[0], vol="1000")
    if point.cancels:
        stage.admin.cancel(cl_ord_id=entries[-1])

    def is_there() -> bool:
        now = _counts(stage)
        there = all(now.get(k, 0) - before.get(k, 0) >= n for k, n in point.reached.items())
        return there and (not point.arrives or len(_accepted(stage)) > accepted)

    kill_when(stage, is_there, point.name)
    stage.admin.faults()


def kill_when(stage: Stage, is_there: Callable[[], bool], name: str, ticks: int = 6) -> None:
    """Move the clock on from a thread, and kill the desk in the moment a point is reached."""
    for _ in range(ticks):
        ticking = threading.Thread(target=stage.tick, name="drill-ticks", daemon=True)
        ticking.start()
        while ticking.is_alive():
            if is_there():
                stage.kill_desk()
                ticking.join()
                return
            ticking.join(0.02)
    raise SceneBroken(f"the point {name} was not reached")


def _counts(stage: Stage) -> Counts:
    found: Sequence[Sequence[Any]] = books.rows(
        stage, "select type, count(*) from event group by type"
    )
    return {str(row[0]): int(row[1]) for row in found}


def _accepted(stage: Stage) -> Mapping[str, Any]:
    told: Any = stage.admin.audit()["accepted"]
    return dict(told)
