"""Judge a saved state by the profile it is to go on under; what does not fit is refused by name."""

import re
from collections.abc import Iterator
from decimal import Decimal

from holdfast.domain.money import ZERO, Instrument, held_for_buy
from holdfast.domain.slots import BUY
from holdfast.ledger.earlier.frame import Frame
from holdfast.ledger.earlier.refusal import ImportRefused, quoted
from holdfast.ledger.earlier.shape import Saved, SavedOrder, SavedRecovery, SavedSlot

OTHER_NAMES = (("XXDG", "DOGE"), ("XDG", "DOGE"), ("XXBT", "BTC"), ("XBT", "BTC"), ("ZUSD", "USD"))
CLOSE_FIRST = (
    "in the earlier bot let them fill, or soft_close each and wait for its fill, save and import "
    "that file; or set legacy_orphans to kept in the profile first"
)


def demand_fit(saved: Saved, frame: Frame) -> None:
    """Raise ImportRefused where a saved state does not fit the profile."""
    slots = saved.file.slots
    _pair(saved, frame.rules.instrument)
    _legacy(slots, frame)
    if len(slots) > frame.slots:
        raise ImportRefused(
            f"the file has {len(slots)} slots",
            key="slots",
            allowed=f"{frame.slots}, the profile's slots",
            do=f"set slots to {len(slots)}; lint says whether they fit under the order cap",
        )
    resting = list(resting_of(slots))
    if len(resting) > frame.order_cap:
        raise ImportRefused(
            f"{len(resting)} orders rest",
            key="slots",
            allowed=f"{frame.order_cap}, the cap of open orders",
            do="cancel entries in the earlier bot, or raise open_order_cap",
        )
    for key, order in resting:
        _order(key, order, frame.rules.instrument)
    _funds(slots, frame)


def resting_of(slots: tuple[SavedSlot, ...]) -> Iterator[tuple[str, SavedOrder | SavedRecovery]]:
    """List the orders that left, with where each stands in the file."""
    for slot in slots:
        for order in slot.state.orders:
            if order.txid:
                yield f"slot {slot.slot_id} order {order.local_id}", order
        for recovery in slot.state.recovery_orders:
            if recovery.txid:
                yield f"slot {slot.slot_id} recovery {recovery.recovery_id}", recovery


def _pair(saved: Saved, instrument: Instrument) -> None:
    ours = instrument.base + instrument.quote
    for key in ("symbol", "pair"):
        named = getattr(saved.file, key)
        if named and _plain(named) != ours:
            raise ImportRefused(
                f"the state is of {quoted(named)}",
                key=key,
                allowed=instrument.symbol,
                do="name the profile of that pair",
            )


def _plain(pair: str) -> str:
    plain = re.sub(r"[^A-Z0-9]", "", pair.upper())
    for theirs, ours in OTHER_NAMES:
        plain = plain.replace(theirs, ours)
    return plain


def _legacy(slots: tuple[SavedSlot, ...], frame: Frame) -> None:
    if frame.recoveries:
        return
    for slot in slots:
        key, count = f"slot {slot.slot_id}", len(slot.state.recovery_orders)
        if count:
            problem = f"holds {count} recovery orders and legacy_orphans is removed"
            raise ImportRefused(problem, key=key, allowed="none", do=CLOSE_FIRST)
        if not slot.sticky:
            raise ImportRefused(
                "is a cycling slot and legacy_orphans is removed",
                key=f"{key} sticky",
                allowed="true",
                do="make it sticky in the earlier bot, save and import that file; or set "
                "legacy_orphans to kept in the profile first",
            )


def _order(key: str, order: SavedOrder | SavedRecovery, instrument: Instrument) -> None:
    steps = (
        ("price", order.price, instrument.price_tick, "price_decimals"),
        ("volume", order.volume, instrument.size_step, "size_decimals"),
    )
    for name, value, step, knob in steps:
        if value % step:
            raise ImportRefused(
                f"{quoted(value)} is no multiple of {step:f}",
                key=f"{key} {name}",
                allowed="what the market takes",
                do=f"set {knob} as the earlier bot's market has it",
            )
    least, cost = instrument.min_base, instrument.min_quote
    if order.volume < least or order.volume * order.price < cost:
        raise ImportRefused(
            f"{quoted(order.volume)} at {quoted(order.price)} is less than the market takes",
            key=f"{key} volume",
            allowed=f"{least:f} and above, worth {cost:f} and above",
            do="set min_base and min_quote as the earlier bot's market has them",
        )


def _funds(slots: tuple[SavedSlot, ...], frame: Frame) -> None:
    instrument = frame.rules.instrument
    held = {instrument.base: ZERO, instrument.quote: ZERO}
    for _, order in resting_of(slots):
        if order.side is BUY:
            held[instrument.quote] += held_for_buy(order.price, order.volume, instrument)
        else:
            held[instrument.base] += order.volume
    knobs = {instrument.base: "opening_base_per_slot", instrument.quote: "opening_quote_per_slot"}
    for asset, needed in held.items():
        there = frame.balances.get(asset, Decimal(0))
        if needed > there:
            raise ImportRefused(
                f"the orders that rest hold {needed.normalize():f} {asset}",
                key="slots",
                allowed=f"{there:f}, what the account has",
                do=f"raise {knobs[asset]}",
            )
