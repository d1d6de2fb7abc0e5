"""Run a drill on the emulated exchange; the report is always published, and only a pass completes."""

from typing import Any

from prefect import flow

from tasks.drills import demand_drill_passed, play_drill
from tasks.pages import publish_verification


@flow(name="drill", flow_run_name="drill_{drill}", persist_result=False)
def drill(profile: str = "kraken-staging", drill: str = "D6") -> dict[str, Any]:
    """Break something on purpose in a folder of its own, and publish whether the desk did right."""
    result, page = play_drill(drill)
    publish_verification(profile, drill, page)
    demand_drill_passed(result)
    return result
