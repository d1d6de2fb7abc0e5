"""The measurement of a live tick walks two desks beside one another, and both trade."""

import pytest

from holdfast.config.catalogue import CATALOGUE
from holdfast.wiring import bench_live


@pytest.mark.parametrize("market", bench_live.MARKETS)
def test_both_desks_tick_and_commit_beside_one_another(tmp_path, monkeypatch, market):
    monkeypatch.setattr(bench_live, "WARM_TICKS", 4)
    monkeypatch.setattr(bench_live, "SLOTS", 6)
    off, on = bench_live.live_ticks(tmp_path, 6, market)
    assert len(off) == len(on) == 6
    assert [one.reading > 0 for one in off] == [False] * 6
    assert sum(one.reading > 0 for one in on) in {1, 2}
    assert min(one.seconds for one in (*off, *on)) > 0
    assert {one.commits for one in (*off, *on)} <= {True, False}
    assert {path.name for path in tmp_path.glob("*.duckdb")} == {"off.duckdb", "on.duckdb"}


def test_everything_that_is_switched_on_is_off_by_default():
    profile = bench_live.profile_with({})
    for name in bench_live.EVERYTHING:
        assert getattr(profile.settings, name) == CATALOGUE[name].default
        assert not CATALOGUE[name].since


def test_the_middle_tells_ticks_that_commit_from_quiet_ones():
    ticks = [bench_live.Tick(seconds, commits=seconds > 2) for seconds in (1.0, 2.0, 3.0, 4.0, 5.0)]
    kinds = {None: 3.0, True: 4.0, False: 1.5}
    assert {kind: bench_live.middle(ticks, commits=kind) for kind in kinds} == kinds
    assert bench_live.middle([], commits=True) == 0.0


def test_the_detector_of_the_measurement_has_a_sound_model_of_each_length():
    settings = {**bench_live.MARKETS["lively"], **bench_live.EVERYTHING}
    found = bench_live._models(bench_live.profile_with(settings))
    assert [found(name).flaw for name in ("primary", "secondary")] == ["", ""]
