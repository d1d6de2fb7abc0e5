"""Carry out a fault plan: which rules a request meets, and what they do to it.

Rules: a rule draws from a stream of its own (its seed and how often it was met), so that a run can be
repeated; `after` requests are let through, `times` are acted on (0: all); a standing rule
(maintenance, stale_ticker, clock_shift) holds for its span of time and is met by nobody.
"""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from holdfast.domain.market import SECOND
from holdfast.venue.emulator.state import ZERO, Rule

STANDING = frozenset({"maintenance", "stale_ticker", "clock_shift"})
KINDS = (
    "delay", "drop_request", "drop_answer", "http_5xx", "rate_limit", "invalid_nonce",
    "partial_fill", "cancel_race", "maintenance", "stale_ticker", "clock_shift", "error",
)  # fmt: skip
MODES = ("maintenance", "cancel_only", "post_only")


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan does inside the exchange to one request."""

    fraction: Decimal = ZERO
    race: bool = False
    mode: str = ""
    shift: int = 0


class Met(msgspec.Struct, frozen=True, tag="met"):
    """Which rules of the plan a request met, and which of them acted, by their places."""

    met: tuple[int, ...]
    acted: tuple[int, ...]


def meet(rules: Sequence[Rule], endpoint: str, cl_ord_ids: Sequence[str], now: int) -> Met:
    """Say what a request meets; nothing is counted yet."""
    met = [
        place
        for place, rule in enumerate(rules)
        if rule.kind not in STANDING and _matches(rule, endpoint, cl_ord_ids, now)
    ]
    return Met(tuple(met), tuple(place for place in met if _acts(rules[place])))


def count(rules: Sequence[Rule], met: Met) -> None:
    """Remember what was met."""
    for place in met.met:
        rules[place].met += 1
    for place in met.acted:
        rules[place].acted += 1


def acted(rules: Sequence[Rule], met: Met) -> list[Rule]:
    """Return the rules that act on a request, in their order."""
    return [rules[place] for place in met.acted]


def standing(rules: Sequence[Rule], kind: str, now: int) -> Rule | None:
    """Return the rule of a standing kind that holds now."""
    return next((rule for rule in rules if rule.kind == kind and _holds(rule, now)), None)


def part_of(acting: Sequence[Rule]) -> Decimal:
    """Say which part of an order fills as it arrives."""
    return next((rule.fraction for rule in acting if rule.kind == "partial_fill"), ZERO)


def races(acting: Sequence[Rule]) -> bool:
    """Say whether an order fills in the moment before its cancel."""
    return any(rule.kind == "cancel_race" for rule in acting)


def effects_of(rules: Sequence[Rule], part: Decimal, race: bool, now: int) -> Effects:
    """Sum up what is done inside the exchange."""
    mode, shift = standing(rules, "maintenance", now), standing(rules, "clock_shift", now)
    return Effects(
        fraction=part,
        race=race,
        mode="" if mode is None else mode.mode,
        shift=0 if shift is None else int(shift.seconds * SECOND),
    )


def _matches(rule: Rule, endpoint: str, cl_ord_ids: Sequence[str], now: int) -> bool:
    named = not rule.endpoints or endpoint in rule.endpoints
    return named and _holds(rule, now) and (not rule.cl_ord_id or rule.cl_ord_id in cl_ord_ids)


def _holds(rule: Rule, now: int) -> bool:
    return rule.since <= now and (not rule.until or now < rule.until)


def _acts(rule: Rule) -> bool:
    if rule.met < rule.after or (rule.times and rule.acted >= rule.times):
        return False
    return _draw(rule) < rule.p


def _draw(rule: Rule) -> Decimal:
    digest = hashlib.sha256(f"{rule.seed}|{rule.kind}|{rule.met}".encode()).digest()
    return Decimal(int.from_bytes(digest[:6])) / (1 << 48)
