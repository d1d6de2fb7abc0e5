"""A saved state is read strictly, judged by itself and by its profile, and carried over exactly."""

import json
from copy import deepcopy
from decimal import Decimal

import msgspec
import pytest
from saved_state import AT, NOW, POSITION, RECOVERY, RULES, frame_of, saved_file, with_recovery

from holdfast.domain.events import InventoryMoved, OrderPlaced, PositionImported, SlotImported
from holdfast.domain.market import SECOND, Regime
from holdfast.domain.slots import Block
from holdfast.ledger.earlier.carry import carry
from holdfast.ledger.earlier.fits import demand_fit
from holdfast.ledger.earlier.read import read_saved
from holdfast.ledger.earlier.refusal import ImportRefused
from holdfast.ledger.earlier.sound import demand_sound
from holdfast.ledger.memory import MemoryLedger


@pytest.fixture
def read(tmp_path):
    def read(file):
        path = tmp_path / "state.json"
        path.write_text(file if isinstance(file, str) else json.dumps(file))
        return read_saved(path)

    return read


@pytest.fixture
def judge(read):
    """Judge and carry over, as the command does; nothing is written by any of it."""

    def judge(file, frame=None):
        saved, frame = read(file), frame or frame_of()
        demand_sound(saved)
        demand_fit(saved, frame)
        return carry(saved, frame)

    return judge


def changed(where, value, file=None):
    """Change one place of a file: a path of keys and numbers."""
    file = deepcopy(file or saved_file())
    part = file
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    return file


STATE = ("slots", 0, "state")
EXIT, ENTRY = (*STATE, "orders", 0), (*STATE, "orders", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "it is no object"),
        ("{}", "it has no `slots`"),
        ('{"slots": 3}', "slots: is neither a list nor a map"),
        ('{"slots": {"one": {}}}', "slots.'one': is no slot id"),
        ('{"slots": [{"slot_id": 0, "slot_id": 1}]}', "'slot_id': stands twice"),
        ('{"slots": [{"slot_id": NaN}]}', "holds NaN; allowed: finite numbers"),
        ('{"slots": [{"slot_id": -Infinity}]}', "holds -Infinity"),
        ('{"slots": []}', "slots: holds no slot"),
        ("[" * 100_000, "is not JSON"),
        ("\ufeff{}", "is not JSON"),
    ],
)
def test_what_is_no_saved_state_is_refused(judge, text, said):
    with pytest.raises(ImportRefused) as caught:
        judge(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("version",), "doge-v2", "version: Invalid enum value"),
        (("pair",), "XBTUSD", "pair: the state is of 'XBTUSD'; allowed: DOGE/USD"),
        (("symbol",), "DOGE/EUR", "symbol: the state is of 'DOGE/EUR'"),
        (("slots", 0, "slot_id"), -1, "has a negative id"),
        (("slots", 0, "sticky"), "yes", "slots[0].sticky: Expected `bool`"),
        (("slots", 0, "reserve"), 5, "slots[0]: Object contains unknown field `reserve`"),
        ((*STATE, "layers"), 2, "state: Object contains unknown field `layers`"),
        ((*EXIT, "note"), "x", "orders[0]: Object contains unknown field `note`"),
        ((*STATE, "mode_source"), "momentum", "mode_source: Invalid enum value"),
        ((*STATE, "total_profit"), "NaN", "slot 0 total_profit: NaN is no amount"),
        ((*STATE, "total_fees"), 1e300, "slot 0 total_fees: 1E+300 is no amount"),
        ((*STATE, "total_fees"), -0.1, "slot 0 total_fees: -0.1 is negative"),
        ((*STATE, "total_round_trips"), -1, "slot 0 total_round_trips: -1 is negative"),
        ((*STATE, "cycle_a"), 0, "slot 0 cycle_a: is 0; allowed: above 0"),
        ((*STATE, "cycle_a"), True, "cycle_a: Expected `int`, got `bool`"),
        ((*STATE, "now"), 1e15, "slot 0 now: 1000000000000000.0 is no amount"),
        ((*STATE, "phase"), "S2", "slot 0 phase: says S2, its exits say S1b"),
        ((*STATE, "next_order_id"), 5, "slot 0 order 5: is not below next_order_id 5"),
        ((*EXIT, "volume"), 0, "slot 0 order 5 volume: is 0"),
        ((*EXIT, "price"), -0.1, "slot 0 order 5 price: -0.1 is negative"),
        ((*EXIT, "entry_price"), 0, "slot 0 order 5 entry_price: is 0"),
        ((*EXIT, "side"), "buy", "slot 0 order 5: exit of leg B is a buy; allowed: sell"),
        ((*EXIT, "trade_id"), "C", "trade_id: Invalid enum value 'C'"),
        ((*EXIT, "local_id"), 4, "slot 0: local_id 4 stands 2 times"),
        ((*EXIT, "txid"), "OA-ENTRY", "slots: txid 'OA-ENTRY' stands 2 times"),
        ((*EXIT, "regime_at_entry"), 3, "regime_at_entry: 3 is no regime"),
        ((*EXIT, "price"), 0.0915001, "slot 0 order 5 price: 0.0915001 is no multiple of 0.000001"),
        ((*EXIT, "volume"), 20.5, "volume: 20.5 is no multiple of 1; allowed"),
        ((*EXIT, "volume"), 12, "12 at 0.0915 is less than the market takes; allowed: 13"),
    ],
)
def test_a_bad_value_is_refused_with_its_place(judge, where, value, said):
    with pytest.raises(ImportRefused) as caught:
        judge(changed(where, value))
    assert said in str(caught.value)


