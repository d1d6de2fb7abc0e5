"""What the desks of one account may do together stays within what the account may do."""

import os
import subprocess
import sys
from decimal import Decimal

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.config.settings import Settings
from holdfast.safety.account_shares import (
    AccountShares,
    Claim,
    Share,
    ShareRefused,
    caps_of,
    own_claim,
    share_of,
)

CAPS = {"exposure": "100", "daily_loss": "10", "open_orders": 100}
ACCOUNT = "9a8b7c6d"


def share(exposure="0", daily_loss="0", open_orders=0):
    return Share(
        exposure=Decimal(exposure), daily_loss=Decimal(daily_loss), open_orders=open_orders
    )


def claim(desk, taken, caps=CAPS, process=None):
    process = process or psutil.Process()
    return Claim(
        desk=desk,
        fingerprint="1a2b3c4d",
        pid=process.pid,
        started=process.create_time(),
        share=share(**taken),
        caps=share(**caps),
    )


@pytest.fixture
def shares(tmp_path):
    return AccountShares(tmp_path / "accounts", ACCOUNT)


@pytest.fixture
def neighbour():
    """Run a process that holds claims of its own."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    yield psutil.Process(process.pid)
    process.kill()
    process.wait(30)


HALF = {"exposure": "50", "daily_loss": "5", "open_orders": 50}


@pytest.mark.parametrize(
    ("second", "broken"),
    [
        ({}, ""),
        ({"exposure": "49.99"}, ""),
        ({"exposure": "50.01"}, "max_total_exposure_usd sum to 100.01"),
        ({"daily_loss": "5.01"}, "daily_loss_limit sum to 10.01"),
        ({"daily_loss": "4.99"}, ""),
        ({"open_orders": 51}, "max_open_orders sum to 101"),
        ({"open_orders": 49}, ""),
    ],
)
def test_the_sum_may_reach_a_cap_and_not_exceed_it(shares, neighbour, second, broken):
    shares.claim(claim("first", HALF, process=neighbour))
    if not broken:
        shares.claim(claim("second", HALF | second))
        assert [one.desk for one in shares.living()] == ["first", "second"]
        return
    with pytest.raises(ShareRefused) as caught:
        shares.claim(claim("second", HALF | second))
    told = str(caught.value)
    assert broken in told
    assert "beside first" in told
    assert "do: lower its caps" in told
    assert [one.desk for one in shares.living()] == ["first"]


def test_every_limit_that_would_break_is_told(shares, neighbour):
    shares.claim(claim("first", HALF, process=neighbour))
    with pytest.raises(ShareRefused) as caught:
        shares.claim(claim("second", {"exposure": "60", "daily_loss": "6", "open_orders": 60}))
    assert str(caught.value).count("sum to") == 3


def test_the_strictest_word_of_the_account_counts(shares, neighbour):
    shares.claim(claim("first", HALF, caps=CAPS | {"exposure": "90"}, process=neighbour))
    with pytest.raises(ShareRefused, match="account_max_exposure_usd is 90"):
        shares.claim(claim("second", HALF))


def test_one_desk_alone_needs_no_caps_and_two_do(shares, neighbour):
    alone = {"exposure": "0", "daily_loss": "0", "open_orders": 0}
    shares.claim(claim("first", HALF, caps=alone, process=neighbour))
    for caps in (alone, CAPS):
        with pytest.raises(ShareRefused, match="0 for first"):
            shares.claim(claim("second", {"daily_loss": "1"}, caps=caps))


def test_one_desk_alone_stays_within_caps_that_are_set(shares):
    with pytest.raises(ShareRefused, match="sum to 101"):
        shares.claim(claim("first", HALF | {"exposure": "101"}))
    assert shares.living() == ()


def test_no_limit_of_a_days_loss_is_not_a_small_one(shares):
    with pytest.raises(ShareRefused, match="daily_loss_limit 0 of first is no limit"):
        shares.claim(claim("first", HALF | {"daily_loss": "0"}))


def test_a_dead_desk_claims_nothing(shares, neighbour):
    shares.claim(claim("first", HALF, process=neighbour))
    neighbour.kill()
    neighbour.wait(30)
    assert shares.living() == ()
    shares.claim(claim("second", CAPS))
    assert [one.desk for one in shares.living()] == ["second"]


def test_another_process_under_the_number_of_a_dead_desk_is_not_it(shares):
    mine = claim("first", HALF)
    stranger = Claim(
        desk="second",
        fingerprint=mine.fingerprint,
        pid=mine.pid,
        started=mine.started - 100,
        share=mine.share,
        caps=mine.caps,
    )
    shares.claim(stranger)
    assert shares.living() == ()


def test_a_desk_that_starts_again_replaces_its_claim(shares):
    shares.claim(claim("first", HALF))
    shares.claim(claim("first", CAPS))
    assert [one.share.open_orders for one in shares.living()] == [100]


def test_a_desk_of_the_same_name_that_runs_is_refused(shares, neighbour):
    shares.claim(claim("first", HALF, process=neighbour))
    with pytest.raises(ShareRefused, match=f"runs already .* .pid {neighbour.pid}."):
        shares.claim(claim("first", {"daily_loss": "1"}))


def test_a_desk_that_stops_gives_its_share_back_and_only_its_own(shares, neighbour):
    shares.claim(claim("first", HALF, process=neighbour))
    shares.claim(claim("second", HALF))
    shares.release("first")
    assert [one.desk for one in shares.living()] == ["first", "second"]
    shares.release("second")
    assert [one.desk for one in shares.living()] == ["first"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"claims": 3}', b'{"other": 1}', b"\xff"])
def test_claims_that_cannot_be_read_refuse_everybody(shares, tmp_path, content):
    path = tmp_path / "accounts" / f"{ACCOUNT}.json"
    path.write_bytes(content)
    for ask in (shares.living, lambda: shares.claim(claim("first", HALF))):
        with pytest.raises(ShareRefused, match="cannot be read; do: stop all desks"):
            ask()
    assert path.read_bytes() == content


def test_accounts_are_apart_and_their_files_private(tmp_path, shares):
    shares.claim(claim("first", CAPS))
    AccountShares(tmp_path / "accounts", "other").claim(claim("second", CAPS))
    found = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "accounts").iterdir()}
    assert set(found) >= {f"{ACCOUNT}.json", "other.json"}
    assert set(found.values()) == {0o600}
    with pytest.raises(ValueError, match="named by its fingerprint"):
        AccountShares(tmp_path, "../x")


def test_a_desk_reads_its_share_and_its_accounts_caps_from_its_settings():
    settings = Settings(
        max_total_exposure_usd=Decimal(50),
        daily_loss_limit=Decimal(5),
        max_open_orders=40,
        account_max_exposure_usd=Decimal(100),
        account_daily_loss_limit=Decimal(10),
        account_max_open_orders=80,
    )
    assert share_of(settings) == share("50", "5", 40)
    assert caps_of(settings) == share("100", "10", 80)
    mine = own_claim("first", "1a2b3c4d", settings)
    assert (mine.pid, mine.share, mine.caps) == (os.getpid(), share_of(settings), caps_of(settings))


CLAIMING = """
import sys
from decimal import Decimal
from pathlib import Path
from holdfast.config.settings import Settings
from holdfast.safety.account_shares import AccountShares, ShareRefused, own_claim
settings = Settings(max_total_exposure_usd=Decimal(30), daily_loss_limit=Decimal(1),
    max_open_orders=1, account_max_exposure_usd=Decimal(100),
    account_daily_loss_limit=Decimal(100), account_max_open_orders=100)
try:
    AccountShares(Path(sys.argv[1]), "raced").claim(own_claim(sys.argv[2], "1a2b3c4d", settings))
    print("claimed", flush=True)
except ShareRefused:
    print("refused", flush=True)
sys.stdin.read()
"""


def test_desks_that_start_at_once_never_claim_too_much_together(tmp_path):
    desks = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMING, str(tmp_path), f"desk{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(5)
    ]
    said = [desk.stdout.readline().strip() for desk in desks]
    for desk in desks:
        desk.communicate(timeout=60)
    assert sorted(said) == [b"claimed"] * 3 + [b"refused"] * 2


@given(st.lists(st.integers(min_value=0, max_value=60), max_size=8))
def test_living_claims_never_sum_to_more_than_the_cap(tmp_path_factory, exposures):
    shares = AccountShares(tmp_path_factory.mktemp("accounts"), ACCOUNT)
    for number, exposure in enumerate(exposures):
        taken = {"exposure": str(exposure), "daily_loss": "1", "open_orders": 1}
        try:
            shares.claim(claim(f"desk{number}", taken))
        except ShareRefused:
            before = sum(one.share.exposure for one in shares.living())
            assert before + exposure > 100
    assert sum(one.share.exposure for one in shares.living()) <= 100
