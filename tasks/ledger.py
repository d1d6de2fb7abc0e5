"""Plan and apply the numbered migrations of a ledger."""

from typing import Any

import msgspec
from prefect import task
from prefect.cache_policies import NO_CACHE

from holdfast.clock import SystemClock
from holdfast.domain.errors import LedgerLocked
from holdfast.ledger import migrate
from holdfast.ledger.standing import standing
from holdfast.wiring.live import DeskOptions
from tasks.profiles import runtime_of


@task(name="plan-migration", task_run_name="plan-migration-{profile}", cache_policy=NO_CACHE)
def plan_migration(profile: str) -> list[dict[str, Any]]:
    """List the steps a ledger still needs; a running desk's needs none."""
    place = runtime_of(DeskOptions(profile=profile))
    with standing(place) as desk:
        # A desk starts on the newest schema only.
        steps = [] if desk is not None else migrate.plan(place.ledger)
    return [dict(msgspec.to_builtins(step)) for step in steps]


@task(name="apply-migration", task_run_name="apply-migration-{profile}", cache_policy=NO_CACHE)
def apply_migration(profile: str) -> dict[str, Any]:
    """Copy the ledger, then apply the steps it needs; refuse while a desk runs."""
    place = runtime_of(DeskOptions(profile=profile))
    with standing(place) as desk:
        if desk is not None:
            raise LedgerLocked("a desk is running on this ledger; do: stop it, then migrate")
        return dict(msgspec.to_builtins(migrate.apply(place.ledger, SystemClock())))
