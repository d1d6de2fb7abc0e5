"""Fault plans: what is read, what is met, what is repeated."""

from decimal import Decimal
from pathlib import Path

import pytest
from emulated import ORIGIN, SECOND, Caller, limit, session, under

from holdfast.config.errors import ConfigError
from holdfast.venue.emulator import refusals
from holdfast.venue.emulator.faults import KINDS, count, meet
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.plan import PlanFault, read_plan
from holdfast.venue.emulator.public import PUBLIC
from holdfast.wiring.emulating import read_keys_file, read_plan_file


def plan(*rules, seed=1):
    return read_plan({"seed": seed, "rules": list(rules)}, origin=ORIGIN, now=ORIGIN)


def acting(rules, times, endpoint="AddOrder", now=ORIGIN):
    """Say at which of so many requests the first rule acts."""
    found = []
    for number in range(times):
        met = meet(rules, endpoint, [], now)
        count(rules, met)
        if met.acted:
            found.append(number)
    return found


def arm(opened, *rules):
    """Put rules in force as the administrator does."""
    made = read_plan({"rules": list(rules)}, origin=ORIGIN, now=opened.clock.now())
    plain = [{name: str(getattr(one, name)) if name in {"p", "seconds", "fraction"} else
              getattr(one, name) for name in one.__struct_fields__} for one in made]  # fmt: skip
    for one in plain:
        one["endpoints"] = list(one["endpoints"])
    assert opened.office("faults", {"rules": plain}).error == ""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_written_with_nothing_but_its_name(kind):
    (rule,) = plan({"kind": kind})
    assert rule.kind == kind


def test_a_rule_lets_some_through_and_stops_after_its_times():
    assert acting(plan({"kind": "drop_answer", "after": 2, "times": 3}), 10) == [2, 3, 4]


def test_a_rule_by_chance_repeats_itself_and_another_seed_differs():
    rule = {"kind": "drop_answer", "p": "0.3"}
    first = acting(plan(rule), 400)
    assert first == acting(plan(rule), 400)
    assert first != acting(plan(rule, seed=2), 400)
    assert 80 < len(first) < 160


def test_the_stream_of_a_rule_does_not_depend_on_its_neighbours():
    rule = {"kind": "drop_answer", "p": "0.3", "seed": 9}
    alone = acting(plan(rule), 50)
    assert 5 < len(alone) < 30
    rules = plan({"kind": "delay", "p": "0.5"}, rule)
    beside = []
    for number in range(50):
        met = meet(rules, "AddOrder", [], ORIGIN)
        count(rules, met)
        if 1 in met.acted:
            beside.append(number)
    assert beside == alone


def test_a_rule_holds_for_its_endpoints_its_ids_and_its_time():
    rules = plan({"kind": "drop_answer", "endpoints": ["AddOrder"], "from": 10, "until": 20})
    assert meet(rules, "AddOrder", [], ORIGIN + 10 * SECOND).acted == (0,)
    assert meet(rules, "AddOrder", [], ORIGIN + 10 * SECOND - 1).met == ()
    assert meet(rules, "AddOrder", [], ORIGIN + 20 * SECOND).met == ()
    assert meet(rules, "Balance", [], ORIGIN + 15 * SECOND).met == ()
    named = plan({"kind": "drop_answer", "cl_ord_id": "a"})
    assert meet(named, "AddOrder", ["b"], ORIGIN).met == ()
    assert meet(named, "AddOrder", ["b", "a"], ORIGIN).met == (0,)


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        ({"kind": "fire"}, ("rules", 0, "kind"), "delay, drop_request"),
        ({"kind": "delay", "p": 2}, ("rules", 0, "p"), "a number from 0 to 1"),
        ({"kind": "delay", "p": "-0.1"}, ("rules", 0, "p"), "from 0 to 1"),
        ({"kind": "delay", "seconds": "x"}, ("rules", 0, "seconds"), "from 0 to 600"),
        ({"kind": "delay", "times": "1.5"}, ("rules", 0, "times"), "a whole number"),
        ({"kind": "delay", "endpoints": ["Buy"]}, ("rules", 0, "endpoints"), "AddOrder"),
        ({"kind": "delay", "status": 502}, ("rules", 0, "status"), "seconds"),
        ({"kind": "http_5xx", "status": 404}, ("rules", 0, "status"), "502"),
        ({"kind": "maintenance", "p": 1}, ("rules", 0, "p"), "mode"),
        ({"kind": "maintenance", "mode": "off"}, ("rules", 0, "mode"), "cancel_only"),
        ({"kind": "delay", "from": "noon"}, ("rules", 0, "from"), "a number"),
        ("delay", ("rules", 0), "key: value"),
    ],
)
def test_a_bad_rule_is_named_by_its_path_with_what_is_allowed(rule, path, allowed):
    with pytest.raises(PlanFault) as caught:
        plan(rule)
    assert caught.value.path == path
    assert allowed in str(caught.value)


