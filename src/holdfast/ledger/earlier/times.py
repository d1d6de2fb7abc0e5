"""Read the earlier bot's times and amounts as ours: microseconds of market time, exact decimals.

A market that begins before the state was saved, as a paper market may, has not come to its times yet:
then all of them move back by one span, so that ages and cooldowns stay what they were.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from holdfast.domain.market import SECOND, Regime
from holdfast.ledger.amounts import SMALLEST
from holdfast.ledger.earlier.refusal import ImportRefused, quoted
from holdfast.ledger.earlier.shape import SavedFile, Tag

REGIMES = (Regime.BEARISH, Regime.RANGING, Regime.BULLISH)


class Times:
    """The earlier bot's clock, read by the clock of the market the import goes on in."""

    def __init__(self, file: SavedFile, at: int) -> None:
        saved = max(micros(slot.state.now) for slot in file.slots)
        self.moved_back = max(0, saved - at)

    def __call__(self, seconds: Decimal | None) -> int:
        """Read one time; 0 where none was known."""
        return max(0, micros(seconds) - self.moved_back) if seconds else 0


def micros(seconds: Decimal) -> int:
    """Turn seconds into microseconds."""
    return int((seconds * SECOND).to_integral_value())


def exact(amount: Decimal) -> Decimal:
    """Keep an amount as it was written; what doubles left below a ledger's last digit goes."""
    return amount.quantize(SMALLEST, ROUND_HALF_EVEN).normalize() + Decimal(0)


def regime_of(tag: Tag, key: str) -> Regime | None:
    """Read the tag of a regime (core 1.1.6); one that is none of these is refused."""
    if tag is None or tag == "":
        return None
    text = str(tag).upper()
    for number, regime in enumerate(REGIMES):
        if text in {str(number), regime.name}:
            return regime
    allowed = "0, 1, 2 or a regime's name"
    raise ImportRefused(f"{quoted(tag)} is no regime", key=key, allowed=allowed)
