"""Run one tick: alone under the desk's lock, or by asking the desk that runs already."""

from typing import Any

import msgspec
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from holdfast.desk.bracket_ask import ask_for_tick
from holdfast.desk.bracket_once import OneTick
from holdfast.domain.errors import LedgerLocked
from holdfast.ledger.paths import runtime
from holdfast.wiring.live import DeskOptions, run_desk
from tasks.profiles import profile_of


@task(name="tick-alone", task_run_name="tick-alone-{profile}", cache_policy=NO_CACHE)
def tick_alone(profile: str) -> dict[str, Any] | None:
    """Open the desk, run one tick and close it; None where a desk holds the runtime already."""
    once = OneTick(str(task_run.id))
    options = DeskOptions(profile=profile, candles=1, overrides={"speed": "0"})
    try:
        run_desk(options, once)
    except LedgerLocked:
        return None
    return dict(msgspec.to_builtins(once.summary))


@task(name="ask-desk", task_run_name="ask-desk-{profile}", cache_policy=NO_CACHE)
def ask_desk(profile: str) -> dict[str, Any]:
    """Ask the running desk for one tick."""
    place = runtime(profile_of(DeskOptions(profile=profile)).runtime)
    return ask_for_tick(place)
