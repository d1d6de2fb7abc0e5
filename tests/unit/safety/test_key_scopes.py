"""What a key may do decides how far a desk may go, one scope and one condition at a time."""

import pytest

from holdfast.config.errors import ConfigError
from holdfast.config.secrets.reference import Place
from holdfast.domain.bookkeeping import KeyNoted
from holdfast.safety.key_scopes import (
    DAY,
    RECHECK_SECONDS,
    SCOPES,
    KeyInfo,
    judge_key,
    read_key_info,
    recheck_due,
    refuse_stranger,
)

NOW = 1_800_000_000
PLACE = Place("profiles/live.yaml", 9, 3, "secrets.api_key")
NEEDED = (
    "query-funds",
    "query-open-trades",
    "query-closed-trades",
    "modify-trades",
    "close-trades",
)
USEFUL = "query-ledger"
NEEDLESS = ("create-ws-token", "access-websockets")
FORBIDDEN = (
    "add-funds",
    "withdraw-funds",
    "earn-funds",
    "export-data",
    "add-withdraw-address",
    "update-withdraw-address",
)
UNKNOWN = ("sub-accounts", "futures-trade", "Query-Funds", "query-funds ", "", "x" * 500)


def key(permissions=(*NEEDED, USEFUL), **more):
    usual = {
        "ip_allowlist": ("192.0.2.7",),
        "valid_until": 0,
        "nonce_window": 0,
        "created": NOW - DAY,
    }
    return KeyInfo(permissions=permissions, **(usual | more))


def judged(info, *, purpose="trade", production=True):
    return judge_key(info, purpose=purpose, production=production, now=NOW)


def test_a_key_of_least_privilege_may_go_live_without_a_word():
    verdict = judged(key())
    assert (verdict.standing, verdict.reasons, verdict.warnings) == ("live", (), ())
    assert verdict.fault == ""
    assert verdict.refuse(PLACE) is None


@pytest.mark.parametrize("scope", [*FORBIDDEN, *UNKNOWN])
def test_one_forbidden_or_unknown_scope_alone_refuses_the_start(scope):
    verdict = judged(key((*NEEDED, USEFUL, scope)))
    assert verdict.standing == "refused"
    assert len(verdict.reasons) == 1
    assert scope[:40] in verdict.reasons[0]
    with pytest.raises(ConfigError) as caught:
        verdict.refuse(PLACE)
    assert str(caught.value).startswith("profiles/live.yaml:9:3: secrets.api_key: ")
    assert "revoke" in caught.value.hint


@pytest.mark.parametrize("scope", NEEDED)
def test_one_missing_scope_alone_refuses_live_and_nothing_more(scope):
    verdict = judged(key((*(each for each in NEEDED if each != scope), USEFUL)))
    assert verdict.standing == "dry"
    assert verdict.reasons == (f"scope {scope} is missing",)
    assert verdict.fault == f"scope {scope} is missing"
    assert verdict.refuse(PLACE) is None


def test_no_scope_at_all_names_every_missing_one():
    verdict = judged(key(()))
    assert verdict.standing == "dry"
    assert len(verdict.reasons) == len(NEEDED)


@pytest.mark.parametrize("scope", NEEDLESS)
def test_a_scope_nobody_needs_is_warned_of_and_holds_nothing_back(scope):
    verdict = judged(key((*NEEDED, USEFUL, scope)))
    assert (verdict.standing, verdict.warnings) == ("live", (f"scope {scope} is not needed",))


def test_the_ledger_scope_is_only_missed():
    verdict = judged(key(NEEDED))
    assert verdict.standing == "live"
    assert verdict.warnings == ("scope query-ledger would help and is missing",)


@pytest.mark.parametrize("scope", ["modify-trades", "close-trades", *FORBIDDEN])
def test_a_key_that_is_to_read_may_do_nothing_else(scope):
    reading = (*NEEDED[:3], USEFUL)
    assert judged(key(reading), purpose="read").standing == "live"
    assert judged(key((*reading, scope)), purpose="read").standing == "refused"


def test_a_trading_key_is_no_reading_key_and_the_other_way_round():
    assert judged(key(), purpose="read").standing == "refused"
    assert judged(key(NEEDED[:3]), purpose="trade").standing == "dry"


def test_both_tables_judge_the_same_scopes():
    assert SCOPES["trade"].keys() == SCOPES["read"].keys()


def test_an_open_address_list_refuses_live_in_production_only():
    assert judged(key(ip_allowlist=())).standing == "dry"
    assert "ipAllowlist" in judged(key(ip_allowlist=())).reasons[0]
    assert judged(key(ip_allowlist=()), production=False).standing == "live"


