"""Verify a deployment by a runbook; the report is always published, and only a pass completes."""

from typing import Any

from prefect import flow

from tasks.pages import publish_verification
from tasks.runbooks import demand_pass, run_runbook


@flow(name="verify", flow_run_name="verify-{runbook}-{profile}", persist_result=False)
def verify(
    profile: str = "paper", runbook: str = "immediate", since: str | None = None
) -> dict[str, Any]:
    """Run a runbook against the desk of a profile, and publish what it found."""
    result, page = run_runbook(profile, runbook, since)
    publish_verification(profile, runbook, page)
    demand_pass(result)
    return result
