"""The measurement of a live tick walks two desks beside one another, and both trade."""

from holdfast.config.catalogue import CATALOGUE
from holdfast.wiring import bench_live


def test_both_desks_tick_and_commit_beside_one_another(tmp_path, monkeypatch):
    monkeypatch.setattr(bench_live, "WARM_TICKS", 4)
    monkeypatch.setattr(bench_live, "SLOTS", 6)
    off, on = bench_live.live_ticks(tmp_path, ticks=6)
    assert len(off) == len(on) == 6
    assert min(*off, *on) > 0
    assert {path.name for path in tmp_path.glob("*.duckdb")} == {"off.duckdb", "on.duckdb"}


def test_everything_that_is_switched_on_is_off_by_default():
    profile = bench_live.profile_with({})
    for name in bench_live.EVERYTHING:
        assert getattr(profile.settings, name) == CATALOGUE[name].default
        assert not CATALOGUE[name].since
