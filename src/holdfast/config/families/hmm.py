"""The regime detector: a hidden Markov model on candles."""

from decimal import Decimal
from typing import Literal

from holdfast.config.knob import Knobs, knob

SINCE = "regime detector"


class HmmKnobs(Knobs):
    """The regime detector: a hidden Markov model on candles."""

    hmm_enabled: bool = knob(False, "Run the detector", on_stale="safe", effect="restart")
    hmm_n_states: int = knob(3, "States of the model", "states", ge=3, le=3)
    hmm_n_iter: int = knob(100, "Iterations of a training", "iterations", ge=1, le=10_000)
    hmm_covariance_type: Literal["diag", "full", "tied", "spherical"] = knob(
        "diag", "Shape of the covariance"
    )
    hmm_training_candles: int = knob(
        4000, "Candles of a training, 1 minute each", "candles", ge=1, le=1_000_000
    )
    hmm_min_train_samples: int = knob(
        500, "Samples without which no training starts", "samples", ge=1, le=1_000_000
    )
    hmm_recent_candles: int = knob(
        100, "Candles read for a reading", "candles", ge=1, le=100_000, effect="restart"
    )
    hmm_inference_window: int = knob(
        50, "Samples a reading looks at", "samples", ge=1, le=100_000, effect="restart"
    )
    hmm_confidence_threshold: Decimal = knob(
        Decimal("0.15"),
        "Confidence below which the reading is neutral",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        effect="restart",
    )
    hmm_bias_gain: Decimal = knob(
        Decimal("1.0"), "Weight of the bias", "x", ge=Decimal(0), le=Decimal(10), effect="restart"
    )
    hmm_blend_with_trend: Decimal = knob(
        Decimal("0.5"),
        "Part of the trend score in the bias",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        since=SINCE,
    )
    hmm_retrain_interval_sec: int = knob(
        86_400, "Time between two trainings", "s", ge=60, le=2_592_000
    )
    hmm_readiness_cache_sec: int = knob(
        300, "How long a readiness answer stays valid", "s", ge=0, le=86_400, effect="restart"
    )
    hmm_multi_timeframe_enabled: bool = knob(
        False, "Read more than one timeframe", effect="restart"
    )
    hmm_multi_timeframe_source: Literal["primary", "secondary", "consensus"] = knob(
        "primary", "Which timeframe speaks", effect="restart"
    )
    hmm_ohlcv_enabled: bool = knob(True, "Collect candles for the detector", since=SINCE)
    hmm_ohlcv_interval_min: int = knob(
        1, "Candle length of the primary timeframe", "min", ge=1, le=1440, effect="restart"
    )
    hmm_ohlcv_sync_interval_sec: int = knob(
        60, "Time between two collections", "s", ge=1, le=86_400, since=SINCE
    )
    hmm_ohlcv_retention_days: int = knob(
        14, "Days candles are kept", "days", ge=1, le=3650, since=SINCE
    )
    hmm_ohlcv_backfill_on_startup: bool = knob(
        True, "Fetch missing candles at the start", since=SINCE
    )
    hmm_ohlcv_backfill_max_pages: int = knob(
        40, "Pages fetched at most", "pages", ge=1, le=1000, since=SINCE
    )
    hmm_backfill_max_stalls: int = knob(
        3, "Pages without news that end a backfill", "pages", ge=1, le=100, since=SINCE
    )
    hmm_secondary_ohlcv_enabled: bool = knob(False, "Collect the second timeframe", since=SINCE)
    hmm_secondary_interval_min: int = knob(
        15, "Candle length of the second timeframe", "min", ge=1, le=1440, effect="restart"
    )
    hmm_secondary_training_candles: int = knob(
        1440, "Candles of a training, second timeframe", "candles", ge=1, le=1_000_000
    )
    hmm_secondary_min_train_samples: int = knob(
        200,
        "Samples without which no training starts, second timeframe",
        "samples",
        ge=1,
        le=1_000_000,
    )
    hmm_secondary_recent_candles: int = knob(
        50,
        "Candles read for a reading, second timeframe",
        "candles",
        ge=1,
        le=100_000,
        effect="restart",
    )
    hmm_secondary_sync_interval_sec: int = knob(
        300, "Time between two collections, second timeframe", "s", ge=1, le=86_400, since=SINCE
    )
    hmm_tertiary_enabled: bool = knob(False, "Collect the third timeframe", since=SINCE)
    hmm_tertiary_interval_min: int = knob(
        60, "Candle length of the third timeframe", "min", ge=1, le=1440, since=SINCE
    )
    hmm_tertiary_training_candles: int = knob(
        500, "Candles of a training, third timeframe", "candles", ge=1, le=1_000_000, since=SINCE
    )
    hmm_tertiary_min_train_samples: int = knob(
        150,
        "Samples without which no training starts, third timeframe",
        "samples",
        ge=1,
        le=1_000_000,
        since=SINCE,
    )
    hmm_tertiary_recent_candles: int = knob(
        30, "Candles read for a reading, third timeframe", "candles", ge=1, le=100_000, since=SINCE
    )
    hmm_tertiary_sync_interval_sec: int = knob(
        3600, "Time between two collections, third timeframe", "s", ge=1, le=86_400, since=SINCE
    )
    consensus_1m_weight: Decimal = knob(
        Decimal("0.3"),
        "Weight of the primary timeframe",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        effect="restart",
    )
    consensus_15m_weight: Decimal = knob(
        Decimal("0.7"),
        "Weight of the second timeframe",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        effect="restart",
    )
    consensus_1h_weight: Decimal = knob(
        Decimal("0.3"),
        "Weight of the third timeframe",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        since=SINCE,
    )
    consensus_dampen_factor: Decimal = knob(
        Decimal("0.5"),
        "What disagreement leaves of the bias",
        "ratio",
        ge=Decimal(0),
        le=Decimal(1),
        effect="restart",
    )
