"""Show how many slots the cap on open orders carries at worst, and what sizes entries now."""

from collections.abc import Mapping
from typing import Any

from dashboards import standing, theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column, Tile
from dashboards.queries import Data

_FITS = {
    "fine": ("fine", "good"),
    "advise": ("advised against", "warn"),
    "refused": ("refused", "bad"),
}
_BANDS = {"normal": "good", "caution": "warn", "stop": "bad"}
_POLICIES = {
    "total": "all that rest slow entries down",
    "entry_only": "entries alone slow entries down",
}


def capacity_projection(data: Data) -> None:
    """Show the room at worst, and what is said of more slots."""
    room = standing.mapping(data.status.get("capacity_fill_health"))
    plan = standing.mapping(room.get("projection"))
    markup.title("Slots under the cap", "at worst every slot rests two orders")
    if not plan:
        nothing("This desk tells no projection.")
        return
    markup.tiles(_tiles(room, plan))
    said = [str(one) for one in plan.get("reasons") or plan.get("next_slot_reasons") or ()]
    if said:
        markup.notice(f"{'; '.join(said)}.", _FITS.get(str(plan.get("fit")), ("", "warn"))[1])
    columns = (Column("slots", True), Column("orders", True), Column("room", True), Column(""))
    steps = standing.rows(plan.get("steps"))
    here = next((i for i, one in enumerate(steps) if one.get("slots") == plan.get("slots")), None)
    markup.table(columns, [_step(one) for one in steps], marked=here)


def sizing_advice(data: Data) -> None:
    """Show shares of the quote, layers, idle quote, speed and target: what acts and what is advice."""
    sizing = standing.mapping(data.status.get("sizing"))
    idle = standing.mapping(data.status.get("rebalancer"))
    pace = standing.mapping(data.status.get("throughput_sizer"))
    if not (sizing or idle or pace):
        return
    markup.title("Sizes of entries", "what acts, and what is only advice")
    rows = [*_shares(sizing), *_idle(idle), *_pace(pace), *_target(sizing)]
    columns = (Column("what"), Column("now", True), Column("acts"), Column("detail"))
    markup.table(columns, rows, wrap=True)


def _tiles(room: Mapping[str, Any], plan: Mapping[str, Any]) -> list[Tile]:
    fit, tone = _FITS.get(str(plan.get("fit")), (theme.DASH, ""))
    more, colour = _FITS.get(str(plan.get("next_slot_fit")), (theme.DASH, ""))
    band = str(room.get("status_band") or theme.DASH)
    policy = _POLICIES.get(str(plan.get("entry_cap_policy")), "")
    return [
        Tile("slots", theme.number(plan.get("slots"), 0), tone, fit),
        Tile("one more", more, colour, f"at most {theme.number(plan.get('most_slots'), 0)}"),
        Tile("room at worst", theme.number(plan.get("worst_case_headroom"), 0), tone),
        Tile("band", band, _BANDS.get(band, "")),
        Tile("entries", theme.number(plan.get("entries_resting"), 0), note=policy),
        Tile(
            "exits", theme.number(plan.get("exits_resting"), 0), note="count towards the cap always"
        ),
        Tile("trend", str(plan.get("trend_band") or theme.DASH)),
    ]


def _step(one: Mapping[str, Any]) -> list[Cell | str]:
    said, tone = _FITS.get(str(one.get("fit")), (theme.DASH, ""))
    figures = (one.get(key) for key in ("slots", "worst_case_orders", "worst_case_headroom"))
    return [*(theme.number(value, 0) for value in figures), Cell(said, tone)]


def _shares(sizing: Mapping[str, Any]) -> list[list[Cell | str]]:
    share, layers = standing.mapping(sizing.get("quote_first")), sizing.get("capital_layers")
    found: list[list[Cell | str]] = []
    if share:
        ready = theme.number(share.get("buy_ready_slots"), 0)
        left = theme.number(share.get("unallocated_spendable_usd"), 2)
        detail = f"{ready} slots can buy, {left} is not shared out"
        found.append(
            _row("share of the quote", theme.number(share.get("share_usd"), 2), share, detail)
        )
    told = standing.mapping(layers)
    if told:
        asked = theme.number(told.get("target_layers"), 0)
        now = theme.number(told.get("effective_layers"), 0)
        found.append(
            ["layers of capital", now, _acts(bool(told.get("target_layers"))), f"of {asked}"]
        )
    return found


def _idle(idle: Mapping[str, Any]) -> list[list[Cell | str]]:
    if idle.get("ready") is not True:
        return []
    market, alone = (
        theme.decimal(idle.get(f"idle_ratio_{k}")) for k in ("mark_to_market", "quote_only")
    )
    shown = "; ".join(
        f"{name} {theme.DASH if value is None else f'{value * 100:.1f} %'}"
        for name, value in (("by the market", market), ("of the quote", alone))
    )
    ratio = theme.decimal(idle.get("idle_ratio"))
    now = theme.DASH if ratio is None else f"{ratio * 100:.1f} %"
    return [
        [
            "idle quote",
            now,
            Cell("advice", "muted"),
            f"{shown}; lean {theme.number(idle.get('skew'), 2)}",
        ]
    ]


def _pace(pace: Mapping[str, Any]) -> list[list[Cell | str]]:
    if pace.get("ready") is not True:
        return []
    total = standing.mapping(pace.get("aggregate"))
    detail = f"{theme.number(total.get('n_completed'), 0)} cycles, median {theme.age(standing.whole(total.get('median_fill_sec')))}"
    pressed = theme.number(pace.get("age_pressure"), 2)
    return [
        _row(
            "speed of cycles",
            pressed,
            pace,
            f"{detail}; locked capital leaves {theme.number(pace.get('util_penalty'), 2)}",
        )
    ]


def _target(sizing: Mapping[str, Any]) -> list[list[Cell | str]]:
    target = standing.mapping(sizing.get("volatility_target"))
    if not target:
        return []
    plain = theme.number(target.get("plain_pct"), 2)
    return [
        _row(
            "profit target",
            f"{theme.number(target.get('target_pct'), 2)} %",
            target,
            f"plain {plain} %",
        )
    ]


def _row(what: str, now: str, block: Mapping[str, Any], detail: str) -> list[Cell | str]:
    return [what, now, _acts(block.get("enabled") is True), detail]


def _acts(on: bool) -> Cell:
    return Cell("acts", "good") if on else Cell("off", "muted")
