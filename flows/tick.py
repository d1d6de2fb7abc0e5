"""Run a single tick by hand; where a desk runs already the answer is its refusal."""

from typing import Any

from prefect import flow

from tasks.desk import tick_by_hand


@flow(name="tick", flow_run_name="tick-{profile}", persist_result=False)
def trading_tick(profile: str = "paper") -> dict[str, Any]:
    """Look at the market once and act on it, under a named profile."""
    return tick_by_hand(profile)
