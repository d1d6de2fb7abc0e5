"""Decide what a new exchange is: its market, its clock, its opening balances."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from holdfast.domain.errors import VenueError
from holdfast.venue.emulator import names
from holdfast.venue.emulator.clock import ClockSettings
from holdfast.venue.emulator.limits import TIERS
from holdfast.venue.emulator.listing import ASSET_NAMES, PAIR_NAMES
from holdfast.venue.emulator.paths import MarketSettings
from holdfast.venue.emulator.state import ZERO, LedgerRow, State
from holdfast.venue.emulator.store import Founding

LOCK_STEP_ORIGIN = 1_767_225_600_000_000  # 2026-01-01 UTC
MOST = Decimal(10**12)


def found(
    market: MarketSettings, clock: ClockSettings, tier: str, balances: Iterable[str]
) -> Founding:
    """Found an exchange that has never run."""
    if tier not in TIERS:
        raise VenueError(f"{tier!r} is no tier; allowed: {', '.join(TIERS)}")
    state = State(now=market.origin, stepped=market.step_at(market.origin) + 1)
    for word in balances:
        _deposit(state, market.seed, *_named_amount(word, "--balance", set(ASSET_NAMES)))
    return Founding(market=market, clock=clock, tier=tier, state=state)


def read_starts(words: Iterable[str]) -> dict[str, Decimal]:
    """Read first prices, as in DOGE/USD=0.25."""
    read = [_named_amount(word, "--price", set(PAIR_NAMES)) for word in words]
    return {PAIR_NAMES[name].name: amount for name, amount in read}


def _deposit(state: State, seed: int, name: str, amount: Decimal) -> None:
    asset = ASSET_NAMES[name].name
    balance = state.balances.get(asset, ZERO) + amount
    state.balances[asset] = balance
    number = len(state.ledger)
    row = LedgerRow(
        txid=names.txid(seed, names.LEDGER, number),
        refid=names.txid(seed, names.REFERENCE, number),
        at=state.now,
        kind="deposit",
        asset=asset,
        amount=amount,
        fee=ZERO,
        balance=balance,
    )
    state.ledger.append(row)


def _named_amount(word: str, option: str, known: set[str]) -> tuple[str, Decimal]:
    name, _, text = word.partition("=")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if name not in known:
        raise VenueError(
            f"{option} {word[:40]!r}: no such name; allowed: {', '.join(sorted(known))}"
        )
    if not amount.is_finite() or not 0 < amount <= MOST:
        raise VenueError(f"{option} {word[:40]!r}: no amount; do: write it like {name}=1000")
    return name, amount
