"""Judge a saved state by itself: sizes and prices, ids, one order a leg, exits with an entry.

What the earlier bot's own rules forbid was damaged or edited; nothing is guessed, a person looks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from holdfast.domain.slots import EXIT, LegName, Phase, entry_side, exit_side
from holdfast.ledger.amounts import LIMIT
from holdfast.ledger.earlier.costs import owed_by
from holdfast.ledger.earlier.refusal import ImportRefused, quoted
from holdfast.ledger.earlier.shape import Saved, SavedOrder, SavedRecovery, SavedSlot, SavedState

LOOK = "look at it in the earlier bot, correct it there, save and import that file"
SIGNED = frozenset({"total_profit", "total_settled_usd", "net_profit"})
LAST_SECOND = Decimal(10) ** 12
TIMES = ("now", "_at", "_until_a", "_until_b", "_time")
_PHASES = {
    (False, False): Phase.S0,
    (True, False): Phase.S1A,
    (False, True): Phase.S1B,
    (True, True): Phase.S2,
}


def demand_sound(saved: Saved) -> None:
    """Raise ImportRefused, naming the place, where a saved state contradicts itself."""
    file = saved.file
    if not file.slots:
        raise ImportRefused("holds no slot", key="slots", do=LOOK)
    _once("slot id", "slots", (slot.slot_id for slot in file.slots))
    _once("txid", "slots", _txids(file.slots))
    _once("position id", "position_ledger", (one.position_id for one in file.position_ledger))
    if file.profit_pct is not None and not 0 < file.profit_pct < LIMIT:
        raise ImportRefused(f"is {quoted(file.profit_pct)}", key="profit_pct", allowed="above 0")
    for slot in file.slots:
        _slot(slot)
    for one in file.position_ledger:
        key = f"position {one.position_id}"
        _numbers(key, one)
        _positive(key, one, "entry_price", "entry_volume", "entry_cost", "original_exit_price")


def _slot(slot: SavedSlot) -> None:
    key, state = f"slot {slot.slot_id}", slot.state
    if slot.slot_id < 0:
        raise ImportRefused("has a negative id", key=key, do=LOOK)
    _numbers(key, state)
    _positive(key, state, "now", "cycle_a", "cycle_b")
    for order in state.orders:
        _order(f"{key} order {order.local_id}", order, state)
    for recovery in state.recovery_orders:
        _recovery(f"{key} recovery {recovery.recovery_id}", recovery, state)
    _once("local_id", key, (one.local_id for one in state.orders))
    _once("recovery_id", key, (one.recovery_id for one in state.recovery_orders))
    _once("leg with an order", key, (one.trade_id.value for one in state.orders))
    exits = (f"{one.trade_id.value} {one.cycle}" for one in owed_by(state))
    _once("exit of leg and cycle", key, exits)
    if state.long_only and state.short_only:
        raise ImportRefused("is long_only and short_only at once", key=key, do=LOOK)
    if state.phase is not None and state.phase is not phase_of(state):
        problem = f"says {state.phase.value}, its exits say {phase_of(state).value}"
        raise ImportRefused(problem, key=f"{key} phase", do=LOOK)


def phase_of(state: SavedState) -> Phase:
    """Label a saved state by the exits it has."""
    owed = {one.trade_id for one in state.orders if one.role is EXIT}
    return _PHASES[LegName.A in owed, LegName.B in owed]


def _order(key: str, order: SavedOrder, state: SavedState) -> None:
    _numbers(key, order)
    _positive(key, order, "local_id", "price", "volume", "cycle")
    is_exit = order.role is EXIT
    wanted = exit_side(order.trade_id) if is_exit else entry_side(order.trade_id)
    if order.side is not wanted:
        problem = f"{order.role.value} of leg {order.trade_id.value} is a {order.side.value}"
        raise ImportRefused(problem, key=key, allowed=wanted.value, do=LOOK)
    if is_exit:
        _positive(key, order, "entry_price")
    if order.local_id >= state.next_order_id:
        problem = f"is not below next_order_id {state.next_order_id}"
        raise ImportRefused(problem, key=key, do=LOOK)


def _recovery(key: str, recovery: SavedRecovery, state: SavedState) -> None:
    _numbers(key, recovery)
    _positive(key, recovery, "recovery_id", "price", "volume", "cycle", "entry_price")
    if recovery.side is not exit_side(recovery.trade_id):
        raise ImportRefused(f"is a {recovery.side.value}", key=key, do=LOOK)
    if recovery.recovery_id >= state.next_recovery_id:
        problem = f"is not below next_recovery_id {state.next_recovery_id}"
        raise ImportRefused(problem, key=key, do=LOOK)


def _numbers(key: str, part: msgspec.Struct) -> None:
    """Hold every amount to what a ledger can keep, and to its sign."""
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            continue
        bound = LAST_SECOND if name.endswith(TIMES) else LIMIT
        number = Decimal(value)
        if not number.is_finite() or not -bound < number < bound:
            problem = f"{quoted(value)} is no amount"
            raise ImportRefused(problem, key=f"{key} {name}", allowed=f"within ±{bound:.0E}")
        if number < 0 and name not in SIGNED:
            raise ImportRefused(
                f"{quoted(value)} is negative", key=f"{key} {name}", allowed="0 and above", do=LOOK
            )


def _positive(key: str, part: msgspec.Struct, *names: str) -> None:
    for name in names:
        if getattr(part, name) <= 0:
            raise ImportRefused("is 0", key=f"{key} {name}", allowed="above 0", do=LOOK)


def _txids(slots: Iterable[SavedSlot]) -> Iterator[str]:
    for slot in slots:
        yield from (one.txid for one in slot.state.orders if one.txid)
        yield from (one.txid for one in slot.state.recovery_orders if one.txid)


def _once(what: str, key: str, names: Iterable[object]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ImportRefused(f"{what} {quoted(name)} stands {count} times", key=key, do=LOOK)
