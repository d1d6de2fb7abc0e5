"""State what must hold between the knobs of the regime and its detector."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from holdfast.config.breach import Breach

Values = Mapping[str, Any]
WARM_UP = 14  # candles that give the detector no row
LENGTHS = (
    ("hmm_training_candles", "hmm_min_train_samples", "hmm_recent_candles"),
    (
        "hmm_secondary_training_candles",
        "hmm_secondary_min_train_samples",
        "hmm_secondary_recent_candles",
    ),
)


def _somebody_names_the_regime(values: Values) -> Iterator[Breach]:
    acts, watches = values["regime_directional_enabled"], values["regime_shadow_enabled"]
    said = values["regime_manual_override"] != "NONE", values["regime_hint_sec"] > 0
    named = values["hmm_enabled"], *said
    if (acts or watches) and not any(named):
        asked = "regime_directional_enabled" if acts else "regime_shadow_enabled"
        problem = f"{asked} is on, and neither a detector nor a person nor a hint names a regime"
        wanted = "hmm_enabled: true, regime_manual_override or regime_hint_sec beside it"
        keys = ("regime_directional_enabled", "regime_shadow_enabled", "hmm_enabled")
        yield Breach((*keys, "regime_manual_override", "regime_hint_sec"), problem, wanted)


def _two_lengths_are_read_where_two_speak(values: Values) -> Iterator[Breach]:
    source = values["hmm_multi_timeframe_source"]
    if source != "primary" and not values["hmm_multi_timeframe_enabled"]:
        problem = f"hmm_multi_timeframe_source {source} needs hmm_multi_timeframe_enabled"
        keys = ("hmm_multi_timeframe_source", "hmm_multi_timeframe_enabled")
        yield Breach(keys, problem, "hmm_multi_timeframe_enabled: true beside it")


def _the_second_length_is_longer(values: Values) -> Iterator[Breach]:
    short, long = values["hmm_ohlcv_interval_min"], values["hmm_secondary_interval_min"]
    if values["hmm_multi_timeframe_enabled"] and long <= short:
        problem = f"hmm_secondary_interval_min {long} is not above hmm_ohlcv_interval_min {short}"
        keys = ("hmm_secondary_interval_min", "hmm_ohlcv_interval_min")
        yield Breach((*keys, "hmm_multi_timeframe_enabled"), problem, f"above {short}")


def _has_its_samples(candles: str, samples: str) -> Callable[[Values], Iterator[Breach]]:
    def relation(values: Values) -> Iterator[Breach]:
        least = values[samples] + WARM_UP
        if least > values[candles]:
            problem = f"{candles} {values[candles]} can never give {values[samples]} samples"
            yield Breach((candles, samples), problem, f"{candles} at least {least}")

    return relation


def _gives_a_row(recent: str) -> Callable[[Values], Iterator[Breach]]:
    def relation(values: Values) -> Iterator[Breach]:
        if values[recent] <= WARM_UP:
            problem = f"{recent} {values[recent]} gives no row; the first {WARM_UP} warm up"
            yield Breach((recent,), problem, f"above {WARM_UP}")

    return relation


def _fast_looks_are_not_slower(values: Values) -> Iterator[Breach]:
    fast, usual = values["regime_eval_interval_fast"], values["regime_eval_interval_sec"]
    if fast > usual:
        problem = f"regime_eval_interval_fast {fast} is above regime_eval_interval_sec {usual}"
        keys = ("regime_eval_interval_fast", "regime_eval_interval_sec")
        yield Breach(keys, problem, f"at most {usual}")


REGIME_RELATIONS: tuple[Callable[[Values], Iterator[Breach]], ...] = (
    _somebody_names_the_regime,
    _two_lengths_are_read_where_two_speak,
    _the_second_length_is_longer,
    *(_has_its_samples(candles, samples) for candles, samples, _ in LENGTHS),
    *(_gives_a_row(recent) for _, _, recent in LENGTHS),
    _fast_looks_are_not_slower,
)
