"""Replay candles under a profile, and keep the ledger and the report."""

from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from holdfast.wiring.replaying import ReplayOptions, replay


@task(name="replay", task_run_name="replay-{profile}", cache_policy=NO_CACHE, persist_result=False)
def run_replay(
    profile: str, data: str | None, slots: int | None, candles: int
) -> tuple[dict[str, Any], str]:
    """Drive a desk over candles; return its figures, and where the report was written."""
    file = Path(data) if data else None
    options = ReplayOptions(profile=profile, data=file, slots=slots, candles=candles)
    replayed = replay(options)
    return replayed.result, str(replayed.folder)
