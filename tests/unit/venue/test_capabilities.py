"""What exchanges offer; ccxt's own tables are read, no network."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holdfast.cli.app import application
from holdfast.domain.errors import VenueRefused
from holdfast.venue.capabilities import Described, judge
from holdfast.venue.ccxt_venue import offer

SOURCE = Path(__file__).resolve().parents[3] / "src" / "holdfast"
KRAKEN = dict.fromkeys(
    [
        "spot",
        "createOrder",
        "editOrder",
        "cancelOrder",
        "fetchOpenOrders",
        "fetchClosedOrders",
        "fetchMyTrades",
        "fetchBalance",
        "fetchTicker",
        "fetchTime",
    ],
    True,
)
POST_ONLY = {"spot": {"createOrder": {"timeInForce": {"PO": True}}}}
KEYS = {"apiKey": True, "secret": True, "password": False}


def judged(exchange="kraken", has=None, features=None, credentials=None, precision_mode=4):
    return judge(
        Described(
            exchange=exchange,
            has={**KRAKEN, **(has or {})},
            features=POST_ONLY if features is None else features,
            credentials=credentials or KEYS,
            precision_mode=precision_mode,
        )
    )


def states(found):
    return {one.name: one.state for one in found.capabilities}


def test_kraken_offers_all_a_desk_needs():
    found = offer("kraken")
    assert set(states(found).values()) == {"present"}
    assert found.safe
    found.demand_safe()


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        ("fetchMyTrades", "own trades"),
        ("fetchTime", "server time"),
        ("fetchOpenOrders", "open orders"),
        ("fetchBalance", "balances"),
    ],
)
def test_each_thing_that_is_missing_makes_live_use_unsafe(taken, missing):
    found = judged(has={taken: False})
    assert [name for name, state in states(found).items() if state != "present"] == [missing]
    with pytest.raises(VenueRefused, match=missing):
        found.demand_safe()


def test_what_ccxt_only_emulates_counts_as_missing():
    found = judged(has={"fetchOpenOrders": "emulated"})
    assert states(found)["open orders"] == "missing"


def test_without_post_only_an_exchange_is_not_safe():
    assert states(judged(features={}))["post only"] == "missing"


def test_prices_by_digits_or_a_password_beside_the_key_are_not_supported():
    assert states(judged(precision_mode=3))["price ticks"] == "missing"
    assert states(judged(credentials=KEYS | {"password": True}))["key and secret"] == "missing"


def test_cancelling_stands_in_for_amending():
    assert judged(has={"editOrder": False}).safe
    assert not judged(has={"editOrder": False, "cancelOrder": False}).safe


def test_an_exchange_that_was_never_proven_is_unsafe_whatever_ccxt_says():
    found = judged("elsewhere")
    unsafe = [name for name, state in states(found).items() if state == "unsafe"]
    assert "deadline" in unsafe
    assert "look up by client order id" in unsafe
    assert not found.safe


def test_the_command_says_what_is_there_and_exits_0_where_live_use_is_safe():
    result = CliRunner().invoke(application("venue"), ["venue", "check", "kraken"])
    assert result.exit_code == 0
    assert "kraken: live trading is allowed" in result.stdout
    assert "post only" in result.stdout


def test_the_command_exits_3_where_live_use_is_unsafe():
    result = CliRunner().invoke(application("venue"), ["venue", "check", "binance", "--json"])
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    assert document["safe"] is False
    assert {"name": "deadline", "state": "unsafe"} in [
        {"name": one["name"], "state": one["state"]} for one in document["capabilities"]
    ]


def test_an_exchange_nobody_knows_is_named():
    result = CliRunner().invoke(application("venue"), ["venue", "check", "nowhere"])
    assert isinstance(result.exception, VenueRefused)


def test_one_file_alone_speaks_of_ccxt_and_none_imports_it_on_loading():
    loading, naming = [], []
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                loading += [path.name for one in node.names if one.name.split(".")[0] == "ccxt"]
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ccxt":
                loading.append(path.name)
            if isinstance(node, ast.Constant) and node.value == "ccxt" and _is_import(tree, node):
                naming.append(path.name)
    assert loading == []
    assert naming == ["ccxt_venue.py"]


def _is_import(tree, constant):
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(
        getattr(call.func, "id", getattr(call.func, "attr", "")) in {"import_module", "__import__"}
        and constant in call.args
        for call in calls
    )


def test_the_command_line_and_the_venue_load_without_ccxt():
    looked = "import sys, holdfast.cli, holdfast.venue.ccxt_venue; sys.exit('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", looked], check=False).returncode == 0
