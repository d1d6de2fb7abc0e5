"""Hold the last candles of one or two lengths and say what their models make of them.

A detector is not ready without a model that may be trusted, nor before it has seen the candles it reads
without a hole. Newer versions are looked for now and then; the one that speaks is named in the reading.
"""

from collections import deque
from collections.abc import Callable

import msgspec
import numpy as np
from msgspec.structs import replace

from holdfast.domain.market import SECOND, Regime
from holdfast.engine.readings import Readings
from holdfast.signals.bars import Bar, Gatherer
from holdfast.signals.crossing import crossed
from holdfast.signals.hmm.consensus import consensus
from holdfast.signals.hmm.model import Model
from holdfast.signals.hmm.reading import Reader, Seen

PRIMARY, SECONDARY = "primary", "secondary"
REGIMES = (Regime.BEARISH, Regime.RANGING, Regime.BULLISH)
Found = Callable[[str], Model | None]  # the newest version of a name that can be trusted


class FrameTerms(msgspec.Struct, frozen=True):
    """One candle length: its name, and how many candles a reading takes."""

    name: str
    seconds: int
    recent: int


class DetectorTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How candles are read; `source` says which length speaks where there are two."""

    frames: tuple[FrameTerms, ...]
    window: int = 50
    threshold: float = 0.15
    gain: float = 1.0
    source: str = PRIMARY
    weights: tuple[float, float] = (0.3, 0.7)
    dampen: float = 0.5
    refresh: int = 300 * SECOND


class Frame:
    """The last candles of one length, and the model that reads them."""

    def __init__(self, terms: FrameTerms) -> None:
        self.terms = terms
        self.reader: Reader | None = None
        self.seen: Seen | None = None
        self._read = False
        self._gatherer = Gatherer(terms.seconds * SECOND)
        self._closes: deque[float] = deque(maxlen=terms.recent)
        self._volumes: deque[float] = deque(maxlen=terms.recent)

    @property
    def candles(self) -> int:
        """Count the candles at hand."""
        return len(self._closes)

    @property
    def model(self) -> Model | None:
        """Return the version that reads."""
        return None if self.reader is None else self.reader.model

    @property
    def ready(self) -> bool:
        """Say whether a trusted model has the candles it reads."""
        model = self.model
        return model is not None and not model.flaw and self.candles == self.terms.recent

    def take(self, candle: Bar) -> None:
        """Take the next candle in."""
        for bar in self._gatherer.add(candle):
            self._keep(bar)

    def until(self, now: int) -> None:
        """Take in what has closed by now."""
        for bar in self._gatherer.until(now):
            self._keep(bar)

    def see(self, terms: DetectorTerms) -> Seen | None:
        """Read the candles at hand, once for each newest one; None while not ready."""
        if self._read:
            return self.seen
        self.seen, self._read = None, True
        if self.reader is not None and self.ready:
            closes, volumes = np.array(self._closes), np.array(self._volumes)
            self.seen = self.reader.see(closes, volumes, terms.window, terms.threshold, terms.gain)
        return self.seen

    def adopt(self, model: Model) -> None:
        """Read by another version from now on."""
        self.reader, self._read = Reader(model), False

    def _keep(self, bar: Bar) -> None:
        if self._gatherer.broken:
            self._closes.clear()
            self._volumes.clear()
        self._read = False
        self._closes.append(bar.close)
        self._volumes.append(bar.volume)


class Detector:
    """Reads the regime off candles of one or two lengths."""

    def __init__(self, terms: DetectorTerms, found: Found) -> None:
        self.terms = terms
        self.frames = tuple(Frame(one) for one in terms.frames)
        self._found = found
        self._refreshed = -terms.refresh

    def take(self, candle: Bar) -> None:
        """Take the next candle in."""
        for frame in self.frames:
            frame.take(candle)

    def read(self, reading: Readings, now: int) -> Readings:
        """Add what the models see to a reading."""
        self._refresh(now)
        for frame in self.frames:
            frame.until(now)
            frame.see(self.terms)
        seen, agreement = self._said()
        if seen is None:
            return reading
        bear, ranging, bull = seen.probabilities
        return replace(
            reading,
            regime=REGIMES[seen.regime],
            regime_ready=True,
            confidence=crossed(seen.confidence),
            bias=crossed(seen.bias),
            probabilities=(crossed(bear), crossed(ranging), crossed(bull)),
            agreement=agreement,
            model=0 if self.frames[0].model is None else self.frames[0].model.version,
        )

    def _said(self) -> tuple[Seen | None, str]:
        terms, first = self.terms, self.frames[0].seen
        second = self.frames[1].seen if len(self.frames) > 1 else None
        if terms.source == SECONDARY:
            return second, SECONDARY
        if terms.source == PRIMARY or first is None or second is None:
            return first, PRIMARY
        depths = [frame.model.depth for frame in self.frames if frame.model is not None]
        return consensus(*_evened(first, second, depths), terms.weights, terms.dampen)

    def _refresh(self, now: int) -> None:
        if now - self._refreshed < self.terms.refresh:
            return
        self._refreshed = now
        for frame in self.frames:
            model = self._found(frame.terms.name)
            if model is not None and model != frame.model:
                frame.adopt(model)


def _evened(first: Seen, second: Seen, depths: list[float]) -> tuple[Seen, Seen]:
    """Let both lengths be believed only as far as the shallower training of the two."""
    least = min(depths)
    return (
        first._replace(confidence=first.confidence * least / depths[0]),
        second._replace(confidence=second.confidence * least / depths[1]),
    )
