"""Show which way the market leans, what the tiers make of it, and what a watched gate would have done."""

from collections.abc import Mapping
from typing import Any

from dashboards import standing, theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column, Tile
from dashboards.queries import Data

STATES = ("bearish", "ranging", "bullish")
_TONES = {"BULLISH": "good", "BEARISH": "bad"}
_BANDS = {"trending": "warn", "unknown": "muted"}
_MOVES = {1: "rising", 0: "standing still", -1: "falling"}


def regime(data: Data) -> None:
    """Draw the panel from what of its blocks is there."""
    status = data.status
    markup.title("Regime", _said(standing.mapping(status.get("regime_directional"))))
    trend = standing.mapping(status.get("trend"))
    detector = standing.mapping(status.get("hmm_regime"))
    tiers = standing.mapping(status.get("regime_directional"))
    if not (trend or detector or tiers):
        nothing("This desk says nothing about the regime; its build is older.")
        return
    markup.tiles([*_trend(trend), *_detector(detector), *_tiers(tiers, trend)])
    _models(standing.mapping(status.get("hmm_data_pipeline")))
    _history(tiers, data.zone)


def _said(tiers: Mapping[str, Any]) -> str:
    if tiers.get("enabled"):
        return "the tier decides which sides enter"
    return "watched, not acted upon" if tiers.get("shadow") else "plays no part"


def _trend(trend: Mapping[str, Any]) -> list[Tile]:
    if not trend:
        return []
    band, move = str(trend.get("band", "unknown")), trend.get("momentum")
    against = trend.get("momentum_against")
    return [
        Tile("ADX", theme.number(trend.get("adx"), 1), _BANDS.get(band, ""), f"band {band}"),
        Tile(
            "momentum",
            _MOVES.get(move, theme.DASH) if isinstance(move, int) else theme.DASH,
            note=f"against leg {against}" if against else "against no leg",
        ),
        Tile("volatility", theme.number(trend.get("volatility_pct"), 3, "%"), note="a candle"),
    ]


def _detector(detector: Mapping[str, Any]) -> list[Tile]:
    if not detector.get("ready"):
        why = "not ready" if detector.get("enabled") else "off"
        return [Tile("detector", theme.DASH, note=why)] if detector else []
    shares = standing.mapping(detector.get("probabilities"))
    spread = " / ".join(theme.number(shares.get(one), 2) for one in STATES)
    name = str(detector.get("regime"))
    return [
        Tile(
            "detector",
            name.lower(),
            _TONES.get(name, ""),
            f"version {detector.get('model_version')}",
        ),
        Tile("bearish / ranging / bullish", spread),
        Tile(
            "confidence",
            theme.number(detector.get("confidence"), 2),
            note=f"bias {theme.number(detector.get('bias_signal'), 2, signed=True)}",
        ),
    ]


def _tiers(tiers: Mapping[str, Any], trend: Mapping[str, Any]) -> list[Tile]:
    if not tiers:
        return []
    side, cools = tiers.get("suppressed_side"), tiers.get("cooldown_suppressed_side")
    note = f"leg {side} suppressed" if side else "no leg suppressed"
    if cools:
        note = f"leg {cools} cools for {theme.age(standing.whole(tiers.get('cooldown_remaining_sec')))}"
    kept = standing.whole(tiers.get("shadowed_entries")) or 0
    deferred = standing.whole(trend.get("momentum_shadowed_entries")) or 0
    return [
        Tile(
            "tier",
            f"{tiers.get('tier', theme.DASH)} {tiers.get('tier_label', '')}".strip(),
            note=note,
        ),
        Tile(
            "would have kept back",
            theme.number(kept + deferred, 0),
            note=f"regime {kept}, momentum {deferred}, since the start",
        ),
        Tile(
            "waiting for the regime", theme.number(tiers.get("regime_suppressed_slots"), 0, "legs")
        ),
    ]


def _models(pipeline: Mapping[str, Any]) -> None:
    frames = [one for one in pipeline.get("frames") or () if isinstance(one, Mapping)]
    if not frames:
        return
    columns = (
        *(Column("candles of"), Column("at hand", True), Column("version", True)),
        *(Column("trust", True), Column("calibration error", True), Column("")),
    )
    rows: list[list[Cell | str]] = [
        [
            theme.number(one.get("interval_min"), 0, "min"),
            f"{one.get('candles')} of {one.get('candles_needed')}",
            theme.number(one.get("model_version"), 0),
            theme.number(one.get("trust"), 2),
            theme.number(one.get("calibration_error"), 3),
            Cell(str(one.get("flaw") or ("overdue" if one.get("overdue") else "")), "warn"),
        ]
        for one in frames
    ]
    markup.table(columns, rows, wrap=True)


def _history(tiers: Mapping[str, Any], zone: str) -> None:
    changes = [one for one in tiers.get("tier_history") or () if isinstance(one, Mapping)]
    if not changes:
        return
    columns = (
        *(Column("when"), Column("tier"), Column("regime"), Column("confidence", True)),
        *(Column("bias", True), Column("why"), Column("")),
    )
    rows: list[list[Cell | str]] = [
        [
            theme.moment(one.get("at"), zone),
            f"{one.get('from')} → {one.get('to')} {one.get('side') or ''}".strip(),
            Cell(str(one.get("regime")).lower(), _TONES.get(str(one.get("regime")), "")),
            theme.number(one.get("confidence"), 2),
            theme.number(one.get("bias_signal"), 2, signed=True),
            str(one.get("reason")),
            "acted" if one.get("acted") else "watched",
        ]
        for one in changes[:8]
    ]
    markup.table(columns, rows)
