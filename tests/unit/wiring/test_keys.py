"""A desk takes its keys up in the order of trust, and lets go of them when it ends."""

from contextlib import ExitStack

import pytest

from holdfast.clock import FixedClock
from holdfast.config.errors import ConfigError
from holdfast.config.loader import load_profile
from holdfast.config.secrets.secret import fingerprint_of
from holdfast.domain.errors import VenueUnavailable
from holdfast.safety.account_shares import AccountShares, ShareRefused
from holdfast.safety.key_lease import KeyHeld, KeyLease
from holdfast.wiring.keys import claim_share, look_at_key, open_keys

KEY = "TEST_ONLY_wired_key_0123456789"
MARK = fingerprint_of(KEY)
NOW = 1_800_000_000
ANSWER = {
    "permissions": [
        "query-funds",
        "query-open-trades",
        "query-closed-trades",
        "modify-trades",
        "close-trades",
        "query-ledger",
    ],
    "ipAllowlist": ["192.0.2.7"],
    "validUntil": "0",
    "nonceWindow": 0,
    "createdTime": str(NOW - 86_400),
    "iban": "TEST ONLY N84G",
}


@pytest.fixture
def profile(tmp_path):
    folder = tmp_path / "profiles"
    folder.mkdir()
    for name in ("key", "secret"):
        (tmp_path / name).write_text(KEY if name == "key" else "TEST_ONLY_wired_secret_0123")
        (tmp_path / name).chmod(0o600)

    def made(name="mine", accounts=MARK):
        (folder / f"{name}.yaml").write_text(
            "env: paper\nvenue: paper\nsymbol: DOGE/USD\n"
            "secrets:\n  api_key: secret://file/key\n  api_secret: secret://file/secret\n"
            f"allowed_accounts: ['{accounts}']\n"
        )
        return load_profile(name, profiles=folder, environ={}, overrides={})

    return made


def test_keys_are_read_leased_judged_and_let_go(profile, tmp_path):
    clock = FixedClock(NOW * 1_000_000)
    with ExitStack() as stack:
        keyring = open_keys(profile(), tmp_path, clock, stack)
        assert keyring.secret("api_key").reveal() == KEY
        assert keyring.secret("read_api_key") is None
        assert keyring.referred("secret://file/key").reveal() == KEY
        with pytest.raises(KeyHeld):
            KeyLease(tmp_path / "var" / "locks", MARK, "thief")
        look = look_at_key(keyring, lambda: ANSWER, clock, starting=True)
        assert look.verdict.standing == "live"
        claim_share(keyring, look, tmp_path, stack)
        shares = AccountShares(tmp_path / "var" / "accounts", look.info.account)
        assert [one.desk for one in shares.living()] == ["mine"]
    assert shares.living() == ()
    KeyLease(tmp_path / "var" / "locks", MARK, "next").release()


def test_a_key_the_profile_does_not_list_is_never_leased(profile, tmp_path):
    with ExitStack() as stack, pytest.raises(ConfigError, match="does not list") as caught:
        open_keys(profile(accounts="00000000"), tmp_path, FixedClock(), stack)
    assert (caught.value.file, caught.value.line) == ("profiles/mine.yaml", 5)
    assert not (tmp_path / "var").exists()


def test_a_key_that_can_withdraw_refuses_the_start_and_only_that(profile, tmp_path):
    answer = ANSWER | {"permissions": [*ANSWER["permissions"], "withdraw-funds"]}
    with ExitStack() as stack:
        keyring = open_keys(profile(), tmp_path, FixedClock(NOW * 1_000_000), stack)
        clock = FixedClock(NOW * 1_000_000)
        with pytest.raises(ConfigError, match="withdraw-funds is forbidden"):
            look_at_key(keyring, lambda: answer, clock, starting=True)
        later = look_at_key(keyring, lambda: answer, clock, starting=False)
        assert later.verdict.standing == "refused"


def test_an_exchange_that_does_not_answer_allows_dry(profile, tmp_path):
    def silent():
        raise VenueUnavailable("no answer")

    with ExitStack() as stack:
        keyring = open_keys(profile(), tmp_path, FixedClock(), stack)
        look = look_at_key(keyring, silent, FixedClock(), starting=True)
        assert (look.info, look.verdict.standing) == (None, "dry")
        claim_share(keyring, look, tmp_path, stack)
        assert (tmp_path / "var" / "accounts" / f"{MARK}.json").exists()


def test_a_second_desk_on_the_account_is_refused_where_caps_are_not_split(profile, tmp_path):
    clock = FixedClock(NOW * 1_000_000)
    with ExitStack() as stack:
        first = open_keys(profile(), tmp_path, clock, stack)
        look = look_at_key(first, lambda: ANSWER, clock, starting=True)
        claim_share(first, look, tmp_path, stack)
        (tmp_path / "key").write_text(KEY + "_two")
        other = profile("other", fingerprint_of(KEY + "_two"))
        second = open_keys(other, tmp_path, clock, stack)
        with pytest.raises(ShareRefused, match="beside mine"):
            claim_share(second, look, tmp_path, stack)


def test_a_profile_without_keys_takes_none_up(tmp_path):
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "mine.yaml").write_text("env: paper\nvenue: paper\nsymbol: DOGE/USD\n")
    profile = load_profile("mine", profiles=folder, environ={}, overrides={})
    with ExitStack() as stack:
        keyring = open_keys(profile, tmp_path, FixedClock(), stack)
    assert (keyring.lease, dict(keyring.secrets)) == (None, {})
    assert not (tmp_path / "var").exists()
