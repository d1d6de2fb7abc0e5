"""D15: the wall clock of the machine is put an hour forward, then an hour back.

The desk runs inside this process, since no other way gives one process a clock of its own.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from holdfast.domain.market import SECOND
from holdfast.safety.snapshot import snapshot
from holdfast.wiring.drills import books
from holdfast.wiring.drills.inner_desk import InnerDesk
from holdfast.wiring.drills.stage import LIVE, TICK, SceneBroken, Stage

HOUR = 3600
GRANT = 1800  # seconds LIVE is lent for
SLACK = 2 * TICK
CALM = frozenset({LIVE, "DRY", "DRAIN", "ARMING"})


def clock_jump(stage: Stage) -> None:
    """Put the wall clock wrong either way, and judge what LIVE makes of it."""
    stage.open()
    desk = InnerDesk(stage)
    try:
        _forward(stage, desk)
        _backward(stage, desk)
    finally:
        desk.close()
    books.agree(stage)


def _forward(stage: Stage, desk: InnerDesk) -> None:
    """Jump forward: the grant is over by the wall, and LIVE must not outlive it."""
    _arm(stage, desk)
    lease = _told(desk)["lease_remaining_s"]
    desk.clock.shift = HOUR * SECOND
    took = 0.0
    desk.tick()
    while _told(desk)["state"] == LIVE and took < HOUR:
        desk.tick()
        took += TICK
    after = _told(desk)
    told = f"mode {after['state']} by {after['last_cause']}"
    stage.notebook.within("forward", took, told)
    longer = (after["lease_remaining_s"] or 0) > lease
    stage.notebook.judge(
        "lease_not_longer", not longer, f"{lease} s, then {after['lease_remaining_s']}"
    )
    desk.clock.shift = 0
    for _ in range(round(700 / TICK)):
        desk.tick()


def _backward(stage: Stage, desk: InnerDesk) -> None:
    """Jump back: the grant has longer to run by the wall, and LIVE must end when it was to end."""
    began = _arm(stage, desk)
    desk.clock.shift = -HOUR * SECOND
    desk.tick()
    seen = {str(_told(desk)["state"])}
    while (stage.now - began) / SECOND < GRANT + SLACK:
        desk.tick()
        seen.add(str(_told(desk)["state"]))
    after = _told(desk)
    held = after["state"] != LIVE and seen <= CALM
    told = f"seen {sorted(seen)}; after {GRANT + SLACK:.0f} s {after['state']} by {after['last_cause']}"
    stage.notebook.judge("grant_not_extended", held, told)
    jumps = int(after["clock_jumps_total"])
    stage.notebook.judge("noticed", jumps > 0, f"{jumps} jumps counted")
    desk.clock.shift = 0
    for _ in range(6):
        desk.tick()


def _arm(stage: Stage, desk: InnerDesk) -> int:
    """Lend LIVE for half an hour; return when it was lent."""
    began = stage.now
    stage.ask_mode(lambda ask, who: ask.live(who, GRANT))
    for _ in range(60):
        desk.tick()
        if _told(desk)["state"] == LIVE:
            desk.tick()
            return began
    raise SceneBroken(f"the desk did not arm: {_told(desk)}")


def _told(desk: InnerDesk) -> Mapping[str, Any]:
    told: Mapping[str, Any] = msgspec.to_builtins(snapshot(desk.exchange.road.mode.execution))
    return told
