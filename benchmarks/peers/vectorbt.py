"""Run the grid in vectorbt: one column a leg, an order function compiled by numba.

Rules: the library asks each column once a bar, so a leg trades at most once a candle and a re-entry is
priced from that candle's close; all columns share one cash. The compilation is announced apart.
"""
# mypy: disable-error-code="import-not-found,misc,untyped-decorator"

import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import vectorbt
from numba import njit
from vectorbt.portfolio import nb
from vectorbt.portfolio.enums import Direction, NoOrder

from benchmarks import workload
from benchmarks.peers.entry import play

CASH = 1_000_000
MOST_ORDERS = 2_000_000
FEE, PROFIT, SIZE = workload.MAKER_FEE, workload.PROFIT, workload.SIZE


class Legs(NamedTuple):
    """What each column remembers: its resting price, whether it buys, whether it is an exit."""

    price: workload.Floats
    buys: np.ndarray
    is_exit: np.ndarray


class Setup(NamedTuple):
    """One run's input: close prices repeated for each leg, high, low, close, and the offsets."""

    closes: pd.DataFrame
    high: workload.Floats
    low: workload.Floats
    close: workload.Floats
    offsets: workload.Floats


@njit
def trade_leg(
    context: Any,
    legs: Legs,
    high: workload.Floats,
    low: workload.Floats,
    close: workload.Floats,
    offsets: workload.Floats,
) -> Any:
    """Fill the leg of this column if the bar reached it, and set its next price."""
    leg, bar = context.col, context.i
    buys_first = leg % 2 == 0
    away = offsets[leg // 2]
    entry = close[bar] * (1 - away if buys_first else 1 + away)
    if bar == 0:
        legs.price[leg], legs.buys[leg] = entry, buys_first
        return NoOrder
    price, buys = legs.price[leg], legs.buys[leg]
    if (low[bar] > price) if buys else (high[bar] < price):
        return NoOrder
    if legs.is_exit[leg]:
        legs.price[leg], legs.buys[leg] = entry, buys_first
    else:
        legs.price[leg], legs.buys[leg] = (
            price * (1 + PROFIT if buys_first else 1 - PROFIT),
            not buys,
        )
    legs.is_exit[leg] = not legs.is_exit[leg]
    return nb.order_nb(
        size=SIZE if buys else -SIZE, price=price, fees=FEE, direction=Direction.Both
    )


def build(candles: workload.Candles, slots: int) -> Setup:
    """Lay the candles out as the library wants them: a column for every leg."""
    index = pd.to_datetime(candles.times, unit="us")
    closes = np.repeat(candles.close[:, None], 2 * slots, axis=1)
    frame = pd.DataFrame(closes, index=index)
    return Setup(frame, candles.high, candles.low, candles.close, workload.offsets(slots))


def run(setup: Setup) -> int:
    """Simulate all columns and count the orders that filled."""
    bars, columns = setup.closes.shape
    nothing = np.zeros(columns, np.bool_)
    legs = Legs(np.zeros(columns), nothing.copy(), nothing.copy())
    portfolio = vectorbt.Portfolio.from_order_func(
        setup.closes,
        trade_leg,
        legs,
        *setup[1:],
        init_cash=CASH,
        cash_sharing=True,
        group_by=np.zeros(columns, int),
        max_orders=min(MOST_ORDERS, bars * columns),
    )
    return len(portfolio.order_records)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")  # the library's own, about its dependencies
    play("vectorbt", vectorbt.__version__, build, run, compiles=True)
