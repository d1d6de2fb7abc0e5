"""The profiles of the phases towards sticky slots: each loads, each lints, each says what its stage says."""

import pytest

from holdfast.config.chain import label_of
from holdfast.config.errors import ConfigError
from holdfast.config.lint import check
from holdfast.config.loader import load_profile
from holdfast.config.tracks import effective, read_track, ready_stages

LIVE = {"env": "live", "venue": "kraken", "symbol": "DOGE/USD", "open_order_cap": "pro"}


def track(shipped):
    path = shipped / "tracks" / "sticky.yaml"
    return read_track(path, label_of(path))


def phases(shipped):
    return {path.stem.removeprefix("sticky-"): path for path in shipped.glob("sticky-*.yaml")}


@pytest.mark.plan("001-178", "001-180", "001-181", "001-182", "001-183", "001-184")
def test_every_phase_that_is_built_has_a_profile_that_loads_lints_and_says_what_its_stage_says(
    shipped,
):
    stages, found = track(shipped), phases(shipped)
    assert set(found) == set(ready_stages(stages))
    assert not any(check(found.values()).values())
    for name, path in found.items():
        profile = load_profile(path, profiles=shipped, environ={}, overrides={})
        assert profile.warnings == ()
        assert dict(profile.rollout) == {}, "a plain overlay of settings"
        for key, touched in effective(stages, name).items():
            assert getattr(profile.settings, key) == touched[-1].value, (name, key)


@pytest.mark.plan("001-120", "001-173")
def test_the_profiles_of_sticky_slots_compound_by_profit(shipped):
    for name, path in phases(shipped).items():
        settings = load_profile(path, profiles=shipped, environ={}, overrides={}).settings
        assert settings.sticky_compounding_mode == "legacy_profit", name
        assert settings.sticky_mode_enabled is (name != "1")


@pytest.mark.plan("001-187")
def test_the_pilot_with_a_hundred_slots_fits_the_cap_of_the_exchange(shipped):
    settings = load_profile("sticky-2b", profiles=shipped, environ={}, overrides={}).settings
    assert settings.slots * 2 <= 225 * settings.open_order_safety_ratio
    assert settings.slots == settings.sticky_target_slots == 100


@pytest.mark.plan("001-206")
def test_the_cap_policy_of_the_pilot_is_another_than_before_and_the_page_of_phases_says_which(
    shipped,
):
    def ratio(name):
        settings = load_profile(name, profiles=shipped, environ={}, overrides={}).settings
        return settings.open_order_safety_ratio

    page = (shipped.parent / "docs" / "sticky.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if "`sticky-2b`" in line]
    assert ratio("sticky-2b") > ratio("sticky-2")
    assert "100 slots" in row
    assert f"{ratio('sticky-2b'):.2f} of the order cap" in row


def test_removed_orphans_beside_cycling_slots_are_refused_at_their_line(write, load):
    write("mine", "extends: base\nsettings:\n  legacy_orphans: removed\n")
    with pytest.raises(ConfigError) as caught:
        load("mine")
    assert str(caught.value).startswith("profiles/mine.yaml:3:")
    assert "legacy_orphans" in str(caught.value)
    assert "sticky_mode_enabled: true beside it" in str(caught.value)
    write(
        "mine", "extends: base\nsettings:\n  legacy_orphans: removed\n  sticky_mode_enabled: true\n"
    )
    assert load("mine").settings.legacy_orphans == "removed"


@pytest.mark.plan("001-035")
def test_sticky_slots_that_do_not_compound_need_a_reason(write, load):
    page = (
        "extends: base\nsettings:\n  sticky_mode_enabled: true\n  sticky_compounding_mode: fixed\n"
    )
    write("mine", page)
    with pytest.raises(ConfigError, match="names no reason") as caught:
        load("mine")
    assert str(caught.value).startswith("profiles/mine.yaml:")
    write("mine", f'{page}  sticky_compounding_reason: "  "\n')
    with pytest.raises(ConfigError, match="names no reason"):
        load("mine")
    write("mine", f"{page}  sticky_compounding_reason: compared with the old bot\n")
    assert load("mine").settings.sticky_compounding_mode == "fixed"
    cycling = "extends: base\nsettings:\n  sticky_compounding_mode: fixed\n"
    write("mine", cycling)
    assert load("mine").settings.sticky_mode_enabled is False


@pytest.mark.plan("001-034", "001-120")
def test_lint_demands_compounding_of_sticky_slots_in_production(shipped, profiles, write):
    head = "\n".join(f"{key}: {value}" for key, value in list(LIVE.items())[:3])
    body = (
        "settings:\n  open_order_cap: pro\n  slots: 2\n  sticky_mode_enabled: true\n"
        "  max_open_orders: 20\n  max_orders_per_minute: 20\n  max_daily_orders: 100\n"
    )
    fixed = "  sticky_compounding_mode: fixed\n  sticky_compounding_reason: an emergency\n"
    write("base", "abstract: true\nsettings:\n  slots: 2\n")
    path = write("mine", f"extends: base\n{head}\n{body}")
    path = profiles / "mine.yaml"
    assert check([path]) == {"profiles/mine.yaml": None}
    write("mine", f"extends: base\n{head}\n{body}{fixed}")
    (fault,) = check([path]).values()
    assert "in production" in str(fault)
    assert str(fault).startswith("profiles/mine.yaml:12:")
    load_profile(path, profiles=profiles, environ={}, overrides={})
