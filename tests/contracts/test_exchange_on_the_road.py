"""What a fault plan does on the road, as the ccxt class sees it; the administrator; start and stop."""

import json
import subprocess
import sys
import threading
import time
from zlib import crc32

import ccxt
import httpx
import msgspec
import pytest
from emulated import ORIGIN, SECOND, client

from holdfast.domain.errors import VenueUnavailable
from holdfast.venue.emulator.keys import make_test_key
from holdfast.venue.emulator.process import AdminClient, ExchangeProcess, read_address

SYMBOL = "DOGE/USD"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exchange")
    with ExchangeProcess(folder, "--lock-step", "--balance", "USD=10000") as process:
        yield process


@pytest.fixture
def admin(running):
    admin = running.administrator()
    admin.faults()
    for order in admin.state(rows=False)["open"]:
        admin.cancel(txid=order["txid"])
    admin.advance(300 * SECOND)
    return admin


@pytest.fixture
def exchange(running, admin):
    made = client(running.url)
    made.timeout = 1500
    made.load_markets()
    return made


def buy(exchange, word):
    price = exchange.fetch_ticker(SYMBOL)["last"] * 0.9
    params = {"postOnly": True, "clientOrderId": word}
    return exchange.create_order(SYMBOL, "limit", "buy", 100, price, params)


def accepted(admin, word):
    return admin.audit()["accepted"].get(word, 0)


@pytest.mark.parametrize(
    ("rule", "error", "placed"),
    [
        ({"kind": "drop_request"}, ccxt.NetworkError, 0),
        ({"kind": "drop_answer"}, ccxt.NetworkError, 1),
        ({"kind": "http_5xx", "status": 502}, ccxt.ExchangeNotAvailable, 0),
        ({"kind": "http_5xx", "status": 520, "when": "after"}, ccxt.ExchangeNotAvailable, 1),
        ({"kind": "delay", "seconds": 2, "when": "after"}, ccxt.RequestTimeout, 1),
        ({"kind": "delay", "seconds": "0.01"}, None, 1),
        ({"kind": "rate_limit"}, ccxt.DDoSProtection, 0),
        ({"kind": "invalid_nonce"}, ccxt.InvalidNonce, 0),
        ({"kind": "maintenance"}, ccxt.ExchangeNotAvailable, 0),
        ({"kind": "maintenance", "mode": "cancel_only"}, ccxt.OnMaintenance, 0),
        ({"kind": "error", "text": "EService:Busy"}, ccxt.ExchangeNotAvailable, 0),
        ({"kind": "error", "text": "EGeneral:Internal error", "when": "after"}, ccxt.ExchangeNotAvailable, 1),
        ({"kind": "partial_fill"}, None, 1),
    ],
)  # fmt: skip
def test_a_fault_is_an_error_of_its_kind_and_the_order_is_there_or_not(exchange, admin, rule, error, placed):  # fmt: skip
    word = f"f{crc32(str(rule).encode())}"
    matched = {} if rule["kind"] == "maintenance" else {"endpoints": ["AddOrder"], "times": 1}
    admin.faults({**rule, **matched})
    if error is None:
        assert buy(exchange, word)["id"]
    else:
        with pytest.raises(error):
            buy(exchange, word)
    assert accepted(admin, word) == placed
    admin.faults()
    found = exchange.fetch_open_orders(SYMBOL, params={"clientOrderId": word})
    assert len(found) == placed


def test_a_delay_before_the_effect_lets_the_client_leave_and_the_order_come_later(exchange, admin):
    admin.faults({"kind": "delay", "seconds": 2, "endpoints": ["AddOrder"], "times": 1})
    with pytest.raises(ccxt.RequestTimeout):
        buy(exchange, "late")
    assert accepted(admin, "late") == 0
    deadline = time.monotonic() + 10
    while accepted(admin, "late") == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert accepted(admin, "late") == 1


