"""Put the indicators together: closed bars in, one reading out."""

from decimal import Decimal

import msgspec

from holdfast.engine.readings import Readings, band_of
from holdfast.signals.adx import Adx
from holdfast.signals.bars import Bar
from holdfast.signals.crossing import crossed
from holdfast.signals.momentum import Momentum
from holdfast.signals.volatility import Volatility


class Lens(msgspec.Struct, frozen=True, kw_only=True):
    """What indicators are told to look for."""

    adx_period: int = 14
    choppy_max: Decimal = Decimal(20)
    trending_min: Decimal = Decimal(30)
    fast_bars: int = 5
    slow_bars: int = 20


class Indicators:
    """ADX, momentum and volatility of one market."""

    def __init__(self, lens: Lens) -> None:
        self.lens = lens
        self.renew()

    def renew(self) -> None:
        """Forget everything: the bars that come stand after a hole."""
        lens = self.lens
        self.adx = Adx(lens.adx_period)
        self.momentum = Momentum(lens.fast_bars, lens.slow_bars)
        self.volatility = Volatility()

    def add(self, bar: Bar) -> None:
        """Take the next closed bar in."""
        self.adx.add(bar)
        self.momentum.add(bar.close)
        self.volatility.add(bar.close)

    def reading(self, at: int) -> Readings:
        """Say what the bars up to `at` show."""
        lens, adx = self.lens, crossed(self.adx.value)
        return Readings(
            at=at,
            adx=adx,
            adx_ready=self.adx.ready,
            band=band_of(
                adx,
                ready=self.adx.ready,
                choppy_max=lens.choppy_max,
                trending_min=lens.trending_min,
            ),
            momentum=self.momentum.sign,
            momentum_ready=self.momentum.ready,
            volatility=crossed(self.volatility.value),
            volatility_ready=self.volatility.ready,
        )
