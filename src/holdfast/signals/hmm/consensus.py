"""Let two candle lengths speak as one (operations 6.8)."""

from holdfast.signals.hmm.reading import RANGING, Seen

LEAST = 0.20


def consensus(
    short: Seen, long: Seen, weights: tuple[float, float], dampen: float
) -> tuple[Seen, str]:
    """Join the short and the long reading; return what they say together, and how far they agree.

    A reading of the long that ranges silences both; where the short ranges the long is dampened; where they
    contradict each other nothing is said. The bias stays where confidence falls below the least.
    """
    total = sum(weights)
    share = weights[0] / total if total > 0 else 0.3
    if short.regime == long.regime:
        bias = share * short.bias + (1 - share) * long.bias
        return _said(long, max(short.confidence, long.confidence), bias), "full"
    if long.regime == RANGING:
        return _said(long, 0.0, 0.0), "15m_neutral"
    if short.regime == RANGING:
        return _said(long, dampen * long.confidence, dampen * long.bias), "1m_cooling"
    return _said(long, 0.0, 0.0), "conflict"


def _said(long: Seen, confidence: float, bias: float) -> Seen:
    regime = long.regime if confidence >= LEAST else RANGING
    return Seen(long.probabilities, regime, confidence, bias, long.turning)