def test_a_plan_file_names_file_line_key_and_what_is_allowed(tmp_path: Path):
    file = tmp_path / "plan.yaml"
    file.write_text("seed: 3\nrules:\n  - kind: delay\n    seconds: 2\n    p: 1.5\n")
    with pytest.raises(ConfigError) as caught:
        read_plan_file(file, ORIGIN, ORIGIN)
    told = str(caught.value)
    assert "plan.yaml:5:" in told
    assert "rules.0.p" in told
    assert "a number from 0 to 1" in told
    file.write_text("seed: 3\nrules:\n  - kind: delay\n    seconds: 2.5\n    p: 0.5\n")
    digest, (rule,) = read_plan_file(file, ORIGIN, ORIGIN)
    assert (len(digest), rule.seconds, rule.p) == (64, Decimal("2.5"), Decimal("0.5"))


def test_a_keys_file_is_read_in_the_words_of_the_api(tmp_path: Path):
    file = tmp_path / "keys.yaml"
    file.write_text(
        "keys:\n  - {key: TEST_ONLY_KEY_a, secret: dGVzdA==, permissions: [query-funds],"
        " ipAllowlist: [127.0.0.1], nonceWindow: 5, tier: starter}\n"
    )
    (key,) = read_keys_file(file).values()
    assert (key.permissions, key.nonce_window, key.tier) == (("query-funds",), 5, "starter")
    for text, fault in (
        ("keys: []\n", "keys.yaml:1:7: keys.0: no key is named; allowed: a list of at least"),
        ("keys:\n  - key: a\n    secret: '?'\n", "keys.yaml:3:13: keys.0.secret: .* not base64"),
        ("keys:\n  - {key: a}\n", "keys.yaml:2:5: keys.0: .*missing required field `secret`"),
        ("keys:\n  - key: a\n    secret: dGVzdA==\n    limit: 3\n", "unknown field `limit`"),
        ("others: []\n", "unknown field `others`"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError, match=fault):
            read_keys_file(file)


@pytest.mark.parametrize(
    ("mode", "post", "error"),
    [("maintenance", True, refusals.UNAVAILABLE), ("cancel_only", True, refusals.CANCEL_ONLY),
     ("post_only", False, refusals.POST_ONLY_MODE), ("post_only", True, "")],
)  # fmt: skip
def test_a_mode_of_the_market_stops_what_it_stops(tmp_path, mode, post, error):
    opened = session(tmp_path)
    caller = Caller(opened)
    asked = limit("buy", under(opened.core), 20, oflags="post" if post else "fciq")
    resting = caller.ask("AddOrder", **asked)[0]["txid"][0]
    arm(opened, {"kind": "maintenance", "mode": mode, "from": 0, "until": 60})
    assert PUBLIC["SystemStatus"](opened.core, Params({}))["status"] == mode
    assert caller.ask("AddOrder", **asked)[1] == error
    cancelled = caller.ask("CancelOrder", txid=resting)[1]
    assert cancelled == (refusals.UNAVAILABLE if mode == "maintenance" else "")
    opened.move(ORIGIN + 60 * SECOND)
    assert PUBLIC["SystemStatus"](opened.core, Params({}))["status"] == "online"
    assert caller.ask("AddOrder", **asked)[1] == ""


def test_a_shifted_clock_tells_a_wrong_time_and_judges_deadlines_by_it(tmp_path):
    opened = session(tmp_path)
    caller = Caller(opened)
    asked = limit("buy", under(opened.core), 20, deadline="2026-01-01T00:00:30Z")
    arm(opened, {"kind": "clock_shift", "seconds": 31})
    told = PUBLIC["Time"](opened.core, Params({}))
    assert told["unixtime"] == ORIGIN // SECOND + 31
    assert caller.ask("AddOrder", **asked)[1] == refusals.DEADLINE
    arm(opened, {"kind": "clock_shift", "seconds": -31})
    assert caller.ask("AddOrder", **asked)[1] == "EGeneral:Invalid arguments:deadline"


def test_a_stale_ticker_stays_where_it_was_while_the_market_goes_on(tmp_path):
    opened = session(tmp_path)
    arm(opened, {"kind": "stale_ticker", "until": 600})
    first = opened.public("Ticker", {"pair": "XDGUSD"}).result
    opened.move(ORIGIN + 500 * SECOND)
    assert opened.public("Ticker", {"pair": "XDGUSD"}).result == first
    opened.move(ORIGIN + 600 * SECOND)
    assert opened.public("Ticker", {"pair": "XDGUSD"}).result != first


def test_a_partial_fill_fills_its_part_as_the_order_arrives(tmp_path):
    opened = session(tmp_path)
    arm(opened, {"kind": "partial_fill", "fraction": "0.65", "times": 1})
    Caller(opened).ask("AddOrder", **limit("buy", under(opened.core), 100, cl_ord_id="a"))
    (order,) = opened.core.orders_of("a")
    assert (order.executed, order.status, opened.core.state.trades[0].maker) == (65, "open", True)


@pytest.mark.parametrize("endpoint", ["CancelOrder", "AmendOrder"])
def test_a_lost_race_fills_the_order_and_knows_it_no_more(tmp_path, endpoint):
    opened = session(tmp_path)
    caller = Caller(opened)
    caller.ask("AddOrder", **limit("buy", under(opened.core), 100, cl_ord_id="a"))
    arm(opened, {"kind": "cancel_race"})
    change = {"order_qty": "50"} if endpoint == "AmendOrder" else {}
    assert caller.ask(endpoint, cl_ord_id="a", **change)[1] == refusals.UNKNOWN_ORDER
    (order,) = opened.core.orders_of("a")
    assert (order.status, order.executed) == ("closed", 100)
