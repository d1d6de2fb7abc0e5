"""List the assets and pairs of the exchange under Kraken's names.

Rules: a pair is found by its id, altname, wsname or the names people use (DOGE, BTC); amounts of a
pair are exact in its decimals, and balances are shown at least as finely as any pair moves them.
"""

from decimal import Decimal
from types import MappingProxyType

import msgspec

MAKER_PCT = Decimal("0.25")
TAKER_PCT = Decimal("0.40")
FEES = (
    (0, MAKER_PCT, TAKER_PCT),
    (10_000, Decimal("0.20"), Decimal("0.35")),
    (50_000, Decimal("0.14"), Decimal("0.24")),
    (100_000, Decimal("0.12"), Decimal("0.22")),
    (250_000, Decimal("0.08"), Decimal("0.20")),
    (500_000, Decimal("0.06"), Decimal("0.18")),
    (1_000_000, Decimal("0.04"), Decimal("0.16")),
    (2_500_000, Decimal("0.02"), Decimal("0.14")),
    (10_000_000, Decimal("0.00"), Decimal("0.10")),
)
EARNING = ".F"


class Asset(msgspec.Struct, frozen=True):
    """One asset; `name` is Kraken's, `code` the one people use."""

    name: str
    altname: str
    code: str
    decimals: int
    display: int


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One market of the exchange."""

    name: str
    altname: str
    wsname: str
    base: str
    quote: str
    pair_decimals: int
    cost_decimals: int
    ordermin: Decimal
    costmin: Decimal = Decimal("0.5")
    lot_decimals: int = 8
    start: Decimal
    seed: int

    @property
    def tick(self) -> Decimal:
        """The smallest difference of two prices."""
        return Decimal(1).scaleb(-self.pair_decimals)

    @property
    def lot(self) -> Decimal:
        """The smallest difference of two volumes."""
        return Decimal(1).scaleb(-self.lot_decimals)

    @property
    def cent(self) -> Decimal:
        """The smallest difference of two costs, and of two fees."""
        return Decimal(1).scaleb(-self.cost_decimals)


ASSETS = (
    Asset("XXDG", "XDG", "DOGE", 8, 2),
    Asset("XXBT", "XBT", "BTC", 10, 5),
    Asset("XETH", "ETH", "ETH", 10, 5),
    Asset("ZUSD", "USD", "USD", 9, 2),
    Asset("USDC", "USDC", "USDC", 9, 2),
)
EARN_ASSETS = tuple(
    Asset(f"{one.altname}{EARNING}", f"{one.altname}{EARNING}", f"{one.code}{EARNING}", 10, 5)
    for one in ASSETS
)
PAIRS = (
    Pair(
        name="XDGUSD", altname="XDGUSD", wsname="XDG/USD", base="XXDG", quote="ZUSD",
        pair_decimals=7, cost_decimals=9, ordermin=Decimal(13), start=Decimal("0.10"), seed=1,
    ),
    Pair(
        name="XXBTZUSD", altname="XBTUSD", wsname="XBT/USD", base="XXBT", quote="ZUSD",
        pair_decimals=1, cost_decimals=5, ordermin=Decimal("0.00005"), start=Decimal(60_000), seed=2,
    ),
    Pair(
        name="XETHZUSD", altname="ETHUSD", wsname="ETH/USD", base="XETH", quote="ZUSD",
        pair_decimals=2, cost_decimals=5, ordermin=Decimal("0.001"), start=Decimal(3_000), seed=3,
    ),
    Pair(
        name="XDGUSDC", altname="XDGUSDC", wsname="XDG/USDC", base="XXDG", quote="USDC",
        pair_decimals=6, cost_decimals=8, ordermin=Decimal(13), start=Decimal("0.10"), seed=1,
    ),
    Pair(
        name="XBTUSDC", altname="XBTUSDC", wsname="XBT/USDC", base="XXBT", quote="USDC",
        pair_decimals=2, cost_decimals=6, ordermin=Decimal("0.00005"), start=Decimal(60_000), seed=2,
    ),
    Pair(
        name="ETHUSDC", altname="ETHUSDC", wsname="ETH/USDC", base="XETH", quote="USDC",
        pair_decimals=2, cost_decimals=6, ordermin=Decimal("0.001"), start=Decimal(3_000), seed=3,
    ),
)  # fmt: skip
BY_PAIR = MappingProxyType({pair.name: pair for pair in PAIRS})
BY_ASSET = MappingProxyType({asset.name: asset for asset in (*ASSETS, *EARN_ASSETS)})


def _names() -> dict[str, Pair]:
    codes = {asset.name: asset.code for asset in ASSETS}
    found: dict[str, Pair] = {}
    for pair in PAIRS:
        base, quote = codes[pair.base], codes[pair.quote]
        spellings = (pair.name, pair.altname, pair.wsname, f"{base}/{quote}", f"{base}{quote}")
        found.update(dict.fromkeys(spellings, pair))
    return found


PAIR_NAMES = MappingProxyType(_names())
ASSET_NAMES = MappingProxyType(
    {
        name: asset
        for asset in (*ASSETS, *EARN_ASSETS)
        for name in (asset.name, asset.altname, asset.code)
    }
)


def written(amount: Decimal, decimals: int) -> str:
    """Write an amount with a fixed number of decimals, exactly.

    >>> written(Decimal("0.5"), 4)
    '0.5000'
    """
    return f"{amount:.{decimals}f}"
