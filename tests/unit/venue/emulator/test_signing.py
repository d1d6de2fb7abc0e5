"""Who asks is proven: signatures, nonces, permissions, addresses, validity."""

import pytest
from emulated import ORIGIN, SECOND, Caller, limit, session, under

from holdfast.venue.emulator import refusals
from holdfast.venue.emulator.keys import ALL_PERMISSIONS, TEST_MARK, fault_of, make_test_key
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.signing import check_nonce, read_nonce, signature


@pytest.fixture
def opened(tmp_path):
    return session(tmp_path)


def test_a_signature_covers_path_nonce_and_body():
    one = signature(b"secret", "/0/private/Balance", "1", b"nonce=1")
    others = {
        signature(b"other", "/0/private/Balance", "1", b"nonce=1"),
        signature(b"secret", "/0/private/BalanceEx", "1", b"nonce=1"),
        signature(b"secret", "/0/private/Balance", "2", b"nonce=1"),
        signature(b"secret", "/0/private/Balance", "1", b"nonce=1&x=2"),
    }
    assert len(others) == 4
    assert one not in others


def test_a_wrong_secret_is_refused_and_changes_nothing(opened):
    caller = Caller(opened)
    asked = limit("buy", under(opened.core))
    assert caller.ask("AddOrder", secret=b"wrong", **asked) == (None, refusals.SIGNATURE)
    assert not opened.core.state.orders
    assert opened.core.state.nonces == {}


def test_an_unknown_key_is_refused(opened):
    caller = Caller(opened)
    caller.gate = Caller(opened, make_test_key("other")).gate
    assert caller.ask("Balance")[1] == refusals.KEY


@pytest.mark.parametrize(("nonce", "error"), [(11, ""), (10, refusals.NONCE), (9, refusals.NONCE)])
def test_a_nonce_must_be_above_the_highest_one(opened, nonce, error):
    caller = Caller(opened)
    assert caller.ask("Balance", nonce=10)[1] == ""
    assert caller.ask("Balance", nonce=nonce)[1] == error


@pytest.mark.parametrize(("nonce", "fits"), [(101, True), (100, True), (91, True), (90, False)])
def test_a_window_lets_older_nonces_in_even_twice(nonce, fits):
    if fits:
        assert check_nonce(nonce, 100, 10) == max(nonce, 100)
    else:
        with pytest.raises(Refused, match=refusals.NONCE):
            check_nonce(nonce, 100, 10)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", str(1 << 64), "\u0661"])
def test_what_is_no_unsigned_number_is_no_nonce(text):
    with pytest.raises(Refused, match=refusals.NONCE):
        read_nonce(text)


def test_the_nonces_of_two_keys_are_apart(opened):
    first, second = Caller(opened, nonce=50), Caller(opened, make_test_key("second"))
    assert first.ask("Balance")[1] == ""
    assert second.ask("Balance", nonce=1)[1] == ""


@pytest.mark.parametrize(
    ("endpoint", "permission"),
    [("BalanceEx", "query-funds"), ("OpenOrders", "query-open-trades"),
     ("ClosedOrders", "query-closed-trades"), ("TradesHistory", "query-closed-trades"),
     ("Ledgers", "query-ledger"), ("AddOrder", "modify-trades"), ("CancelAll", "close-trades"),
     ("TradeVolume", "query-funds")],
)  # fmt: skip
def test_an_endpoint_needs_its_permission(opened, endpoint, permission):
    without = tuple(one for one in ALL_PERMISSIONS if one != permission)
    if endpoint == "CancelAll":
        without = tuple(one for one in without if one != "modify-trades")
    caller = Caller(opened, make_test_key("poor", permissions=without))
    assert caller.ask(endpoint)[1] == refusals.PERMISSION
    caller = Caller(opened, make_test_key("able", permissions=(permission,)))
    assert caller.ask(endpoint)[1] != refusals.PERMISSION


def test_a_key_tells_what_it_may_to_anybody_who_has_it(opened):
    key = make_test_key("told", permissions=("withdraw-funds",), nonce_window=5, valid_until=9**12)
    told, error = Caller(opened, key).ask("GetApiKeyInfo")
    assert error == ""
    assert told["permissions"] == ["withdraw-funds"]
    assert (told["apiKeyName"], told["nonceWindow"]) == ("told", 5)
    assert told["validUntil"] == str(9**12)
    assert key.secret not in str(told)


def test_a_key_is_good_from_its_addresses_only(opened):
    caller = Caller(opened, make_test_key("near", ip_allowlist=("10.0.0.1",)))
    assert caller.ask("Balance", address="127.0.0.1")[1] == refusals.PERMISSION
    assert caller.ask("Balance", address="10.0.0.1")[1] == ""


def test_a_key_ends_at_its_second(opened):
    end = ORIGIN // SECOND + 60
    caller = Caller(opened, make_test_key("brief", valid_until=end))
    opened.move(end * SECOND - 1)
    assert caller.ask("Balance")[1] == ""
    opened.move(end * SECOND)
    assert caller.ask("Balance")[1] == refusals.KEY


def test_test_keys_say_that_they_are_and_never_differ():
    key = make_test_key("x")
    assert key == make_test_key("x")
    assert key.key.startswith(TEST_MARK)
    assert TEST_MARK.encode() in key.raw_secret()


@pytest.mark.parametrize(
    ("keys", "fault"),
    [([], "no key"), ([make_test_key(), make_test_key()], "twice"),
     ([make_test_key(permissions=("steal",))], "'steal' is no permission"),
     ([make_test_key(tier="king")], "'king' is no tier")],
)  # fmt: skip
def test_a_bad_set_of_keys_says_why(keys, fault):
    found = fault_of(keys, ("starter", "pro"))
    assert found is not None
    assert fault in found.problem
    assert fault_of([make_test_key()], ("starter", "pro")) is None