@pytest.mark.parametrize(
    ("ahead", "standing"),
    [
        (7 * DAY + 1, "live"),
        (7 * DAY, "dry"),
        (7 * DAY - 1, "dry"),
        (0, "dry"),
        (-1, "dry"),
        (365 * DAY, "live"),
    ],
)
def test_a_key_has_to_be_good_for_more_than_7_days(ahead, standing):
    assert judged(key(valid_until=NOW + ahead)).standing == standing


def test_a_key_without_an_end_is_good():
    assert judged(key(valid_until=0)).standing == "live"


@pytest.mark.parametrize(("window", "standing"), [(0, "live"), (1, "dry"), (10_000, "dry")])
def test_a_nonce_window_refuses_live(window, standing):
    assert judged(key(nonce_window=window)).standing == standing


@pytest.mark.parametrize(
    ("age", "warned"), [(90 * DAY - 1, 0), (90 * DAY, 0), (90 * DAY + 1, 1), (400 * DAY, 1)]
)
def test_a_key_older_than_90_days_is_warned_of(age, warned):
    verdict = judged(key(created=NOW - age))
    assert verdict.standing == "live"
    assert len(verdict.warnings) == warned


def test_an_age_nobody_tells_is_said():
    assert judged(key(created=0)).warnings == ("its age is not known",)


@pytest.mark.parametrize("purpose", ["trade", "read"])
def test_no_answer_proves_nothing_and_allows_dry(purpose):
    verdict = judged(None, purpose=purpose)
    assert (verdict.standing, verdict.measured, verdict.fault) == ("dry", False, None)
    assert verdict.refuse(PLACE) is None


def test_every_reason_is_told_and_the_worst_decides():
    worst = key((*NEEDED[1:], "withdraw-funds"), ip_allowlist=(), valid_until=1, nonce_window=5)
    verdict = judged(worst)
    assert verdict.standing == "refused"
    assert len(verdict.reasons) == 5


def test_a_look_is_noted_by_fingerprint():
    note = judged(key((*NEEDED, "create-ws-token"))).noted("1a2b3c4d", "trade")
    assert note == KeyNoted(
        fingerprint="1a2b3c4d",
        purpose="trade",
        result="live",
        detail="scope query-ledger would help and is missing; scope create-ws-token is not needed",
    )


ANSWER = {
    "apiKeyName": "desk",
    "apiKey": "TEST_ONLY_KEY",
    "nonce": "1800000000000",
    "nonceWindow": 0,
    "permissions": list(NEEDED),
    "iban": "TEST ONLY N84G",
    "validUntil": "0",
    "queryFrom": "0",
    "queryTo": "0",
    "createdTime": str(NOW - DAY),
    "modifiedTime": str(NOW - DAY),
    "ipAllowlist": ["192.0.2.7"],
    "lastUsed": None,
}


def test_the_answer_of_the_exchange_is_read_whole():
    info = read_key_info(ANSWER)
    assert info == key(NEEDED, account=info.account)
    assert len(info.account) == 8
    assert read_key_info(ANSWER | {"iban": ""}).account == ""


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        "error",
        *(
            {name: value for name, value in ANSWER.items() if name != left_out}
            for left_out in ("permissions", "ipAllowlist", "validUntil", "nonceWindow")
        ),
        ANSWER | {"permissions": "query-funds"},
        ANSWER | {"permissions": [1]},
        ANSWER | {"permissions": None},
        ANSWER | {"ipAllowlist": None},
        ANSWER | {"validUntil": "soon"},
        ANSWER | {"validUntil": None},
        ANSWER | {"nonceWindow": False},
        ANSWER | {"nonceWindow": 0.5},
    ],
)
def test_an_answer_that_does_not_say_what_has_to_be_known_is_none(answer):
    assert read_key_info(answer) is None


def test_a_key_the_profile_does_not_list_is_refused_at_its_line():
    assert refuse_stranger("1a2b3c4d", ("00000000", "1a2b3c4d"), PLACE) is None
    for allowed in ((), ("00000000",)):
        with pytest.raises(ConfigError, match="1a2b3c4d, which `allowed_accounts` does not list"):
            refuse_stranger("1a2b3c4d", allowed, PLACE)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, 0.0, True),
        (100.0, 100.0 + RECHECK_SECONDS - 1, False),
        (100.0, 100.0 + RECHECK_SECONDS, True),
        (100.0, 100.0 + RECHECK_SECONDS + 1, True),
    ],
)
def test_a_key_is_looked_at_again_after_6_hours(last, now, due):
    assert recheck_due(last, now) is due
