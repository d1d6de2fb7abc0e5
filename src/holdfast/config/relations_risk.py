"""State what must hold between knobs on a venue that is not paper.

Rules: nothing here concerns the paper venue, whose orders no risk policy judges. A cap of 0 lets
nothing through: a desk in DRY may leave it so, one that may go LIVE may not.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from holdfast.config.breach import Breach
from holdfast.config.knob import spell

ORDERS_PER_SLOT = 2
PAPER = "paper"
LIVE_MODES = ("CANARY_LIVE", "LIVE")
CAPS = (
    "max_order_notional_usd",
    "max_symbol_exposure_usd",
    "max_total_exposure_usd",
    "max_open_notional_usd",
)

Values = Mapping[str, Any]


def venue_breaches(values: Values, venue: str, symbol: str) -> Iterator[Breach]:
    """Tell what does not hold for a desk on a venue; nothing of paper, or of no venue yet."""
    if venue in {"", PAPER}:
        return
    for relation in VENUE_RELATIONS:
        yield from relation(values)
    yield from _symbol_is_listed(values, symbol)


def _two_a_slot(key: str, what: str) -> Callable[[Values], Iterator[Breach]]:
    def relation(values: Values) -> Iterator[Breach]:
        least = values["slots"] * ORDERS_PER_SLOT
        if values[key] < least:
            problem = f"{key} {values[key]} is below {what} of {values['slots']} slots: {least}"
            yield Breach((key, "slots"), problem, f"at least {least}")

    return relation


def _live_has_caps(values: Values) -> Iterator[Breach]:
    needed = (*CAPS, "daily_loss_limit")
    if values["execution_mode"] not in LIVE_MODES:
        return
    missing = [key for key in needed if values[key] == 0]
    if missing:
        problem = f"execution_mode {values['execution_mode']} without caps: {', '.join(missing)}"
        yield Breach((*needed, "execution_mode"), problem, "each above 0")


def _canary_ends(values: Values) -> Iterator[Breach]:
    if values["execution_mode"] == "CANARY_LIVE" and values["max_total_loss_usd"] == 0:
        problem = "execution_mode CANARY_LIVE without max_total_loss_usd, the loss that ends it"
        yield Breach(("max_total_loss_usd", "execution_mode"), problem, "above 0")


def _cap_pays_an_entry(key: str) -> Callable[[Values], Iterator[Breach]]:
    def relation(values: Values) -> Iterator[Breach]:
        if values[key] == 0 or values["order_size_mode"] != "USD":
            return
        cap: Decimal = values[key]
        need: Decimal = values["order_size_usd"]
        if cap < need:
            problem = (
                f"{key} {spell(cap)} is below order_size_usd {spell(need)}: nothing could enter"
            )
            yield Breach(
                (key, "order_size_usd", "order_size_mode"), problem, f"at least {spell(need)}"
            )

    return relation


def _orders_have_a_cap(values: Values) -> Iterator[Breach]:
    if values["open_order_cap"] == "none":
        problem = "open_order_cap none is for paper and replay; a venue has a cap"
        yield Breach(("open_order_cap",), problem, "starter, intermediate, pro")


def _symbol_is_listed(values: Values, symbol: str) -> Iterator[Breach]:
    text = values["symbol_allowlist"]
    if not text:
        return
    listed = [word.strip() for word in text.split(",")]
    if symbol and symbol not in listed:
        problem = f"symbol {symbol} is not in symbol_allowlist {text}: nothing could enter"
        yield Breach(("symbol_allowlist",), problem, f"a list with {symbol}")


VENUE_RELATIONS: tuple[Callable[[Values], Iterator[Breach]], ...] = (
    _orders_have_a_cap,
    _two_a_slot("max_open_orders", "the two orders a slot"),
    _two_a_slot("max_orders_per_minute", "the two entries a slot"),
    _two_a_slot("max_daily_orders", "the two entries a slot"),
    _live_has_caps,
    _canary_ends,
    *(_cap_pays_an_entry(key) for key in CAPS),
)
