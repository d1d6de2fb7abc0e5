"""Work out prices and sizes of orders (core 1.4, F1 to F5), exactly."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from holdfast.domain.money import CENT, HUNDRED, ZERO, Instrument
from holdfast.domain.slots import LEG_A, SELL, LegName, Side
from holdfast.engine.rules import Rules

ONE = Decimal(1)


def backoff_multiplier(losses: int, start: int, factor: Decimal, most: Decimal) -> Decimal:
    """Widen an entry after a streak of losses (F1).

    >>> [str(backoff_multiplier(n, 3, Decimal("0.5"), Decimal(5))) for n in (2, 3, 4, 20)]
    ['1', '1.5', '2.0', '5']
    """
    if losses < start:
        return ONE
    return min(most, ONE + factor * (losses - start + 1))


def entry_distance(rules: Rules, leg: LegName, slot_id: int) -> Decimal:
    """Say how far from the mark a leg of a slot enters, in percent (F2)."""
    own = rules.entry_pct_a if leg is LEG_A else rules.entry_pct_b
    distance = own if own and own > ZERO else rules.entry_pct
    if rules.slot_spacing_pct:
        distance += rules.slot_spacing_pct * slot_id
    return distance


def entry_price(rules: Rules, leg: LegName, slot_id: int, mark: Decimal, losses: int) -> Decimal:
    """Say where a leg enters: below the mark to buy, above it to sell (F3)."""
    tick = rules.instrument.price_tick
    if losses >= rules.loss_backoff_start:
        wide = entry_distance(rules, leg, slot_id) * backoff_multiplier(
            losses, rules.loss_backoff_start, rules.backoff_factor, rules.backoff_max
        )
        price = (mark * _reach(leg, wide)).quantize(tick, ROUND_HALF_EVEN)
        if price > ZERO:
            return price
    known = rules.reaches_a if leg is LEG_A else rules.reaches_b
    reach = known.get(slot_id)
    if reach is None:
        reach = known[slot_id] = _reach(leg, entry_distance(rules, leg, slot_id))
    return (mark * reach).quantize(tick, ROUND_HALF_EVEN)


def entry_size(rules: Rules, price: Decimal, amount: Decimal) -> Decimal | None:
    """Turn what an entry may use into a size; None where the venue would refuse it (F4)."""
    instrument = rules.instrument
    if price <= ZERO:
        return None
    least = instrument.min_quote
    if not rules.base_sized:
        if amount < least:
            return None
        amount /= price
    size = amount.quantize(instrument.size_step, ROUND_HALF_EVEN)
    if size <= ZERO or size < instrument.min_base or (least and size * price < least):
        return None
    return size


def least_size(instrument: Instrument, price: Decimal, times: int) -> Decimal | None:
    """Say what so many times the smallest order is, in base and rounded up to the step (P-10).

    Sized in quote at the mark it would fall short of the minimum at the price of an entry.
    """
    if price <= ZERO:
        return None
    size = instrument.min_base * times
    if instrument.min_quote > size * price:
        size = instrument.min_quote / price
    return size.quantize(instrument.size_step, ROUND_CEILING) or None


def exit_price(rules: Rules, side: Side, entry: Decimal, mark: Decimal, profit: Decimal) -> Decimal:
    """Say where an exit rests: at its target, and never nearer to the mark than an entry (F5)."""
    tick, guard = rules.instrument.price_tick, rules.entry_pct
    if side is SELL:
        target, nearest = entry * (HUNDRED + profit), mark * (HUNDRED + guard)
        wanted = nearest if nearest > target else target  # noqa: FURB136 (the hot path)
    else:
        target, nearest = entry * (HUNDRED - profit), mark * (HUNDRED - guard)
        wanted = nearest if nearest < target else target  # noqa: FURB136 (the hot path)
    return (wanted * CENT).quantize(tick, ROUND_HALF_EVEN)


def near_price(rules: Rules, side: Side, mark: Decimal) -> Decimal:
    """Say where an exit rests just off the mark, as near as an entry would."""
    guard = rules.entry_pct if side is SELL else -rules.entry_pct
    return (mark * (HUNDRED + guard) * CENT).quantize(rules.instrument.price_tick, ROUND_HALF_EVEN)


def refresh_distance(rules: Rules, slot_id: int) -> Decimal:
    """Say how far the mark may run from an entry, in percent: farther for slots that enter farther out."""
    return rules.refresh_pct + rules.slot_spacing_pct * slot_id


def is_stale(price: Decimal, mark: Decimal, distance: Decimal) -> bool:
    """Say whether a mark ran further from an entry than allowed (F9.1); equality has not."""
    return abs(price - mark) * HUNDRED > distance * mark


def stale_bounds(price: Decimal, distance: Decimal, tick: Decimal) -> tuple[Decimal, Decimal]:
    """Say between which marks an entry surely is not stale; both ends lie a tick inside or on it.

    From |p - M| / M > r follows M < p / (1 + r) or M > p / (1 - r).
    """
    ratio = distance / HUNDRED
    low = (price / (ONE + ratio)).quantize(tick, ROUND_CEILING)
    if ratio >= ONE:
        return low, price * HUNDRED * HUNDRED
    return low, (price / (ONE - ratio)).quantize(tick, ROUND_FLOOR)


def _reach(leg: LegName, distance: Decimal) -> Decimal:
    return (HUNDRED + distance if leg is LEG_A else HUNDRED - distance) * CENT
