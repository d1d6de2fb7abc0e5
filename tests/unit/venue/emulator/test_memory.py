"""What an exchange remembers over its own death."""

import json

import pytest
from emulated import ORIGIN, SECOND, Caller, limit, session, under

from holdfast.domain.errors import VenueError
from holdfast.venue.emulator.store import FILE_NAME


def busy(opened, rounds=12):
    """Let a client trade for a while, with refusals and amends in between."""
    caller = Caller(opened, nonce=opened.core.state.nonces.get("TEST_ONLY_KEY_desk", 0))
    for number in range(rounds):
        opened.move(opened.clock.now() + 20 * SECOND)
        price = under(opened.core, "0.9995")
        word = f"r{number}-{opened.clock.now() % 10**9}"
        caller.ask("AddOrder", **limit("buy", price, 20, cl_ord_id=word))
        caller.ask("AddOrder", **limit("buy", price, 5))
        caller.ask("AmendOrder", cl_ord_id=word, order_qty="30")
        caller.ask("BalanceEx")
        caller.ask("QueryOrders", txid="OX")
        if number % 3 == 0:
            caller.ask("CancelOrder", cl_ord_id=word)
        opened.public("Ticker", {})
    opened.office("flow", {"asset": "USD", "kind": "deposit", "amount": "5"})


def dead(opened):
    """Let go of a folder as a killed process does: nothing is written any more."""
    opened._store.close()


@pytest.mark.parametrize("lines", [20_000, 7])
def test_a_restart_gives_the_very_same_state(tmp_path, lines):
    opened = session(tmp_path, lines=lines)
    busy(opened)
    before = opened.core.state
    dead(opened)
    again = session(tmp_path, lines=lines)
    assert again.core.state == before
    assert len(before.trades) > 2
    assert before.rejects["EOrder:Order minimum not met"] == 12
    assert again.clock.now() == opened.clock.now()
    busy(again)
    assert len(again.core.state.orders) > len(opened.core.state.orders)


def test_a_restart_does_not_look_at_how_it_was_opened(tmp_path):
    opened = session(tmp_path, seed=7, tier="pro")
    dead(opened)
    again = session(tmp_path, seed=8, tier="starter", balances=())
    assert again.founding.market.seed == 7
    assert again.founding.tier == "pro"
    assert again.core.state.balances == opened.core.state.balances


def test_a_torn_last_line_was_never_answered_and_is_dropped(tmp_path):
    opened = session(tmp_path)
    caller = Caller(opened)
    caller.ask("AddOrder", **limit("buy", under(opened.core), 20, cl_ord_id="whole"))
    before = (tmp_path / FILE_NAME).read_bytes()
    caller.ask("AddOrder", **limit("buy", under(opened.core), 20, cl_ord_id="torn"))
    dead(opened)
    whole = (tmp_path / FILE_NAME).read_bytes()
    for cut in (len(before) + 1, len(whole) - 1):
        (tmp_path / FILE_NAME).write_bytes(whole[:cut])
        again = session(tmp_path)
        assert list(again.core.by_client) == ["whole"]
        assert (tmp_path / FILE_NAME).read_bytes() == before
        dead(again)


def test_a_changed_line_is_noticed(tmp_path):
    opened = session(tmp_path)
    Caller(opened).ask("AddOrder", **limit("buy", under(opened.core), 20))
    dead(opened)
    file = tmp_path / FILE_NAME
    file.write_bytes(file.read_bytes().replace(b'"volume":"20"', b'"volume":"30"'))
    with pytest.raises(VenueError, match=r"exchange.jsonl:2: the checksum does not fit"):
        session(tmp_path)


def test_a_line_is_on_the_disk_before_the_answer_is_there(tmp_path):
    opened = session(tmp_path)
    told, _ = Caller(opened).ask("AddOrder", **limit("buy", under(opened.core), 20))
    last = json.loads((tmp_path / FILE_NAME).read_bytes().splitlines()[-1])[1]
    assert (last["endpoint"], last["at"]) == ("AddOrder", ORIGIN)
    assert opened.core.state.orders[told["txid"][0]].vol == 20


def test_two_processes_never_share_a_memory(tmp_path):
    opened = session(tmp_path)
    with pytest.raises(VenueError, match="another exchange runs"):
        session(tmp_path)
    dead(opened)
    assert session(tmp_path).core.state.now == ORIGIN


def test_a_clean_end_leaves_one_line(tmp_path):
    opened = session(tmp_path)
    busy(opened)
    opened.close()
    assert len((tmp_path / FILE_NAME).read_bytes().splitlines()) == 1
    assert session(tmp_path).core.state == opened.core.state
