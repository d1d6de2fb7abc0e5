"""The panel of the regime shows states, band, tiers and shadow, and stands without any of its blocks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

Show = Callable[..., AppTest]
Build = Callable[..., Path]
Read = Callable[[AppTest], str]

BLOCKS: dict[str, Any] = {
    "trend": {
        "ready": True,
        "adx": 31.2,
        "band": "trending",
        "momentum": 1,
        "momentum_against": "A",
        "momentum_shadowed_entries": 3,
        "volatility_pct": 0.12,
    },
    "hmm_regime": {
        "ready": True,
        "enabled": True,
        "regime": "BULLISH",
        "probabilities": {"bearish": 0.1, "ranging": 0.25, "bullish": 0.65},
        "confidence": 0.4,
        "bias_signal": 0.55,
        "model_version": 7,
    },
    "hmm_data_pipeline": {
        "ready": True,
        "frames": [
            {
                "name": "primary",
                "interval_min": 1,
                "candles": 100,
                "candles_needed": 100,
                "model_version": 7,
                "trust": 0.54,
                "calibration_error": 0.004,
                "overdue": True,
                "flaw": "",
            }
        ],
    },
    "regime_directional": {
        "ready": True,
        "enabled": False,
        "shadow": True,
        "tier": 2,
        "tier_label": "directional",
        "suppressed_side": "A",
        "regime_suppressed_slots": 4,
        "shadowed_entries": 5,
        "tier_history": [
            {
                "at": 1_767_225_600_000_000,
                "from": 0,
                "to": 2,
                "side": "A",
                "regime": "BULLISH",
                "confidence": 0.4,
                "bias_signal": 0.55,
                "reason": "confidence",
                "acted": False,
            }
        ],
    },
}


def shown(app: AppTest, markup: Read) -> str:
    assert not app.exception, [error.message for error in app.exception]
    return markup(app)


def test_states_band_tier_history_and_shadow_are_shown(
    show: Show, markup: Read, published: Build
) -> None:
    text = shown(show("overview", published(**BLOCKS)), markup)
    for expected in (
        "watched, not acted upon",
        "band trending",
        "against leg A",
        "0.10 / 0.25 / 0.65",
        "version 7",
        "2 directional",
        "leg A suppressed",
        "regime 5, momentum 3",
        "overdue",
        "0 → 2 A",
        "watched",
    ):
        assert expected in text


@pytest.mark.parametrize("missing", sorted(BLOCKS))
def test_the_page_stands_with_a_block_of_the_regime_missing(
    missing: str, show: Show, markup: Read, published: Build
) -> None:
    text = shown(show("overview", published(**(BLOCKS | {missing: None}))), markup)
    assert "Regime" in text


def test_an_older_desk_says_nothing_about_the_regime(
    show: Show, markup: Read, published: Build
) -> None:
    text = shown(show("overview", published(**dict.fromkeys(BLOCKS))), markup)
    assert "its build is older" in text


def test_a_detector_that_is_not_ready_gives_no_figure(
    show: Show, markup: Read, published: Build
) -> None:
    off = {"ready": False, "enabled": False, "regime": None, "confidence": None}
    text = shown(show("overview", published(**(BLOCKS | {"hmm_regime": off}))), markup)
    assert "bearish / ranging / bullish" not in text
