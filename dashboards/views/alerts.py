"""Show what asks for a person: alerts that stand, alerts that are over, and what was proven."""

from dashboards import safety_queries
from dashboards.parts.alert_panel import alerts_that_ended, alerts_that_stand
from dashboards.parts.empty_state import nothing
from dashboards.parts.evidence_panel import evidence
from dashboards.queries import Data


def render(data: Data) -> None:
    """Draw the alerts page."""
    if safety_queries.publishes(data, "alerts"):
        alerts_that_stand(data)
        alerts_that_ended(data)
    else:
        nothing("This desk publishes no alerts; its build is older.")
    evidence(data)
