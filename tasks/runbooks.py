"""Run a runbook against a desk, and demand that it passed."""

from typing import Any

import msgspec
from prefect import task
from prefect.cache_policies import NO_CACHE

from holdfast.clock import SystemClock
from holdfast.rollout.runbook.report import markdown
from holdfast.rollout.runbook.results import RunResult
from holdfast.wiring.verifying import VerifyOptions, verify


@task(
    name="run-runbook",
    task_run_name="run-runbook-{runbook}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def run_runbook(profile: str, runbook: str, since: str | None) -> tuple[dict[str, Any], str]:
    """Run a runbook; return what it came to, and its report."""
    options = VerifyOptions(runbook=runbook, profile=profile, since=since or "")
    result = verify(options, SystemClock())
    return msgspec.to_builtins(result), markdown(result)


@task(name="demand-pass", cache_policy=NO_CACHE, persist_result=False)
def demand_pass(result: dict[str, Any]) -> None:
    """Fail the run of the flow unless everything passed."""
    msgspec.convert(result, RunResult).demand_pass()
