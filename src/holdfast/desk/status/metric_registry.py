"""Declare every metric the product exposes, once; exporter, alerts and panels draw from this table.

Rules: names are without prefix and `_total`; `since` goes away with the change that emits the metric,
and the tests then look for it on a running desk, one on an exchange where it says `only`. Alerts take increases only of counters that are there
from the start, because Prometheus sees no increase in a series that appears.
"""

from collections.abc import Mapping
from types import MappingProxyType

from holdfast.desk.holds import NAMES
from holdfast.desk.status.metric_spec import Label, MetricSpec, counter, gauge, seconds
from holdfast.domain.slots import Block

TICK_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
COMMIT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
WAIT_BUCKETS = (1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800)
MODES = ("INIT", "RUNNING", "PAUSED", "HALTED")
LEVELS = ("HALT", "DRY", "DRAIN", "CANARY_LIVE", "LIVE")
STATES = ("BOOT", "DRY", "ARMING", "LIVE", "DRAIN", "ESTOP")

ROLE = Label("role", ("entry", "exit"))
SIDE = Label("side", ("buy", "sell"))
ASKED = Label("result", ("asked", "accepted", "refused", "unknown"))
RESULT = Label("result", most=8)
CODE = Label("code", most=32)
ENDPOINT = Label("endpoint", most=32)
BLOCKS = tuple(block.value for block in Block)
EXCHANGE, INTENTS = "exchange", "intents"
HEALING, ROLLOUT = "healing", "rollout"

