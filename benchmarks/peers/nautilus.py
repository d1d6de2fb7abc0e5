"""Run the grid in nautilus_trader: resting limit orders, executed on bars.

Rules: a strategy sees a bar at its close, so a re-entry is priced from the fill; the bar's high and low
are visited nearer first; risk checks, logging and the analysis at the end are off.
"""
# mypy: disable-error-code="import-not-found,misc"

from decimal import Decimal

import nautilus_trader
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, CurrencyType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TraderId, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Currency, Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

from benchmarks import workload
from benchmarks.peers.entry import play

VENUE = Venue("BENCH")
DOGE = Currency("DOGE", 8, 0, "DOGE", CurrencyType.CRYPTO)
PAIR = CurrencyPair(
    instrument_id=InstrumentId(Symbol("DOGE/USD"), VENUE),
    raw_symbol=Symbol("DOGEUSD"),
    base_currency=DOGE,
    quote_currency=USD,
    price_precision=6,
    size_precision=0,
    price_increment=Price(workload.PRICE_TICK, 6),
    size_increment=Quantity.from_int(1),
    margin_init=Decimal("0.01"),
    margin_maint=Decimal("0.01"),
    maker_fee=Decimal(str(workload.MAKER_FEE)),
    taker_fee=Decimal(str(workload.TAKER_FEE)),
    ts_event=0,
    ts_init=0,
)
BARS = BarType.from_str(f"{PAIR.id}-1-MINUTE-LAST-EXTERNAL")
SIZE = Quantity.from_int(int(workload.SIZE))
PLENTY = 1e9


class Grid(Strategy):
    """Two legs a slot; each remembers which slot, which leg, and whether its order is an exit."""

    def __init__(self, slots: int) -> None:
        super().__init__(StrategyConfig(strategy_id="GRID-1"))
        self.offsets = workload.offsets(slots).tolist()
        self.legs: dict[object, tuple[int, bool, bool]] = {}
        self.fills = 0
        self.refusals = 0

    def on_start(self) -> None:
        self.subscribe_bars(BARS)

    def on_bar(self, bar: Bar) -> None:
        if self.legs:
            return
        for slot in range(len(self.offsets)):
            for buys_first in (True, False):
                self._enter(slot, buys_first, bar.close.as_double())

    def on_order_rejected(self, _event: object) -> None:
        self.refusals += 1

    def on_order_denied(self, _event: object) -> None:
        self.refusals += 1

    def on_order_filled(self, event: object) -> None:
        slot, buys_first, is_exit = self.legs.pop(event.client_order_id)  # type: ignore[attr-defined]
        price = event.last_px.as_double()  # type: ignore[attr-defined]
        self.fills += 1
        if is_exit:
            self._enter(slot, buys_first, price)
        else:
            factor = 1 + workload.PROFIT if buys_first else 1 - workload.PROFIT
            self._rest(price * factor, buys=not buys_first, leg=(slot, buys_first, True))

    def _enter(self, slot: int, buys_first: bool, price: float) -> None:
        away = self.offsets[slot]
        limit = price * (1 - away if buys_first else 1 + away)
        self._rest(limit, buys=buys_first, leg=(slot, buys_first, False))

    def _rest(self, price: float, *, buys: bool, leg: tuple[int, bool, bool]) -> None:
        side = OrderSide.BUY if buys else OrderSide.SELL
        order = self.order_factory.limit(PAIR.id, side, SIZE, Price(price, 6))
        self.legs[order.client_order_id] = leg
        self.submit_order(order)


def build(candles: workload.Candles, slots: int) -> tuple[BacktestEngine, Grid]:
    """Make an engine with the bars loaded and the grid ready to start."""
    columns = {name: getattr(candles, name) for name in ("open", "high", "low", "close")}
    closes = pd.to_datetime(candles.times + workload.MINUTE_MICROSECONDS, unit="us", utc=True)
    frame = pd.DataFrame({**columns, "volume": PLENTY}, index=closes)
    engine = BacktestEngine(
        BacktestEngineConfig(
            trader_id=TraderId("BENCH-001"),
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
            run_analysis=False,
        )
    )
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(1_000_000, USD)],
        default_leverage=Decimal(10),
        bar_execution=True,
        bar_adaptive_high_low_ordering=True,
    )
    engine.add_instrument(PAIR)
    engine.add_data(BarDataWrangler(BARS, PAIR).process(frame))
    grid = Grid(slots)
    engine.add_strategy(grid)
    return engine, grid


def run(state: tuple[BacktestEngine, Grid]) -> int:
    """Run one engine to its end and count the fills."""
    engine, grid = state
    engine.run()
    if grid.refusals:
        message = f"{grid.refusals} orders were refused"
        raise RuntimeError(message)
    return grid.fills


if __name__ == "__main__":
    play("nautilus_trader", nautilus_trader.__version__, build, run)
