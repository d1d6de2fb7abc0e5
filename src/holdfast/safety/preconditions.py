"""Name what must hold before a desk may arm, each with what was measured and what is needed.

Rules: what was not measured does not hold; every failing one is told, not only the first.
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

CLEAN_WITHIN_S = 900
SKEW_BELOW_US = 2_000_000


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk measured; None means it was not measured.

    `approved_sha` is the record's; `key_fault` is empty where the key has the scopes it needs and no
    other; `caps` are the limits that must be set, in quote.
    """

    profile_sha: str
    approved_sha: str | None = None
    key_fault: str | None = None
    clean_reconcile_age_s: float | None = None
    unknown_intents: int | None = None
    daily_loss_locked: bool | None = None
    clock_skew_us: int | None = None
    caps: Mapping[str, Decimal | None] = {}


class Precondition(msgspec.Struct, frozen=True):
    """One thing that must hold; `measured` and `needed` are for people."""

    name: str
    holds: bool
    measured: str
    needed: str


def judged(readings: Readings) -> tuple[Precondition, ...]:
    """Judge every precondition of arming."""
    return (
        _profile(readings),
        _key(readings),
        _reconcile(readings),
        _unknown(readings),
        _loss(readings),
        _skew(readings),
        _caps(readings),
    )


def unmet(preconditions: tuple[Precondition, ...]) -> tuple[str, ...]:
    """Name those that do not hold; none judged at all is one that does not hold."""
    if not preconditions:
        return ("not_measured",)
    return tuple(each.name for each in preconditions if not each.holds)


def _profile(readings: Readings) -> Precondition:
    approved = readings.approved_sha
    return Precondition(
        "profile_approved",
        approved == readings.profile_sha and bool(approved),
        _short(approved),
        f"the running profile's digest {_short(readings.profile_sha)}",
    )


def _key(readings: Readings) -> Precondition:
    fault = readings.key_fault
    told = "sufficient" if fault == "" else fault or "not measured"
    return Precondition("key_scopes", fault == "", told, "what trading needs and nothing else")


def _reconcile(readings: Readings) -> Precondition:
    age = readings.clean_reconcile_age_s
    holds = age is not None and 0 <= age <= CLEAN_WITHIN_S
    told = "never clean" if age is None else f"clean {age:.0f} s ago"
    return Precondition("reconcile_clean", holds, told, f"clean within {CLEAN_WITHIN_S} s")


def _unknown(readings: Readings) -> Precondition:
    count = readings.unknown_intents
    told = "not measured" if count is None else f"{count} unknown"
    return Precondition("no_unknown_intent", count == 0, told, "0 unknown")


def _loss(readings: Readings) -> Precondition:
    locked = readings.daily_loss_locked
    told = "not measured" if locked is None else ("locked" if locked else "off")
    return Precondition("daily_loss_lock_off", locked is False, told, "off")


def _skew(readings: Readings) -> Precondition:
    skew = readings.clock_skew_us
    told = "not measured" if skew is None else f"{skew / 1_000_000:.3f} s"
    holds = skew is not None and abs(skew) < SKEW_BELOW_US
    return Precondition("clock_skew", holds, told, "below 2 s either way")


def _caps(readings: Readings) -> Precondition:
    missing = sorted(name for name, cap in readings.caps.items() if cap is None or cap <= 0)
    told = "none given" if not readings.caps else ", ".join(missing) or "all set"
    return Precondition(
        "caps_present", bool(readings.caps) and not missing, told, "every cap above 0"
    )


def _short(sha: str | None) -> str:
    return sha[:12] if sha else "none"
