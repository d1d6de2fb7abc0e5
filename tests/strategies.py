"""Values that many tests share: a market, rules, prices, sizes, slots on their way."""

from decimal import Decimal

from hypothesis import strategies as st

from holdfast.domain.money import Instrument
from holdfast.engine.rules import NEVER, Rules
from holdfast.engine.sizing import Sizing

SECOND = 1_000_000
TICK, STEP = Decimal("0.000001"), Decimal(1)
DOGE = Instrument(
    symbol="DOGE/USD",
    base="DOGE",
    quote="USD",
    price_tick=TICK,
    size_step=STEP,
    min_base=Decimal(13),
    maker_fee_pct=Decimal("0.25"),
    taker_fee_pct=Decimal("0.40"),
)
TWO_USD = Sizing(base_sized=False, amount=Decimal(2))


def rules_with(**changes):
    """Make the rules of core 1.1.5, with what a test changes."""
    plain = {
        "genesis": "paper",
        "instrument": DOGE,
        "entry_pct": Decimal("0.2"),
        "profit_pct": Decimal(1),
        "refresh_pct": Decimal(1),
        "max_refreshes": 3,
        "refresh_cooldown": 300 * SECOND,
        "backoff_factor": Decimal("0.5"),
        "backoff_max": Decimal(5),
        "loss_cooldown": 900 * SECOND,
        "s1_orphan_after": 1350 * SECOND,
        "s2_orphan_after": 1800 * SECOND,
        "digest": "r1",
    }
    return Rules(**{**plain, **changes})


prices = st.integers(min_value=20_000, max_value=500_000).map(lambda count: count * TICK)
marks = st.integers(min_value=90_000, max_value=110_000).map(lambda count: count * TICK)
sizes = st.integers(min_value=13, max_value=400).map(Decimal)
amounts = st.integers(min_value=100, max_value=2_000).map(lambda cents: Decimal(cents) / 100)
percents = st.integers(min_value=5, max_value=300).map(lambda count: Decimal(count) / 100)

grids = st.builds(
    rules_with,
    entry_pct=st.sampled_from([Decimal("0.05"), Decimal("0.2"), Decimal(1)]),
    slot_spacing_pct=st.sampled_from([Decimal(0), Decimal("0.05")]),
    profit_pct=st.sampled_from([Decimal("0.1"), Decimal("0.6"), Decimal(2)]),
    refresh_pct=st.sampled_from([Decimal(0), Decimal("0.3"), Decimal(1)]),
    max_refreshes=st.integers(0, 3),
    refresh_cooldown=st.sampled_from([0, 60 * SECOND]),
    loss_backoff_start=st.integers(1, 3),
    loss_cooldown_start=st.integers(1, 4),
    loss_cooldown=st.sampled_from([0, 120 * SECOND]),
    reentry_cooldown=st.sampled_from([0, 60 * SECOND]),
    s1_orphan_after=st.sampled_from([90 * SECOND, NEVER]),
    s2_orphan_after=st.sampled_from([120 * SECOND, NEVER]),
    max_recoveries=st.integers(0, 2),
    positions=st.booleans(),
)