def test_a_plan_that_cannot_be_read_is_refused_and_the_old_one_stays(admin):
    admin.faults({"kind": "drop_answer", "endpoints": ["AddOrder"]})
    with pytest.raises(VenueUnavailable, match=r"rules.0.p: .* allowed: a number from 0 to 1"):
        admin.faults({"kind": "delay", "p": 7})
    assert [one["kind"] for one in admin.state(rows=False)["faults"]] == ["drop_answer"]
    admin.faults({"kind": "delay"}, append=True)
    assert [one["kind"] for one in admin.state(rows=False)["faults"]] == ["drop_answer", "delay"]


def test_an_order_by_hand_is_foreign_and_named_so(exchange, admin):
    told = admin.order(pair="XDGUSD", type="buy", ordertype="limit", price="0.05", volume="50")
    assert told["txid"] in admin.audit()["foreign"]
    (found,) = exchange.fetch_open_orders(SYMBOL)
    assert (found["id"], found["clientOrderId"]) == (told["txid"], None)
    with pytest.raises(VenueUnavailable, match="Order minimum"):
        admin.order(pair="XDGUSD", type="buy", ordertype="limit", price="0.05", volume="5")


def test_the_administrator_needs_the_token_but_the_clock_may_be_read(running, admin):
    url = running.url
    for path in ("state", "audit"):
        assert httpx.get(f"{url}/emulator/{path}").status_code == 401
    for verb in ("clock", "faults", "order", "flow", "fill", "cancel"):
        assert httpx.post(f"{url}/emulator/{verb}", json={}).status_code == 401, verb
    assert httpx.get(f"{url}/emulator/clock").json()["now_us"] == admin.now()
    assert httpx.get(f"{url}/emulator/health").json()["ok"] is True
    assert httpx.post(f"{url}/emulator/steal", json={}).status_code == 404


def test_a_caller_is_parked_until_its_time_and_named_while_it_waits(running, admin):
    until = admin.now() + 10 * SECOND
    reached = []
    other = AdminClient(admin.address)
    waiting = threading.Thread(target=lambda: reached.append(other.park(until, "desk")))
    waiting.start()
    parked = admin.await_parked(1)["parked"]
    assert parked == [{"name": "desk", "until_us": until}]
    admin.advance(10 * SECOND - 1)
    assert len(admin.await_parked(1)["parked"]) == 1
    assert reached == []
    admin.advance(1)
    waiting.join(10)
    assert reached == [until]
    assert admin.await_parked(0)["parked"] == []
    assert admin.park(until, "too late") == until


