"""Run the grid in backtesting.py: limit entries that carry their exit as a take-profit.

Rules: the library prices a bracket when it is placed and sees a bar at its close, so a re-entry is
priced from that close; hedging keeps the two legs of a slot apart. Its statistics at the end are a
report, so they are timed apart.
"""
# mypy: disable-error-code="import-not-found,misc"

import warnings
from types import ModuleType

import backtesting
import pandas as pd
from backtesting import Backtest, Strategy
from backtesting import backtesting as library

from benchmarks import workload
from benchmarks.peers.entry import play
from benchmarks.stopwatch import seconds_of

CASH = 1_000_000
REPORT = {"report": 0.0}


class Grid(Strategy):
    """Two legs a slot; a closed trade is re-entered at the next bar's close."""

    slots = 1

    def init(self) -> None:
        self.offsets = workload.offsets(self.slots).tolist()
        self.seen = 0
        self.started = False

    def next(self) -> None:
        price = float(self.data.Close[-1])
        if not self.started:
            self.started = True
            for slot in range(self.slots):
                self._enter(slot, price, buys_first=True)
                self._enter(slot, price, buys_first=False)
            return
        closed = self.closed_trades
        for trade in closed[self.seen :]:
            slot, buys_first = trade.tag
            self._enter(slot, price, buys_first=buys_first)
        self.seen = len(closed)

    def fills(self) -> int:
        """Count an entry for every trade, and an exit for every closed one."""
        return 2 * len(self.closed_trades) + len(self.trades)

    def _enter(self, slot: int, price: float, *, buys_first: bool) -> None:
        away = self.offsets[slot]
        limit = price * (1 - away if buys_first else 1 + away)
        target = limit * (1 + workload.PROFIT if buys_first else 1 - workload.PROFIT)
        place = self.buy if buys_first else self.sell
        place(size=int(workload.SIZE), limit=limit, tp=target, tag=(slot, buys_first))


def time_the_report(module: ModuleType) -> None:
    """Count what the library spends on its statistics, which it always makes inside a run."""
    compute = module.compute_stats

    def compute_timed(*words: object, **named: object) -> object:
        made: list[object] = []
        REPORT["report"] += seconds_of(lambda: made.append(compute(*words, **named)))
        return made[0]

    module.compute_stats = compute_timed  # type: ignore[attr-defined]


def build(candles: workload.Candles, slots: int) -> tuple[Backtest, int]:
    """Make a backtest over the candles."""
    columns = {name.title(): getattr(candles, name) for name in ("open", "high", "low", "close")}
    frame = pd.DataFrame({**columns, "Volume": 1.0}, index=pd.to_datetime(candles.times, unit="us"))
    test = Backtest(
        frame,
        Grid,
        cash=CASH,
        commission=workload.MAKER_FEE,
        hedging=True,
        exclusive_orders=False,
        margin=0.1,
    )
    return test, slots


def run(state: tuple[Backtest, int]) -> int:
    """Run one backtest to its end and count the fills."""
    test, slots = state
    grid = test.run(slots=slots)["_strategy"]
    return int(grid.fills())


if __name__ == "__main__":
    warnings.filterwarnings("ignore")  # open trades at the end are part of a grid
    time_the_report(library)
    play("backtesting.py", backtesting.__version__, build, run, apart=lambda: dict(REPORT))
