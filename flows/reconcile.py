"""Compare a desk's books with its exchange; the report is always published, only agreement completes."""

from typing import Any

from prefect import flow

from tasks.pages import publish_comparison
from tasks.reconciling import compare_books, demand_agreement


@flow(name="reconcile", flow_run_name="reconcile-{profile}", persist_result=False)
def reconcile(profile: str = "kraken-staging", apply: bool = False) -> dict[str, Any]:
    """Look, or with `apply` mend, and publish what was found."""
    found = compare_books(profile, apply)
    publish_comparison(profile, found)
    demand_agreement(found)
    return found
