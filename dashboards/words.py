"""Fix the words and tones for orders on their way, verdicts, modes, caps and alerts.

A tone is only a colour; the word beside it always says the same. A word nobody knows is shown as it is.
"""

from types import MappingProxyType

INTENT_STATES = MappingProxyType(
    {
        "created": ("decided, not sent", ""),
        "submitting": ("sent, no answer yet", "calm"),
        "unknown": ("outcome unknown", "bad"),
        "open": ("rests", "good"),
        "partial": ("rests, partly filled", "good"),
        "amending": ("is being moved", "calm"),
        "canceling": ("is being cancelled", "warn"),
        "filled": ("filled", "good"),
        "canceled": ("cancelled", ""),
        "canceled_partial": ("cancelled with a part", ""),
        "expired": ("expired", "warn"),
        "expired_partial": ("expired with a part", "warn"),
        "rejected": ("refused by the venue", "bad"),
        "not_placed": ("proven never placed", "warn"),
        "aborted": ("given up unsent", ""),
    }
)
VERDICTS = MappingProxyType(
    {
        "agreed": ("agrees", "good"),
        "adopted": ("found resting, adopted", "calm"),
        "ended": ("over at the venue, end booked", "calm"),
        "asked_again": ("asked for again", "calm"),
        "given_up": ("never sent, given up", ""),
        "unresolved": ("waits for proof", "warn"),
        "not_sent_yet": ("not sent yet", ""),
        "lost": ("in the books, nowhere at the venue", "bad"),
        "foreign": ("not ours, left alone", "warn"),
        "recalled": ("of a time the ledger had lost, adopted", "calm"),
        "misfit": ("ours by its id, does not fit the books", "bad"),
        "rests_after_its_end": ("rests although its end was booked", "bad"),
    }
)
COMPARISONS = MappingProxyType(
    {"agreed": "good", "differs": "bad", "incomplete": "warn"},
)
EFFECTIVE_TONES = MappingProxyType(
    {"LIVE": "good", "CANARY_LIVE": "good", "DRY": "calm", "HALT": "bad"},
)
STATE_TONES = MappingProxyType(
    {
        "BOOT": "calm",
        "DRY": "calm",
        "ARMING": "warn",
        "LIVE": "good",
        "DRAIN": "warn",
        "ESTOP": "bad",
    }
)
PRECONDITIONS = MappingProxyType(
    {
        "profile_approved": "the record names this profile",
        "key_scopes": "scopes of the key",
        "reconcile_clean": "clean comparison",
        "no_unknown_intent": "no unknown outcome",
        "daily_loss_lock_off": "daily loss lock",
        "clock_skew": "clock skew",
        "caps_present": "caps are set",
    }
)
CAPS = MappingProxyType(
    {
        "max_order_notional_usd": "largest open order",
        "max_symbol_exposure_usd": "exposure of this symbol",
        "max_total_exposure_usd": "exposure of the account",
        "max_open_notional_usd": "notional of open orders",
        "max_open_orders": "open orders",
        "max_orders_per_minute": "entries of this minute",
        "max_daily_orders": "entries of this day",
        "daily_loss_limit": "loss of this day",
        "max_total_loss_usd": "loss in all",
        "max_drawdown_pct": "drawdown from the peak",
    }
)
SEVERITIES = MappingProxyType({"page": "bad", "critical": "bad", "warning": "warn", "info": "calm"})
EVIDENCE = MappingProxyType({"pass": "good", "fail": "bad", "error": "bad", "none": "muted"})


def state(name: str) -> tuple[str, str]:
    """Say in words how far an order is, and the tone of it."""
    return INTENT_STATES.get(name, (name, ""))


def verdict(name: str) -> tuple[str, str]:
    """Say in words what a comparison found of an order, and the tone of it."""
    return VERDICTS.get(name, (name, "warn"))


def runbook(alert: str) -> str:
    """Name the place that says what to do about an alert.

    >>> runbook("UnknownIntent")
    'docs/runbooks/alerts.md#unknownintent'
    """
    return f"docs/runbooks/alerts.md#{alert.lower()}"


def short(order: object) -> str:
    """Cut a client_order_id to what the ledger page finds it by.

    >>> short("3f0e5a86-1e44-5b5c-9f4f-3a1a8d6b9c01")
    '3f0e5a86-1e44'
    """
    return str(order)[:13]
