"""The canary profiles that are shipped: small, listed, and unable to trade until an operator says with which key."""

from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest

from holdfast.clock import SystemClock
from holdfast.config.errors import ConfigError
from holdfast.config.loader import load_profile
from holdfast.safety.risk_policy import policy_of
from holdfast.wiring.keys import open_keys
from holdfast.wiring.modes import rules_of, terms

ROOT = Path(__file__).resolve().parents[3]
DESKS = ("canary", "canary-eth")


def shipped(name, folder=ROOT / "profiles"):
    return load_profile(name, profiles=folder, environ={}, overrides={})


@pytest.mark.plan("004-070")
@pytest.mark.parametrize("name", DESKS)
def test_an_order_is_worth_ten_of_quote_at_most_and_the_mode_is_the_canarys(name):
    profile = shipped(name)
    policy = policy_of(profile.settings, profile.symbol)
    assert policy.max_order_notional_usd == terms(profile).max_notional == Decimal(10)
    assert profile.settings.order_size_usd <= Decimal(10)
    assert profile.settings.max_leverage == Decimal(2)
    assert rules_of(profile).most == "CANARY_LIVE"
    assert (profile.env, profile.venue) == ("live", "kraken")
    assert profile.settings.exchange_url is None


@pytest.mark.plan("004-072")
def test_two_desks_trade_two_symbols_and_no_third_is_admitted():
    assert [shipped(name).symbol for name in DESKS] == ["BTC/USD", "ETH/USD"]
    for name in DESKS:
        assert terms(shipped(name)).symbols == {"BTC/USD", "ETH/USD"}


def test_a_canary_of_a_third_symbol_is_refused(tmp_path):
    for page in ("base", "canary"):
        text = (ROOT / "profiles" / f"{page}.yaml").read_text()
        (tmp_path / f"{page}.yaml").write_text(text)
    (tmp_path / "tracks").symlink_to(ROOT / "profiles" / "tracks")
    (tmp_path / "mine.yaml").write_text("extends: canary\nsymbol: DOGE/USD\n")
    with pytest.raises(ConfigError, match="DOGE/USD is not in symbol_allowlist"):
        shipped("mine", tmp_path)


@pytest.mark.plan("004-073")
@pytest.mark.parametrize("name", DESKS)
def test_it_cannot_trade_until_keys_are_there_and_listed(name, tmp_path):
    profile = shipped(name)
    with ExitStack() as stack, pytest.raises(ConfigError, match="does not exist"):
        open_keys(profile, tmp_path, SystemClock(), stack)
    (tmp_path / "keys").mkdir(mode=0o700)
    for reference in profile.secrets.values():
        path = tmp_path / str(reference).removeprefix("secret://file/")
        path.write_text(f"TEST_ONLY_{path.name}_0123456789")
        path.chmod(0o600)
    with ExitStack() as stack, pytest.raises(ConfigError, match="does not list"):
        open_keys(profile, tmp_path, SystemClock(), stack)


@pytest.mark.plan("004-073")
def test_without_allowed_accounts_it_is_no_profile(tmp_path):
    text = (ROOT / "profiles" / "canary.yaml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("allowed_accounts")]
    (tmp_path / "canary.yaml").write_text("\n".join(lines))
    (tmp_path / "base.yaml").write_text((ROOT / "profiles" / "base.yaml").read_text())
    (tmp_path / "tracks").symlink_to(ROOT / "profiles" / "tracks")
    with pytest.raises(ConfigError, match="allowed_accounts"):
        shipped("canary", tmp_path)