def test_one_sided_both_ways_is_refused(judge):
    with pytest.raises(ImportRefused, match="long_only and short_only at once"):
        judge(saved_file(long_only=True, short_only=True))


def test_a_leg_rests_one_order(judge):
    file = saved_file()
    second = dict(file["slots"][0]["state"]["orders"][1], local_id=3, txid="OA-TWO")
    file["slots"][0]["state"]["orders"].append(second)
    with pytest.raises(ImportRefused, match="leg with an order 'A' stands 2 times"):
        judge(file)


def test_a_slot_id_that_stands_twice_is_refused(judge):
    file = saved_file()
    file["slots"] += file["slots"]
    with pytest.raises(ImportRefused, match="slot id 0 stands 2 times"):
        judge(file)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"slots": 0}, "the file has 1 slots; allowed: 0"),
        ({"order_cap": 1}, "2 orders rest; allowed: 1"),
        ({"balances": {"DOGE": Decimal(40), "USD": Decimal(1)}}, "hold 41 DOGE; allowed: 40"),
        ({"balances": {}}, "do: raise opening_base_per_slot"),
    ],
)
def test_what_the_profile_has_no_room_for_is_refused(judge, changes, said):
    with pytest.raises(ImportRefused) as caught:
        judge(saved_file(), frame_of(**changes))
    assert said in str(caught.value)


def test_at_each_bound_of_the_profile_a_state_is_taken_in(judge):
    just = {"DOGE": Decimal(41), "USD": Decimal(0)}
    assert judge(saved_file(), frame_of(slots=1, order_cap=2, balances=just)).placed
    assert judge(changed((*EXIT, "volume"), 13)).placed


def test_recoveries_and_cycling_slots_are_refused_with_instructions_where_orphans_are_removed(
    judge,
):
    gone = frame_of(recoveries=False)
    with pytest.raises(
        ImportRefused, match=r"slot 0: holds 1 recovery orders .* soft_close .*kept"
    ):
        judge(with_recovery(), gone)
    cycling = saved_file()
    cycling["slots"][0]["sticky"] = False
    with pytest.raises(ImportRefused, match=r"slot 0 sticky: is a cycling slot .* make it sticky"):
        judge(cycling, gone)
    assert judge(saved_file(), gone).slots[0].sticky


