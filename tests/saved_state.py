"""Make saved states of the earlier bot, sound ones and ones with something wrong."""

from copy import deepcopy
from decimal import Decimal

from holdfast.domain.market import SECOND
from holdfast.domain.money import Instrument
from holdfast.engine.rules import Rules
from holdfast.ledger.earlier.frame import Frame

NOW = 1_760_000_000
AT = (NOW + 3_600) * SECOND  # an hour after it was saved
DOGE = Instrument(
    symbol="DOGE/USD",
    base="DOGE",
    quote="USD",
    price_tick=Decimal("0.000001"),
    size_step=Decimal(1),
    min_base=Decimal(13),
    min_quote=Decimal("0.5"),
    maker_fee_pct=Decimal("0.25"),
    taker_fee_pct=Decimal("0.4"),
)
RULES = Rules(
    genesis="paper",
    instrument=DOGE,
    entry_pct=Decimal("0.2"),
    profit_pct=Decimal(1),
    refresh_pct=Decimal(1),
    positions=True,
    digest="rules",
)
STATE = {
    "market_price": 0.09,
    "now": NOW,
    "orders": [
        {
            "local_id": 5,
            "side": "sell",
            "role": "exit",
            "price": 0.0915,
            "volume": 20.0,
            "trade_id": "B",
            "cycle": 3,
            "txid": "OB-EXIT",
            "placed_at": NOW - 100,
            "entry_price": 0.0905,
            "entry_fee": 0.004525,
            "entry_filled_at": NOW - 100,
            "regime_at_entry": 1,
        },
        {
            "local_id": 4,
            "side": "sell",
            "role": "entry",
            "price": 0.0910,
            "volume": 21.0,
            "trade_id": "A",
            "cycle": 2,
            "txid": "OA-ENTRY",
            "placed_at": NOW - 300,
        },
    ],
    "recovery_orders": [],
    "cycle_a": 2,
    "cycle_b": 3,
    "next_order_id": 6,
    "next_recovery_id": 1,
    "total_profit": 0.0625,
    "total_settled_usd": 0.0710,
    "total_fees": 0.0375,
    "today_realized_loss": 0.0,
    "total_round_trips": 3,
    "s2_entered_at": None,
    "consecutive_losses_b": 1,
    "cooldown_until_b": 0.0,
    "mode_source": "none",
    "profit_pct_runtime": 1.0,
    "phase": "S1b",
}
RECOVERY = {
    "recovery_id": 1,
    "side": "buy",
    "price": 0.0880,
    "volume": 22.0,
    "trade_id": "A",
    "cycle": 1,
    "entry_price": 0.0890,
    "orphaned_at": NOW - 50,
    "entry_fee": 0.0049,
    "entry_filled_at": NOW - 9_000,
    "txid": "OA-LOST",
    "reason": "s1_timeout",
    "regime_at_entry": None,
}
POSITION = {
    "position_id": 7,
    "slot_id": 0,
    "trade_id": "B",
    "slot_mode": "sticky",
    "cycle": 3,
    "entry_price": 0.090501,
    "entry_cost": 1.81,
    "entry_fee": 0.0046,
    "entry_volume": 20.0,
    "entry_time": NOW - 101,
    "entry_regime": "ranging",
    "current_exit_price": 0.0915,
    "original_exit_price": 0.0925,
    "target_profit_pct": 1.25,
    "exit_txid": "OB-EXIT",
    "status": "open",
}


def saved_file(**changes):
    """Make a whole file of one sound slot; `changes` are of its state."""
    state = deepcopy(STATE) | changes
    return {"version": "doge-v1", "pair": "XDGUSD", "slots": [{"slot_id": 0, "state": state}]}


def with_recovery(**changes):
    """Make a file whose one slot, a cycling one, holds a recovery order."""
    file = saved_file(recovery_orders=[RECOVERY | changes], next_recovery_id=2)
    file["slots"][0]["sticky"] = False
    return file


def frame_of(**changes):
    """Make the frame of a profile that takes it in."""
    given = {
        "rules": RULES,
        "at": AT,
        "mark": Decimal("0.09"),
        "balances": {"DOGE": Decimal(1000), "USD": Decimal(100)},
        "slots": 1,
        "order_cap": 60,
        "recoveries": True,
    }
    return Frame(**(given | changes))
