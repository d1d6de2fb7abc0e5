"""Run a drill, and demand that it passed."""

from typing import Any

import msgspec
from prefect import task
from prefect.cache_policies import NO_CACHE

from holdfast.clock import SystemClock
from holdfast.rollout.drills.report import markdown
from holdfast.rollout.drills.results import DrillResult
from holdfast.wiring.drills.run import run_drill


@task(name="play-drill", task_run_name="drill-{drill}", cache_policy=NO_CACHE, persist_result=False)
def play_drill(drill: str) -> tuple[dict[str, Any], str]:
    """Run a drill; return what it came to, and its report."""
    result = run_drill(drill, SystemClock())
    return msgspec.to_builtins(result), markdown(result)


@task(name="demand-drill-passed", cache_policy=NO_CACHE, persist_result=False)
def demand_drill_passed(result: dict[str, Any]) -> None:
    """Fail the run of the flow unless every expectation held."""
    msgspec.convert(result, DrillResult).demand_pass()
