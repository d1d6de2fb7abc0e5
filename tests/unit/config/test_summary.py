"""What a start says about its settings."""

import pytest

from holdfast.config.catalogue import CATALOGUE
from holdfast.config.loader import load_profile
from holdfast.config.summary import SUMMARY, start_up_summary


@pytest.mark.plan("001-042", "002-186")
def test_a_start_says_one_line_a_family_with_values_and_origins(shipped):
    profile = load_profile("paper", profiles=shipped, environ={"ORDER_SIZE_USD": "3"}, overrides={})
    lines = start_up_summary(profile)
    assert [line.partition(":")[0] for line in lines] == [
        "sticky",
        "release",
        "momentum and regime",
        "sizing",
        "ledger",
        "subsidy",
        "churner",
        "bands",
    ]
    told = dict(line.split(": ", 1) for line in lines)
    assert "sticky_mode_enabled=false (profiles/base.yaml:" in told["sticky"]
    assert "max_recovery_slots=4 (profiles/tracks/sticky.yaml:" in told["sticky"]
    assert "order_size_usd=3 (environment ORDER_SIZE_USD)" in told["sizing"]
    assert "position_ledger_enabled=true (profiles/tracks/self_healing.yaml:" in told["ledger"]
    assert "release_adx_threshold=30 (default)" in told["release"]
    assert all("\n" not in line for line in lines)


def test_every_prefix_of_the_summary_means_a_knob():
    for prefixes in SUMMARY.values():
        for prefix in prefixes:
            assert any(name.startswith(prefix) for name in CATALOGUE), prefix
