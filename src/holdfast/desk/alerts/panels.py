"""Declare the rows and panels of the Grafana dashboard, over metrics of the table.

Rules: a panel asks by terms, as an alert does, so that no name can be wrong; a question about a metric
that waits for a capability is left out, and so is a panel with no question left.
"""

from holdfast.desk.alerts.expressions import selector
from holdfast.desk.status.metric_registry import BY_NAME
from holdfast.desk.status.metric_spec import MetricSpec

UNITS = {"seconds": "s", "percent": "percent", "ratio": "percentunit", "quote": "none"}


class Query:
    """One line of a panel; `by` are the labels it is drawn by."""

    def __init__(self, metric: str, *by: str, quantile: float | None = None) -> None:
        self.spec: MetricSpec = BY_NAME[metric]
        self.by = by
        self.quantile = quantile

    @property
    def expression(self) -> str:
        """Write it for Prometheus: a rate of a counter, a quantile of a histogram, else the value."""
        within = ", ".join(("job", "instance", *self.by))
        if self.spec.kind == "histogram":
            buckets = f"rate({self.spec.exposed}_bucket[5m])"
            quantile = self.quantile or 0.99
            return f"histogram_quantile({quantile:g}, sum by ({within}, le) ({buckets}))"
        metric = selector(self.spec.name)
        if self.spec.kind == "counter":
            return f"sum by ({within}) (increase({metric}[5m]))"
        return f"sum by ({within}) ({metric})"

    @property
    def legend(self) -> str:
        """Write what stands beside the line."""
        return " ".join((self.spec.name, *(f"{{{{{name}}}}}" for name in self.by)))


Panel = tuple[str, tuple[Query, ...]]
ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Safety",
        (
            ("Standing", (Query("mode", "mode"), Query("estop_active"))),
            ("Holds", (Query("hold", "name"),)),
            ("Execution mode", (Query("mode_effective", "mode"), Query("mode_epoch"))),
            ("Reads of the mode", (Query("mode_health_streak"), Query("mode_read_age_seconds"))),
            ("Alerts", (Query("alert_standing", "alert"),)),
            ("Refused by the risk policy", (Query("risk_rejections", "code"),)),
        ),
    ),
    (
        "Orders",
        (
            ("Sent", (Query("orders_submitted", "role", "side"),)),
            ("Refused by the venue", (Query("orders_submit_failed", "class"),)),
            ("Unknown", (Query("orders_unknown"), Query("oldest_unknown_intent_seconds"))),
            ("Intents", (Query("intents_in_state", "state"), Query("intents_created", "role"))),
            ("Fills and cycles", (Query("fills_booked", "role"), Query("cycles", "reason"))),
            ("Slots", (Query("slots_in_phase", "phase"),)),
        ),
    ),
    (
        "Money",
        (
            ("Equity", (Query("equity_quote"),)),
            ("Profit", (Query("realized_pnl_quote"), Query("unrealized_pnl_quote"))),
            ("Loss of the day", (Query("daily_loss_quote"), Query("daily_loss_limit_quote"))),
            ("Balances", (Query("balance", "asset", "kind"),)),
            ("Drift", (Query("recon_drift_pct"), Query("open_order_drift"))),
            ("Comparisons", (Query("reconcile_runs", "result"), Query("foreign_orders"))),
        ),
    ),
    (
        "Capacity",
        (
            ("Open orders", (Query("open_orders", "source"), Query("open_order_headroom"))),
            ("Waiting entries", (Query("pending_entries"),)),
            ("Calls", (Query("api_calls", "endpoint", "result"), Query("api_rate_limited"))),
            ("Price age", (Query("price_age_seconds"),)),
        ),
    ),
    (
        "Errors and time",
        (
            ("Tick, 99 of 100", (Query("tick_duration_seconds"),)),
            ("Commit, 99 of 100", (Query("ledger_commit_seconds"),)),
            ("Ticks", (Query("ticks", "result"), Query("tick_overrun"))),
            ("Anomalies", (Query("anomalies"), Query("ledger_write_errors"))),
            ("Messages", (Query("notifications", "result"), Query("chat_updates", "result"))),
            ("Answers to the scraper", (Query("metrics_renders", "speed"),)),
        ),
    ),
    (
        "Stages",
        (
            ("Stage", (Query("stage_index"),)),
            ("Promotions", (Query("profile_promotions", "from", "to", "result"),)),
            ("Edits of the profile", (Query("profile_reloads", "result"),)),
            ("Build", (Query("build_info", "version", "profile_sha"),)),
        ),
    ),
)