def test_a_slot_that_does_not_say_is_sticky(judge):
    assert judge(saved_file()).slots[0].sticky
    assert judge(changed(("slots", 0, "sticky"), False)).slots[0].sticky is False
    state = saved_file()["slots"][0]["state"]
    for slots in ({"7": state}, {"7": {"sticky": True, "state": state}}):
        (slot,) = judge({"slots": slots}).slots
        assert (slot.slot_id, slot.sticky) == (7, True)


def folded(carried):
    ledger = MemoryLedger("DOGE", "USD")
    ledger.commit(AT, carried.entries)
    return ledger.restore()


def test_legs_lots_orders_and_totals_are_what_was_saved(judge):
    carried = judge(saved_file())
    slot = folded(carried).slots[0]
    assert (slot.a.cycle, slot.b.cycle, slot.round_trips) == (2, 3, 3)
    assert (slot.net_profit, slot.settled, slot.fees) == (
        Decimal("0.0625"),
        Decimal("0.071"),
        Decimal("0.0375"),
    )
    assert (slot.a.order.price, slot.a.order.size, slot.a.lot) == (Decimal("0.091"), 21, None)
    assert (slot.b.order.price, slot.b.order.size, slot.b.losses) == (Decimal("0.0915"), 20, 1)
    assert slot.b.lot.cost == Decimal("0.0905") * 20
    assert slot.b.lot.regime is Regime.RANGING
    assert slot.next_local_id == 6


def test_the_venues_own_names_of_what_rested_are_kept(judge):
    carried = judge(saved_file())
    (joined,) = [one for one in carried.entries if isinstance(one, SlotImported)]
    names = {one.client_order_id: one.role.value for one in carried.placed}
    told = {names[ours]: theirs for ours, theirs in joined.resting.items()}
    assert told == {"exit": "OB-EXIT", "entry": "OA-ENTRY"}


def test_what_is_held_comes_from_outside_and_every_asset_sums_to_zero(judge):
    for file in (saved_file(), with_recovery()):
        books = folded(judge(file))
        assert not any(books.accounts.sums().values())
    fee = Decimal("0.004525")
    balances = folded(judge(saved_file())).accounts.balances
    assert balances["slot:0", "DOGE"] == -20
    assert balances["slot:0", "USD"] == Decimal("1.81")
    assert balances["external", "USD"] == -Decimal("1.81") - fee
    assert balances["fees", "USD"] == fee


def test_an_order_that_never_left_is_not_invented(judge):
    file = changed((*EXIT, "txid"), "", changed((*ENTRY, "txid"), ""))
    carried = judge(file)
    assert not [one for one in carried.entries if isinstance(one, OrderPlaced)]
    slot = folded(carried).slots[0]
    assert (slot.a.order, slot.a.lot, slot.a.block) == (None, None, Block.PACING)
    assert slot.b.order is None
    assert slot.b.lot.size == 20


@pytest.mark.parametrize(
    ("changes", "block"),
    [
        ({}, Block.PACING),
        ({"long_only": True, "mode_source": "balance"}, Block.BALANCE),
        ({"long_only": True, "mode_source": "regime"}, Block.REGIME),
        ({"cooldown_until_a": NOW + 3_600}, Block.PACING),
        ({"cooldown_until_a": NOW + 3_601}, Block.COOLDOWN),
    ],
)
def test_an_idle_leg_keeps_the_reason_it_had(judge, changes, block):
    file = saved_file(**changes)
    del file["slots"][0]["state"]["orders"][1]
    assert judge(file).slots[0].a.block is block


