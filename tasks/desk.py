"""Run one tick by hand, under the desk's own lock."""

from typing import Any

import msgspec
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from holdfast.desk.bracket.once import OneTick, in_the_way
from holdfast.domain.errors import CommandRefused, LedgerLocked
from holdfast.wiring.live import DeskOptions, run_desk
from tasks.profiles import runtime_of


@task(name="tick-by-hand", task_run_name="tick-by-hand-{profile}", cache_policy=NO_CACHE)
def tick_by_hand(profile: str) -> dict[str, Any]:
    """Open the desk, run one tick and close it; refuse where a desk runs already."""
    once = OneTick(str(task_run.id))
    options = DeskOptions(profile=profile, candles=1, overrides={"speed": "0"})
    try:
        run_desk(options, once)
    except LedgerLocked as locked:
        told = in_the_way(runtime_of(options).control)
        raise CommandRefused(f"{locked}; {told}; nothing was done") from locked
    return dict(msgspec.to_builtins(once.summary))