def test_a_parked_caller_that_leaves_is_forgotten(running, admin):
    url, until = running.url, admin.now() + SECOND
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{url}/emulator/park", json={"until_us": until}, timeout=0.3)
    deadline = time.monotonic() + 5
    while admin.await_parked(0)["parked"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert admin.await_parked(0)["parked"] == []


@pytest.mark.parametrize(
    ("given", "status"),
    [({"to_us": 1}, 409), ({}, 400), ({"advance_us": -1}, 400), ({"advance_us": "x"}, 400),
     ({"advance_us": True}, 400), ({"advance_us": 1, "to_us": 2}, 400)],
)  # fmt: skip
def test_a_clock_is_moved_forward_by_whole_microseconds_only(running, admin, given, status):
    headers = {"authorization": f"Bearer {admin.address.token}"}
    before = admin.now()
    told = httpx.post(f"{running.url}/emulator/clock", json=given, headers=headers)
    assert told.status_code == status
    assert admin.now() == before


def test_an_unknown_endpoint_is_kraken_s_unknown_method(running):
    told = httpx.get(f"{running.url}/0/public/Nothing").json()
    assert told == {"error": ["EGeneral:Unknown method"]}
    told = httpx.post(f"{running.url}/0/private/Withdraw", data={"nonce": "1"}).json()
    assert told == {"error": ["EGeneral:Unknown method"]}


def test_a_running_clock_goes_on_while_the_exchange_is_dead(tmp_path):
    process = ExchangeProcess(tmp_path, "--speed", "1000", "--balance", "USD=10").start()
    first = process.administrator().now()
    assert process.kill() == -9
    time.sleep(0.3)
    second = process.start().administrator().now()
    assert second - first > 300 * SECOND
    with pytest.raises(VenueUnavailable, match="runs by itself"):
        process.administrator().advance(1)
    until = process.administrator().now() + 300 * SECOND
    assert process.administrator().park(until) >= until
    assert process.stop() == 0


def test_a_clean_stop_takes_the_address_away_and_a_taken_port_gives_the_next(tmp_path):
    first = ExchangeProcess(tmp_path / "a").start()
    port = first.administrator().address.port
    second = ExchangeProcess(tmp_path / "b").start(port)
    assert port < second.administrator().address.port < port + 100
    assert (tmp_path / "b" / "venue.json").stat().st_mode & 0o777 == 0o600
    assert (second.stop(), first.stop()) == (0, 0)
    assert read_address(tmp_path / "a") is None
    again = ExchangeProcess(tmp_path / "a", "--lock-step").start()
    assert again.administrator().now() > ORIGIN  # what it is was decided when its folder was new
    assert again.stop() == 0


def test_a_plan_file_goes_on_where_it_was_after_a_death_and_keys_come_from_a_file(tmp_path):
    plan, keys = tmp_path / "plan.yaml", tmp_path / "keys.json"
    plan.write_text("rules:\n  - {kind: rate_limit, endpoints: [BalanceEx], times: 1}\n")
    key = make_test_key("filed", permissions=("query-funds",))
    keys.write_text(json.dumps({"keys": [json.loads(msgspec.json.encode(key))]}))
    options = ("--lock-step", "--faults", str(plan), "--keys", str(keys))
    process = ExchangeProcess(tmp_path / "x", *options).start()
    try:
        exchange = client(process.url, key)
        with pytest.raises(ccxt.DDoSProtection):
            exchange.fetch_balance()
        process.kill()
        process.start()
        again = client(process.url, key)
        assert again.fetch_balance()["info"]["result"] == {}
        (rule,) = process.administrator().state(rows=False)["faults"]
        assert (rule["met"], rule["acted"]) == (2, 1)
        with pytest.raises(ccxt.AuthenticationError):
            client(process.url).fetch_balance()
        with pytest.raises(ccxt.PermissionDenied):
            again.fetch_open_orders()
        assert process.administrator().state(rows=False)["rejects"] == {
            "EAPI:Rate limit exceeded": 1,
            "EAPI:Invalid key": 1,
            "EGeneral:Permission denied": 1,
        }
    finally:
        process.stop()


def test_an_exchange_ends_with_the_process_that_started_it(tmp_path):
    code = (
        "import os, sys; from pathlib import Path\n"
        "from holdfast.venue.emulator.process import ExchangeProcess\n"
        "process = ExchangeProcess(Path(sys.argv[1])).start()\n"
        "print(process.administrator().address.pid, flush=True); os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip().isdigit()) == (9, True), done.stderr
    deadline = time.monotonic() + 15
    while (tmp_path / "venue.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not (tmp_path / "venue.json").exists()


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--balance", "GOLD=1"], "no such name"),
        (["--balance", "USD=much"], "no amount"),
        (["--speed", "0"], "above 0"),
        (["--candle-seconds", "7"], "does not divide a minute"),
        (["--faults", "nowhere.yaml"], "no such file"),
        (["--keys", "nowhere.yaml"], "no such file"),
    ],
)
def test_a_fault_of_the_command_line_opens_nothing(tmp_path, options, fault):
    log = tmp_path / "log"
    with pytest.raises(VenueUnavailable, match=fault):
        ExchangeProcess(tmp_path / "x", *options, log=log).start()
    assert list((tmp_path / "x").iterdir()) == []
    assert "Traceback" not in log.read_text()