_TICKS = (
    counter("ticks", "Ticks run.", "ticks", Label("result", ("ok", "unorchestrated")), seeded=True),
    counter("steps", "Steps decided.", "steps"),
    counter("tick_overrun", "Ticks that took longer than their interval.", "ticks"),
    counter("anomalies", "Things seen that must not be.", "anomalies"),
    seconds("tick_duration_seconds", "Machine time of a tick.", TICK_BUCKETS),
    seconds("ledger_commit_seconds", "Machine time of a commit.", COMMIT_BUCKETS),
    counter("ledger_write_errors", "Commits the ledger refused.", "commits"),
    gauge("ledger_sequence", "Last row of the ledger.", "rows"),
    gauge("last_success_timestamp", "Last success of each flow.", "seconds", Label("flow")),
    gauge("tick_silence_limit_seconds", "Silence of ticks that counts as a fault.", "seconds"),
    gauge("build_info", "What runs.", "", Label("version", most=1), Label("profile_sha", most=4), Label("env", most=1), Label("symbol", most=1)),
    counter("profile_reloads", "Edits of the profile that were seen.", "edits", RESULT),
)  # fmt: skip
_ORDERS = (
    counter("orders_submitted", "Orders decided and sent.", "orders", ROLE, SIDE, seeded=True),
    counter("orders_failed", "Orders the venue refused, of any class.", "orders"),
    counter("orders_submit_failed", "Orders the venue refused.", "orders", Label("class")),
    counter("orders_unknown", "Requests whose outcome was not known.", "requests"),
    counter("orders_unknown_resolved", "Unknown outcomes that were proven.", "requests", Label("to")),
    counter("orders_simulated", "Orders a desk in DRY would have placed.", "orders", ROLE, SIDE),
    counter("intents_created", "Intents to place an order.", "intents", ROLE, seeded=True),
    counter("intent_duplicate_suppressed", "Intents that were there already and not sent again.", "intents", since=INTENTS),
    counter("intent_duplicate", "Orders found twice at the venue.", "orders"),
    counter("intent_conflict", "Intents that disagree with what was sent under their id.", "intents", since=INTENTS),
    counter("intent_illegal_transition", "Changes of state an intent may not make.", "changes"),
    gauge("intents_in_state", "Intents by state.", "intents", Label("state"), only=EXCHANGE),
    gauge("oldest_unknown_intent_seconds", "Age of the oldest outcome that is not known.", "seconds", only=EXCHANGE),
    counter("fills_booked", "Executions booked.", "fills", ROLE, Label("liquidity", ("maker", "taker"))),
    counter("fills_replayed", "Executions found by a comparison with the venue.", "fills"),
    counter("late_fill", "Executions of orders that had ended.", "fills"),
    counter("partial_fill_cancel", "Orders that ended with a part filled.", "orders"),
    counter("amends", "Orders moved in place.", "orders", ASKED),
    counter("cancels", "Cancels.", "orders", ASKED),
    counter("cycles", "Round trips booked.", "cycles", Label("reason")),
    seconds("submit_to_ack_seconds", "From sending an order to the venue's answer.", CALL_BUCKETS, only=EXCHANGE),
    seconds("order_to_fill_seconds", "Market time from placing an order to its last fill.", WAIT_BUCKETS),
    gauge("open_orders", "Orders that rest.", "orders", Label("source", ("local", "exchange"))),
    gauge("open_order_drift", "Orders at the venue less those in the books.", "orders", only=EXCHANGE),
    gauge("open_order_headroom", "Orders that may still rest.", "orders"),
    gauge("projected_headroom", "Orders that may still rest if every slot rests two.", "orders"),
    gauge("entries_resting", "Entries that rest.", "orders"),
    gauge("pending_entries", "Entries that wait for their turn.", "entries"),
    counter("entries_placed", "Entries decided, by what asked for them.", "entries", Label("source"), SIDE),
    counter("entries_deferred", "Entries put off, by the limit that was reached.", "entries", Label("limit", ("deferred", "capacity", "budget")), seeded=True),
    gauge("one_sided_slots", "Slots that miss a side, by the side they have and the reason on record.", "slots", Label("side", ("long_only", "short_only", "neither")), Label("source", BLOCKS)),
    seconds("repair_seconds", "Market time a missing side took to come back, from when nothing meant it to be away.", WAIT_BUCKETS, Label("source", BLOCKS)),
    gauge("slots", "Slots of the desk.", "slots"),
    counter("recovery_pressure", "Times the exits set aside came to another `orphan_pressure_warn_at`.", "times"),
    gauge("slots_in_phase", "Slots by phase.", "slots", Label("phase", ("S0", "S1a", "S1b", "S2"))),
)  # fmt: skip
_SAFETY = (
    gauge("mode", "How the desk stands, one of them 1.", "", Label("mode", MODES)),
    gauge("hold", "Holds that stand.", "", Label("name", NAMES)),
    gauge("estop_active", "1 in an emergency stop.", ""),
    counter("mode_changes", "Changes of the effective execution mode.", "changes", Label("from", STATES), Label("to", STATES), Label("cause", most=8)),
    counter("mode_flips", "Changes of the effective mode into LIVE or out of it, and promotions refused for too many.", "changes"),
    counter("mode_read_failures", "Reads of the requested mode that failed.", "reads", Label("kind"), only=EXCHANGE),
    counter("mode_flap_blocked", "Returns to LIVE that were held back.", "changes"),
    counter("mode_clock_jump", "Jumps of the wall clock that were seen.", "jumps"),
    gauge("mode_effective", "Effective execution mode, one of them 1.", "", Label("mode", LEVELS), only=EXCHANGE),
    gauge("mode_epoch", "Epoch of the requested mode.", "", only=EXCHANGE),
    gauge("mode_health_streak", "Good reads of the requested mode in a row.", "reads", only=EXCHANGE),
    gauge("mode_read_age_seconds", "Time since the last good read of the requested mode.", "seconds", only=EXCHANGE),
    gauge("mode_lease_remaining_seconds", "What is left of the LIVE lease.", "seconds", only=EXCHANGE),
    counter("risk_rejections", "Orders the risk policy refused.", "orders", CODE),
    counter("orders_outside_allowlist", "Orders sent for a symbol that is not allowed.", "orders"),
    gauge("order_notional_max_quote", "Largest notional sent since the start.", "quote", only=EXCHANGE),
    gauge("order_notional_cap_quote", "Largest notional allowed.", "quote", only=EXCHANGE),
    gauge("exposure_quote", "Exposure as the risk policy counts it.", "quote", only=EXCHANGE),
    gauge("exposure_cap_quote", "Exposure allowed.", "quote", only=EXCHANGE),
    gauge("key_refused", "1 while the exchange says that the key may do too much.", "", only=EXCHANGE),
    counter("signals_received", "Signals from outside.", "signals", Label("source"), RESULT),
    counter("secrets_redacted", "Secrets taken out of a text before it left.", "secrets"),
    gauge("alert_standing", "Alerts that stand, 1 each.", "", Label("alert", most=40)),
    counter("alerts", "Alerts that began and ended.", "alerts", Label("alert", most=40), Label("state", ("began", "ended"))),
    counter("notifications", "Messages to people.", "messages", Label("result", ("sent", "failed", "dropped", "limited")), seeded=True),
    counter("chat_updates", "Messages from people.", "messages", Label("result", ("done", "refused", "asked", "stranger", "ignored")), seeded=True),
    counter("drill_runs", "Drills run.", "drills", Label("id", most=32), Label("result", ("pass", "fail", "none"))),
)  # fmt: skip
_VENUE = (
    counter("api_calls", "Calls to the venue.", "calls", ENDPOINT, RESULT, only=EXCHANGE),
    counter("api_rate_limited", "Calls the venue refused as too many.", "calls"),
    seconds("api_latency_seconds", "Time a call to the venue took.", CALL_BUCKETS, ENDPOINT, only=EXCHANGE),
    counter("reconcile_runs", "Comparisons with the venue.", "runs", Label("result", ("agreed", "differs"))),
    seconds("reconcile_duration_seconds", "Time a comparison took.", CALL_BUCKETS, only=EXCHANGE),
    counter("foreign_orders", "Orders at the venue that are not ours.", "orders"),
    gauge("recon_drift_pct", "Venue less books, in percent of the account.", "percent", only=EXCHANGE),
    gauge("price", "Price of the last look.", "quote"),
    gauge("price_age_seconds", "Machine time since the last look at the market.", "seconds"),
    counter("metrics_renders", "Answers to a scraper; slow is above half a second.", "answers", Label("speed", ("fast", "slow")), seeded=True),
)  # fmt: skip
_MONEY = (
    gauge("balance", "What the books hold.", "units", Label("asset", most=8), Label("kind", ("total", "free", "reserved"))),
    gauge("equity_quote", "Worth of the account in quote.", "quote"),
    gauge("realized_pnl_quote", "Net of all booked cycles.", "quote"),
    gauge("unrealized_pnl_quote", "What open exits would give at the price, before fees.", "quote"),
    gauge("daily_loss_quote", "Losses of the UTC day of market time.", "quote"),
    gauge("daily_loss_limit_quote", "Loss of a day that holds the desk; 0 is off.", "quote"),
    gauge("idle_quote_ratio", "Idle quote by its two bases.", "ratio", Label("basis", ("mark_to_market", "quote_only"))),
    gauge("fee_differs", "1 while fills are charged another fee than the profile names.", ""),
    gauge("stuck_capital_pct", "Part of the account in exits that wait too long.", "percent"),
    gauge("stuck_capital_limit_pct", "Part above which the first tier of release begins.", "percent"),
    gauge("waiting_exits", "Exits that wait.", "exits"),
    gauge("oldest_exit_age_seconds", "Market time the oldest exit has waited.", "seconds"),
    gauge("release_gate_blocked", "1 while the hard gate lets no release through.", ""),
    gauge("startup_milliseconds", "Machine time the last start took.", "milliseconds", Label("part", ("reconcile", "replay", "bootstrap", "total"))),
    gauge("subsidy_balance_quote", "What slots may still spend on repricing.", "quote", since=HEALING),
    gauge("positions_in_band", "Waiting exits by age band.", "positions", Label("band"), since=HEALING),
    gauge("regime", "Regime of the market, one of them 1.", "", Label("regime", ("bearish", "ranging", "bullish"))),
    gauge("regime_confidence", "Confidence in the regime, 0 while none is read.", "ratio"),
    gauge("regime_tier", "Tier of the regime's say.", ""),
    gauge("regime_model_overdue", "1 while the detector is on and a model is missing or older than its interval.", ""),
    gauge("adx", "Wilder's ADX of the last closed signal candle, 0 while bars are missing.", ""),
    gauge("gate_shadowed_entries", "Entries since the start that a watched gate would have kept back.", "entries", Label("gate", ("regime", "momentum"))),
    gauge("stage_index", "Stage of the rollout, counted from 0.", "", since=ROLLOUT),
    counter("profile_promotions", "Promotions of a profile.", "promotions", Label("from", most=6), Label("to", most=6), RESULT, since=ROLLOUT),
    counter("migrations", "Migrations of a ledger.", "migrations", RESULT, since=ROLLOUT),
)  # fmt: skip

METRICS: tuple[MetricSpec, ...] = (*_TICKS, *_ORDERS, *_SAFETY, *_VENUE, *_MONEY)
BY_NAME: Mapping[str, MetricSpec] = MappingProxyType({spec.name: spec for spec in METRICS})
