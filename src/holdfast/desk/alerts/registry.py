"""Declare every alert, once: condition, how long it must hold, how bad it is, what to do about it.

Rules: a threshold is said here and nowhere else; an error rate needs twenty submissions, because one
error among forty is no rate, and few submissions have a rule of their own. `answer` names what the
desk does by itself when an alert begins; it only ever tightens. `since` names the capability whose
metrics the condition waits for.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from holdfast.desk.alerts.expressions import (
    Check,
    Condition,
    Increase,
    Magnitude,
    Share,
    Since,
    Times,
    Value,
)

Severity = Literal["info", "warning", "critical", "page"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical", "page")
Answer = Literal["", "dry", "estop"]
Judge = Literal["desk", "watchdog"]
ENOUGH = 20
LIVE_MODES = ("CANARY_LIVE", "LIVE")


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert; `judge` says which thread of the desk looks, `answer` what follows by itself."""

    name: str
    when: Condition
    hold_seconds: int = 0
    severity: Severity
    summary: str
    answer: Answer = ""
    judge: Judge = "desk"
    repeat_seconds: int = 0
    since: str = ""

    @property
    def runbook(self) -> str:
        """Name the place that says what to do."""
        return f"docs/runbooks/alerts.md#{self.name.lower()}"


def _submitted(op: Literal[">=", "<"]) -> Check:
    return Check(Increase("orders_submitted", 5), op, ENOUGH)


def _above_limit(name: str, cap: str) -> Condition:
    return (Check(Value(name), ">", Value(cap)), Check(Value(cap), ">", 0))


