"""Compare books and exchange, and demand that they agree."""

from typing import Any

import msgspec
from prefect import task
from prefect.cache_policies import NO_CACHE

from holdfast.domain.errors import CommandRefused
from holdfast.wiring.reconciling import reconcile


@task(
    name="compare-books",
    task_run_name="compare-books-{profile}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def compare_books(profile: str, apply: bool) -> dict[str, Any]:
    """Compare once; return what was found and, with `apply`, done."""
    found = reconcile(profile, apply=apply)
    told: dict[str, Any] = msgspec.to_builtins(found, str_keys=True)
    return {**told, "sentence": found.sentence}


@task(name="demand-agreement", cache_policy=NO_CACHE, persist_result=False)
def demand_agreement(found: dict[str, Any]) -> None:
    """Fail the run of the flow unless books and exchange agree."""
    if found["result"] != "agreed":
        raise CommandRefused(found["sentence"])
