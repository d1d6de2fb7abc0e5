"""Run a single tick by hand; a running desk is asked, never overtaken."""

from typing import Any

from prefect import flow

from tasks.desk import ask_desk, tick_alone


@flow(name="tick", flow_run_name="tick-{profile}", persist_result=False)
def trading_tick(profile: str = "paper") -> dict[str, Any]:
    """Look at the market once and act on it, under a named profile."""
    return tick_alone(profile) or ask_desk(profile)