_ORDERS = (
    Alert(
        name="DuplicateIntent",
        when=(Check(Increase("intent_duplicate", 5), ">", 0),),
        severity="critical",
        summary="An order is at the venue twice",
        answer="dry",
    ),
    Alert(
        name="IllegalTransition",
        when=(Check(Increase("intent_illegal_transition", 10), ">", 0),),
        severity="critical",
        summary="An intent made a change of state that it may not make; its slot is blocked",
    ),
    Alert(
        name="SubmitErrorRate",
        when=(
            Check(Share(Increase("orders_failed", 5), Increase("orders_submitted", 5)), ">", 0.005),
            _submitted(">="),
        ),
        hold_seconds=300,
        severity="critical",
        summary="The venue refuses more than one order in two hundred",
    ),
    Alert(
        name="SubmitErrorRateLowVolume",
        when=(Check(Increase("orders_failed", 30), ">=", 3), _submitted("<")),
        severity="warning",
        summary="The venue refused three orders or more while few were sent",
    ),
    Alert(
        name="UnknownIntent",
        when=(Check(Value("oldest_unknown_intent_seconds"), ">", 120),),
        severity="critical",
        summary="The outcome of an order has not been known for two minutes",
    ),
    Alert(
        name="OpenOrderDrift",
        when=(Check(Magnitude(Value("open_order_drift")), ">=", 10),),
        hold_seconds=600,
        severity="warning",
        summary="Venue and books disagree on ten open orders or more",
        repeat_seconds=1_800,
    ),
    Alert(
        name="HeadroomLow",
        when=(Check(Value("open_order_headroom"), "<", 20),),
        hold_seconds=300,
        severity="warning",
        summary="Fewer than twenty more orders may rest",
    ),
    Alert(
        name="HeadroomStop",
        when=(Check(Value("open_order_headroom"), "<", 10),),
        hold_seconds=300,
        severity="critical",
        summary="Fewer than ten more orders may rest",
    ),
    Alert(
        name="HeadroomGone",
        when=(Check(Value("open_order_headroom"), "<", 6),),
        hold_seconds=60,
        severity="critical",
        summary="Five more orders or fewer may rest; a tick adds one entry",
    ),
    Alert(
        name="FeeDiffers",
        when=(Check(Value("fee_differs"), ">=", 1),),
        severity="warning",
        summary="The fee of resting orders is not the one the profile names",
    ),
)
_LEGACY = (
    Alert(
        name="RecoveryPressure",
        when=(Check(Increase("recovery_pressure", 10), ">", 0),),
        severity="warning",
        summary="Cycling slots set aside another orphan_pressure_warn_at exits",
    ),
)
_SAFETY = (
    Alert(
        name="ModeFlapping",
        when=(Check(Increase("mode_flips", 10), ">", 2),),
        severity="warning",
        summary="The execution mode changed more than twice in ten minutes",
    ),
    Alert(
        name="LiveWithDeadStore",
        when=(
            Check(Value("mode_effective", (("mode", LIVE_MODES),)), ">=", 1),
            Check(Value("mode_read_age_seconds"), ">", 20),
        ),
        hold_seconds=10,
        severity="critical",
        summary="The desk is live although the requested mode could not be read for 20 s",
        answer="dry",
    ),
    Alert(
        name="CanaryNotional",
        when=_above_limit("order_notional_max_quote", "order_notional_cap_quote"),
        severity="critical",
        summary="An order above the largest notional allowed was sent",
        answer="estop",
    ),
    Alert(
        name="UnauthorizedSymbol",
        when=(Check(Increase("orders_outside_allowlist", 5), ">", 0),),
        severity="critical",
        summary="An order was sent for a symbol that is not allowed",
        answer="estop",
    ),
    Alert(
        name="KeyRefused",
        when=(Check(Value("key_refused"), ">=", 1),),
        severity="critical",
        summary="The exchange says that the key of the desk may do more than trade",
        answer="dry",
    ),
    Alert(
        name="DeskHeld",
        when=(Check(Value("mode", (("mode", ("PAUSED", "HALTED")),)), ">=", 1),),
        severity="warning",
        summary="A hold keeps the desk from entering",
    ),
    Alert(
        name="AnomalySeen",
        when=(Check(Increase("anomalies", 10), ">", 0),),
        severity="warning",
        summary="Something was seen that must not be, and was not acted on",
    ),
)
_MONEY = (
    Alert(
        name="ReconDrift",
        when=(Check(Magnitude(Value("recon_drift_pct")), ">", 2.0),),
        hold_seconds=600,
        severity="critical",
        summary="Venue and books are more than two percent apart; the release gate is closed",
    ),
    Alert(
        name="VintageWarn",
        when=(Check(Value("oldest_exit_age_seconds"), ">=", 259_200),),
        severity="warning",
        summary="An exit has waited for three days or more",
    ),
    Alert(
        name="VintageCritical",
        when=(Check(Value("stuck_capital_pct"), ">", Value("stuck_capital_limit_pct")),),
        severity="critical",
        summary="More of the account is stuck in waiting exits than the first tier of release allows",
    ),
    Alert(
        name="ReleaseGateBlocked",
        when=(Check(Value("release_gate_blocked"), ">=", 1),),
        hold_seconds=300,
        severity="critical",
        summary="Venue and books differ, so no release goes through, an operator's neither",
    ),
    Alert(
        name="DailyLossNear",
        when=(
            Check(Value("daily_loss_quote"), ">=", Times(0.8, Value("daily_loss_limit_quote"))),
            Check(Value("daily_loss_limit_quote"), ">", 0),
        ),
        severity="warning",
        summary="The losses of the day have come to four fifths of their limit",
    ),
    Alert(
        name="DailyLossReached",
        when=(
            Check(Value("daily_loss_quote"), ">=", Value("daily_loss_limit_quote")),
            Check(Value("daily_loss_limit_quote"), ">", 0),
        ),
        severity="critical",
        summary="The losses of the day have come to their limit",
    ),
)
_HEALTH = (
    Alert(
        name="TickSilent",
        when=(
            Check(
                Since("last_success_timestamp", (("flow", ("tick",)),)),
                ">",
                Value("tick_silence_limit_seconds"),
            ),
        ),
        severity="page",
        summary="No tick has ended for three intervals",
        judge="watchdog",
    ),
    Alert(
        name="StartupSlow",
        when=(Check(Value("startup_milliseconds", (("part", ("total",)),)), ">", 60_000),),
        severity="warning",
        summary="The last start took more than a minute",
    ),
    Alert(
        name="PriceStale",
        when=(Check(Value("price_age_seconds"), ">", 60),),
        hold_seconds=60,
        severity="warning",
        summary="The price is older than a minute",
    ),
    Alert(
        name="LedgerRefused",
        when=(Check(Increase("ledger_write_errors", 10), ">", 0),),
        severity="critical",
        summary="The ledger refused a commit",
    ),
    Alert(
        name="MetricsSlow",
        when=(
            Check(
                Share(
                    Increase("metrics_renders", 5, (("speed", ("slow",)),)),
                    Increase("metrics_renders", 5),
                ),
                ">",
                0.01,
            ),
        ),
        hold_seconds=300,
        severity="warning",
        summary="More than one in a hundred answers to a scraper took over half a second",
    ),
    Alert(
        name="RegimeModelOverdue",
        when=(Check(Value("regime_model_overdue"), ">", 0),),
        hold_seconds=3_600,
        severity="warning",
        summary="The regime detector is on and a model is missing or older than its interval",
    ),
    Alert(
        name="BackupOld",
        when=(Check(Since("last_success_timestamp", (("flow", ("backup",)),)), ">", 86_400),),
        severity="warning",
        summary="The last backup is more than a day old",
        since="backups",
    ),
)

ALERTS: tuple[Alert, ...] = (*_ORDERS, *_LEGACY, *_SAFETY, *_MONEY, *_HEALTH)
BY_ALERT: Mapping[str, Alert] = MappingProxyType({alert.name: alert for alert in ALERTS})
