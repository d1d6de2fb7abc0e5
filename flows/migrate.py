"""Bring a ledger to the schema of this build: the plan is always published, then applied if asked."""

from typing import Any

from prefect import flow

from tasks.ledger import apply_migration, plan_migration
from tasks.pages import publish_plan


@flow(name="migrate", flow_run_name="migrate-{profile}", persist_result=False)
def migrate(profile: str = "paper", apply: bool = False) -> dict[str, Any]:
    """Plan the migrations of a profile's ledger, and apply them when `apply` is true."""
    steps = plan_migration(profile)
    done = apply_migration(profile) if apply else None
    publish_plan(profile, steps, done)
    return {"steps": steps, "applied": done}
