"""Laws of profiles: a child's keys win, and no key of a parent is lost."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from holdfast.config.catalogue import CATALOGUE, Knob
from holdfast.config.knob import Value, spell
from holdfast.config.loader import load_profile
from holdfast.config.relations import breaches
from holdfast.config.values import Misfit, OutOfRange, fit, fit_text, nearest_bound

HEAD = {"env": "paper", "venue": "paper", "symbol": "DOGE/USD"}
RELATED = ("slots", "pair_profit_pct", "maker_fee_pct", "s1_orphan_after_sec")
RELATED += ("s2_orphan_after_sec", "loss_backoff_start", "loss_cooldown_start", "market_source")
RELATED += ("open_order_cap", "max_recovery_slots", "kraken_open_orders_per_pair_limit")
RELATED += ("sticky_target_slots", "live_max_read_age_s", "live_read_interval_s")
RELATED += ("mode_store", "mode_store_url", "notify_enabled", "notify_urls", "chat_enabled")
RELATED += (
    "chat_allowed_users",
    "chat_token",
    "chat_base_url",
    "signals_enabled",
    "signal_sources",
)
FREE = [knob for name, knob in CATALOGUE.items() if not knob.since and name not in RELATED]


def values(knob: Knob) -> st.SearchStrategy[str]:
    if knob.kind == "bool":
        return st.sampled_from(["true", "false"])
    if knob.kind == "choice":
        return st.sampled_from(knob.choices)
    if knob.kind == "text":
        return st.sampled_from(["a.csv", "b.csv"])
    if knob.kind == "int":
        return st.integers(int(knob.low or 0), int(knob.high or 0)).map(str)
    return st.decimals(knob.low, knob.high, places=4).map(spell)


@st.composite
def blocks(draw: st.DrawFn) -> dict[str, str]:
    knobs = draw(st.lists(st.sampled_from(FREE), unique_by=lambda knob: knob.name, max_size=8))
    return {knob.name: draw(values(knob)) for knob in knobs}


def page(top: dict[str, str], block: dict[str, str]) -> str:
    lines = [f"{key}: {word}" for key, word in top.items()]
    return "\n".join([*lines, "settings:", *(f"  {key}: {word}" for key, word in block.items())])


def fitting(block: dict[str, str]) -> bool:
    """Say whether the values keep to the relations between knobs, which have tests of their own."""
    values = {key: knob.default for key, knob in CATALOGUE.items()}
    values |= {key: fit_text(CATALOGUE[key], word) for key, word in block.items()}
    return not any(breaches(values))


@given(parent=blocks(), child=blocks())
def test_a_child_wins_and_no_key_is_lost(parent, child):
    assume(fitting(parent | child))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "parent.yaml").write_text(page(HEAD, parent), "utf-8")
        (folder / "child.yaml").write_text(page({"extends": "parent"}, child), "utf-8")
        profile = load_profile("child", profiles=folder, environ={}, overrides={})
    told = {key: spell(value) for key, value in profile.settings}
    expected = {key: spell(knob.default) for key, knob in CATALOGUE.items()} | parent | child
    assert told == expected
    for key, touched in profile.origins.items():
        layers = [origin.layer for origin in touched]
        wanted = ["default"] + ["parent"] * (key in parent) + ["profile"] * (key in child)
        assert layers == wanted, key
        assert touched[-1].value == told[key]


def taken(knob: Knob, text: str) -> tuple[Value, Misfit | None]:
    try:
        return fit_text(knob, text), None
    except Misfit as misfit:
        return None, misfit


@given(knob=st.sampled_from(list(CATALOGUE.values())), text=st.text(max_size=60))
def test_any_text_either_fits_or_is_a_misfit(knob, text):
    value, misfit = taken(knob, text)
    if isinstance(misfit, OutOfRange):
        assert fit(knob, nearest_bound(knob, misfit.number)) in {knob.low, knob.high}
    if misfit is not None:
        assert str(misfit).isprintable()
    elif value is not None:
        assert fit_text(knob, spell(value)) == value


@pytest.mark.plan("002-181")
@given(
    knob=st.sampled_from([knob for knob in FREE if knob.low is not None]),
    number=st.integers(-(10**21), 10**21),
)
def test_the_nearest_bound_is_the_nearest_number_allowed(knob, number):
    _, misfit = taken(knob, str(number))
    inside = knob.low <= number <= knob.high
    assert inside is (misfit is None)
    if isinstance(misfit, OutOfRange):
        bound = nearest_bound(knob, misfit.number)
        other = knob.high if bound == knob.low else knob.low
        assert abs(bound - number) <= abs(other - number)