@pytest.mark.plan("002-007", "002-144", "002-145", "002-147")
def test_each_exit_has_an_open_position_with_the_cost_that_is_known(judge):
    (estimated,) = positions(judge(saved_file()))
    assert (estimated.position_id, estimated.slot_mode) == ("s0-B-c3", "legacy")
    assert estimated.entry_cost == Decimal("1.81")
    assert (estimated.entry_price, estimated.entry_fee) == (Decimal("0.0905"), Decimal("0.004525"))
    assert estimated.entry_time == (NOW - 100) * SECOND
    assert (estimated.exit_price, estimated.target_profit_pct) == (Decimal("0.0915"), 1)
    file = saved_file() | {"position_ledger": [POSITION | {"entry_cost": 1.8104}]}
    (known,) = positions(judge(file))
    assert known.entry_cost == Decimal("1.8104")
    assert (known.entry_price, known.entry_fee) == (Decimal("0.090501"), Decimal("0.0046"))
    assert known.entry_time == (NOW - 101) * SECOND
    assert (known.exit_price, known.target_profit_pct) == (Decimal("0.0925"), Decimal("1.25"))


def positions(carried):
    return [one for one in carried.entries if isinstance(one, PositionImported)]


def test_a_profile_without_a_position_ledger_opens_no_position(judge):
    rules = msgspec.structs.replace(RULES, positions=False)
    assert not positions(judge(saved_file(), frame_of(rules=rules)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"slot_mode": "churner"}, "position 7: is a churner's, and open"),
        ({"cycle": 2}, "position 7: is open, and slot 0 has no exit of B 2"),
        ({"entry_volume": 19}, "position 7 entry_volume: is of 19, its exit of 20"),
        ({"entry_cost": 0}, "position 7 entry_cost: is 0"),
        ({"status": "unknown"}, "position_ledger[0].status: Invalid enum value"),
    ],
)
def test_an_open_position_that_is_no_exits_is_refused(judge, changes, said):
    with pytest.raises(ImportRefused) as caught:
        judge(saved_file() | {"position_ledger": [POSITION | changes]})
    assert said in str(caught.value)


def test_two_open_positions_of_one_exit_are_refused(judge):
    rows = [POSITION, POSITION | {"position_id": 8}]
    with pytest.raises(ImportRefused, match="position 8: is of the same exit as position 7"):
        judge(saved_file() | {"position_ledger": rows})


def test_a_recovery_keeps_its_number_its_lot_and_its_order(judge):
    carried = judge(with_recovery())
    (recovery,) = folded(carried).slots[0].recoveries
    assert (recovery.recovery_id, recovery.reason) == (1, "s1_timeout")
    assert (recovery.order.price, recovery.order.size) == (Decimal("0.088"), 22)
    assert recovery.lot.cost == Decimal("0.089") * 22
    assert {one.position_id for one in positions(carried)} == {"s0-B-c3", "s0-A-c1"}
    moved = [one for one in carried.entries if isinstance(one, InventoryMoved) and one.base]
    assert {one.base for one in moved} == {20, -22}


def test_a_recovery_of_the_cycle_its_leg_is_in_is_refused(judge):
    file = with_recovery(trade_id="B", side="sell", cycle=3)
    with pytest.raises(ImportRefused, match="exit of leg and cycle 'B 3' stands 2 times"):
        judge(file)
    assert RECOVERY["cycle"] == 1


def test_a_market_that_begins_before_the_state_was_saved_moves_its_times_back(judge):
    at = (NOW - 86_400) * SECOND
    carried = judge(saved_file(), frame_of(at=at))
    assert carried.moved_back == 86_400 * SECOND
    assert positions(carried)[0].entry_time == at - 100 * SECOND
    assert judge(saved_file(), frame_of(at=NOW * SECOND)).moved_back == 0
    assert judge(saved_file(), frame_of(at=NOW * SECOND - 1)).moved_back == 1


def test_orders_the_market_has_passed_are_not_sent(judge):
    passed = judge(saved_file(), frame_of(mark=Decimal("0.0910")))
    assert {one.role.value for one in passed.placed if one.client_order_id in passed.crossing} == {
        "entry"
    }
    assert [one.role.value for one in passed.orders] == ["exit"]
    assert not judge(saved_file(), frame_of(mark=Decimal("0.090999"))).crossing


def test_what_is_left_behind_is_named(read):
    assert read(saved_file() | {"mode": "RUNNING", "churner": {}}).left_behind == (
        "churner",
        "mode",
    )
