"""Replay candles and publish the report; without a file the built-in market is replayed."""

from typing import Any

from prefect import flow

from tasks.pages import publish_report
from tasks.replays import run_replay

CANDLES = 5_000


@flow(name="replay", flow_run_name="replay-{profile}", persist_result=False)
def replay(
    profile: str = "paper",
    data: str | None = None,
    slots: int | None = None,
    candles: int = CANDLES,
) -> dict[str, Any]:
    """Replay a profile over candles and publish its figures."""
    figures, folder = run_replay(profile, data, slots, candles)
    publish_report(profile, figures, folder)
    return figures
