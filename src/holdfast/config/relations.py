"""State once what must hold between knobs.

Rules: a relation looks at values and nothing else; it names every knob it spoke about, so that the
loader can point at a line or take a broken pair from the environment back together.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from holdfast.config.addresses import ADDRESS, bot_address, plain_address, reference, users
from holdfast.config.breach import Breach
from holdfast.config.relations_regime import REGIME_RELATIONS
from holdfast.config.relations_risk import ORDERS_PER_SLOT, PAPER, venue_breaches
from holdfast.config.relations_sizing import RELATIONS as SIZING

OPEN_ORDER_CAPS: Mapping[str, int] = {"starter": 60, "intermediate": 80, "pro": 225}
REDIS_SCHEMES = ("redis", "rediss", "unix")
SMALLEST_MARGIN = Decimal("0.1")
LOAD = (
    "slots",
    "open_order_cap",
    "kraken_open_orders_per_pair_limit",
    "sticky_mode_enabled",
    "max_recovery_slots",
    "recovery_enabled",
)

Values = Mapping[str, Any]


def breaches(values: Values, venue: str = PAPER, symbol: str = "") -> Iterator[Breach]:
    """Walk all relations and tell those that do not hold, on a real venue also those of risk."""
    for relation in RELATIONS:
        yield from relation(values)
    yield from venue_breaches(values, venue, symbol)


def order_cap(tier: str, limit: int) -> int | None:
    """Say how many open orders the venue allows for one symbol; None is no cap."""
    return min(OPEN_ORDER_CAPS[tier], limit) if tier in OPEN_ORDER_CAPS else None


def orders_per_slot(*, sticky: bool, max_recovery_slots: int) -> int:
    """Say how many orders one slot may have open at worst."""
    return ORDERS_PER_SLOT + (0 if sticky else max_recovery_slots)


def _ordered(low: str, high: str, *, equal: bool) -> Callable[[Values], Iterator[Breach]]:
    def relation(values: Values) -> Iterator[Breach]:
        kept = values[low] <= values[high] if equal else values[low] < values[high]
        if not kept:
            word = "at most" if equal else "below"
            problem = f"{low} {values[low]} is not {word} {high} {values[high]}"
            yield Breach((low, high), problem, f"{low} {word} {high}")

    return relation


def _needs(
    key: str, values_on: tuple[object, ...], needed: str
) -> Callable[[Values], Iterator[Breach]]:
    def relation(values: Values) -> Iterator[Breach]:
        if values[key] in values_on and not values[needed]:
            problem = f"{key} needs {needed}, which is false"
            yield Breach((key, needed), problem, f"{needed}: true beside it")

    return relation


def _profit_pays_the_fees(values: Values) -> Iterator[Breach]:
    least = 2 * values["maker_fee_pct"] + SMALLEST_MARGIN
    if values["pair_profit_pct"] < least:
        problem = f"pair_profit_pct {values['pair_profit_pct']} does not pay two maker fees"
        yield Breach(("pair_profit_pct", "maker_fee_pct"), problem, f"at least {least}")


def _release_by_itself_names_a_tier(values: Values) -> Iterator[Breach]:
    if values["release_auto_enabled"] and values["release_auto_tier"] == "none":
        problem = "release_auto_enabled names no release_auto_tier"
        keys = ("release_auto_enabled", "release_auto_tier")
        yield Breach(keys, problem, "release_auto_tier: tier1 or tier2 beside it")


def _churner_pays_the_fees(values: Values) -> Iterator[Breach]:
    fees = 2 * values["maker_fee_pct"]
    if values["churner_profit_pct"] <= fees:
        problem = (
            f"churner_profit_pct {values['churner_profit_pct']} does not exceed two maker fees"
        )
        yield Breach(("churner_profit_pct", "maker_fee_pct"), problem, f"above {fees}")


def _slots_fit_the_cap(values: Values) -> Iterator[Breach]:
    cap = order_cap(values["open_order_cap"], values["kraken_open_orders_per_pair_limit"])
    sticky, recovery = values["sticky_mode_enabled"], values["max_recovery_slots"]
    each = orders_per_slot(
        sticky=sticky, max_recovery_slots=recovery if values["recovery_enabled"] else 0
    )
    if cap is None or values["slots"] * each <= cap:
        return
    why = "two entries or exits" if sticky else f"two orders and {each - 2} recovery orders"
    problem = (
        f"{values['slots']} slots with {why} each need {values['slots'] * each} open orders,"
        f" the cap is {cap} ({values['open_order_cap']})"
    )
    yield Breach(LOAD, problem, f"at most {cap // each} slots")


def _file_source_names_a_file(values: Values) -> Iterator[Breach]:
    if values["market_source"] == "file" and not values["market_file"]:
        problem = "market_source file names no market_file"
        yield Breach(("market_source", "market_file"), problem, "market_file: a candle file")


def _a_read_may_fail_once(values: Values) -> Iterator[Breach]:
    age, interval = values["live_max_read_age_s"], values["live_read_interval_s"]
    if age < 2 * interval:
        problem = f"live_max_read_age_s {age} is less than twice live_read_interval_s {interval}"
        yield Breach(
            ("live_max_read_age_s", "live_read_interval_s"), problem, f"at least {2 * interval}"
        )


def _redis_store_has_an_address(values: Values) -> Iterator[Breach]:
    store, url = values["mode_store"], values["mode_store_url"] or ""
    if store == "redis" and urlsplit(url).scheme not in REDIS_SCHEMES:
        problem = "mode_store redis names no mode_store_url of a Redis server"
        yield Breach(("mode_store", "mode_store_url"), problem, "redis://host:port/0")
    if urlsplit(url).password:
        problem = "mode_store_url holds a password"
        yield Breach(("mode_store_url",), problem, "an address without one; passwords are secrets")


def _messages_have_an_address(values: Values) -> Iterator[Breach]:
    if values["notify_enabled"] and not values["notify_urls"]:
        problem = "notify_enabled names no notify_urls"
        yield Breach(("notify_enabled", "notify_urls"), problem, ADDRESS)


def _addresses_hold_no_secret(values: Values) -> Iterator[Breach]:
    named = [one.strip() for one in (values["notify_urls"] or "").split(",")]
    for number, one in enumerate(named, 1):
        if (values["notify_urls"] or "") and not (reference(one) or plain_address(one)):
            problem = f"item {number} of notify_urls is neither a reference nor free of secrets"
            yield Breach(("notify_urls",), problem, ADDRESS)


def _chat_knows_its_people(values: Values) -> Iterator[Breach]:
    listed, token = values["chat_allowed_users"], values["chat_token"]
    if values["chat_enabled"] and not (listed and token):
        problem = "chat_enabled names no chat_allowed_users or no chat_token"
        keys = ("chat_enabled", "chat_allowed_users", "chat_token")
        yield Breach(keys, problem, "both beside it")
    if listed and users(listed) is None:
        problem = "chat_allowed_users are not numbers of users"
        yield Breach(("chat_allowed_users",), problem, "whole numbers, separated by commas")
    if token and not reference(token):
        problem = "chat_token is not a secret reference"
        yield Breach(("chat_token",), problem, "secret://…")
    if values["chat_base_url"] and not bot_address(values["chat_base_url"]):
        problem = "chat_base_url is not an address of a Bot API"
        yield Breach(("chat_base_url",), problem, "https://HOST, or http:// on this machine")


def _no_cycling_slots_without_orphans(values: Values) -> Iterator[Breach]:
    if values["legacy_orphans"] == "removed" and not values["sticky_mode_enabled"]:
        problem = "legacy_orphans removed leaves no cycling slots, and sticky_mode_enabled is false"
        keys = ("legacy_orphans", "sticky_mode_enabled")
        yield Breach(keys, problem, "sticky_mode_enabled: true beside it")


def _fixed_needs_a_reason(values: Values) -> Iterator[Breach]:
    fixed = values["sticky_mode_enabled"] and values["sticky_compounding_mode"] == "fixed"
    if fixed and not (values["sticky_compounding_reason"] or "").strip():
        problem = "sticky_compounding_mode fixed beside sticky slots names no reason"
        keys = ("sticky_compounding_mode", "sticky_mode_enabled", "sticky_compounding_reason")
        yield Breach(keys, problem, "legacy_profit, or sticky_compounding_reason: why not")


RELATIONS: tuple[Callable[[Values], Iterator[Breach]], ...] = (
    _ordered("release_max_stuck_pct", "release_panic_stuck_pct", equal=False),
    _ordered("release_recovery_target_pct", "release_panic_stuck_pct", equal=False),
    _ordered("momentum_ema_fast_bars", "momentum_ema_slow_bars", equal=False),
    _ordered("regime_adx_choppy_max", "regime_adx_trending_min", equal=True),
    _ordered("regime_tier1_confidence", "regime_tier2_confidence", equal=False),
    _ordered("regime_tier1_bias_floor", "regime_tier2_bias_floor", equal=True),
    _ordered("regime_hysteresis", "regime_tier1_confidence", equal=True),
    _ordered("age_band_fresh_sec", "age_band_aging_sec", equal=False),
    _ordered("age_band_aging_sec", "age_band_stale_sec", equal=False),
    _ordered("age_band_stale_sec", "age_band_stuck_sec", equal=False),
    _ordered("churner_timeout_sec", "churner_exit_timeout_sec", equal=True),
    _ordered("s1_orphan_after_sec", "s2_orphan_after_sec", equal=True),
    _ordered("loss_backoff_start", "loss_cooldown_start", equal=True),
    _ordered("sticky_target_slots", "sticky_max_target_slots", equal=True),
    _ordered("trend_fast_halflife", "trend_slow_halflife", equal=False),
    _ordered("trend_idle_floor", "trend_idle_ceiling", equal=True),
    _ordered("volatility_profit_floor", "volatility_profit_ceiling", equal=True),
    _needs("churner_enabled", (True,), "position_ledger_enabled"),
    _needs("subsidy_enabled", (True,), "position_ledger_enabled"),
    _needs("subsidy_auto_reprice_band", ("stale", "stuck"), "subsidy_enabled"),
    _needs("churner_enabled", (True,), "hmm_enabled"),
    _needs("sticky_mode_enabled", (True,), "release_recon_hard_gate_enabled"),
    _no_cycling_slots_without_orphans,
    _fixed_needs_a_reason,
    _needs("release_auto_enabled", (True,), "sticky_mode_enabled"),
    _release_by_itself_names_a_tier,
    _profit_pays_the_fees,
    _churner_pays_the_fees,
    _file_source_names_a_file,
    _slots_fit_the_cap,
    *SIZING,
    _a_read_may_fail_once,
    _redis_store_has_an_address,
    _messages_have_an_address,
    _addresses_hold_no_secret,
    _chat_knows_its_people,
    *REGIME_RELATIONS,
)
