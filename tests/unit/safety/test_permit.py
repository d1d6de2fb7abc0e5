"""The last judgement before a call leaves: mode, kill file, permit, size."""

from decimal import Decimal

import msgspec
import pytest
from mode_world import RULES, ModeWorld, record

from holdfast.domain.intents import CancelOrder, PlaceOrder, RepriceOrder
from holdfast.domain.slots import Role, Side
from holdfast.safety.mode_state import Mode
from holdfast.safety.mode_store import StoreFault
from holdfast.safety.permissions import ALLOWED, Act, refusal
from holdfast.safety.permit import PermitBoundary, PermitTerms
from holdfast.safety.reader import DeskFacts

TEN = Decimal(10)
ENTRY = PlaceOrder("e1", Side.BUY, Role.ENTRY, Decimal("0.1"), Decimal(100))
EXIT = PlaceOrder("x1", Side.SELL, Role.EXIT, Decimal("0.11"), Decimal(90))
MOVED_ENTRY = RepriceOrder(
    client_order_id="e1", revision=1, price=Decimal("0.1"), size=Decimal(100)
)
MOVED_EXIT = RepriceOrder(client_order_id="x1", revision=1, price=Decimal("0.1"), size=Decimal(90))
CANCEL_ENTRY = CancelOrder(client_order_id="e1", role=Role.ENTRY)
CANCEL_EXIT = CancelOrder(client_order_id="x1", role=Role.EXIT)
ALL = (ENTRY, EXIT, MOVED_ENTRY, MOVED_EXIT, CANCEL_ENTRY, CANCEL_EXIT)


class Orders:
    """What the books know: one entry e1, one exit x1 of a lot of 90."""

    def role(self, client_order_id):
        return {"e1": Role.ENTRY, "x1": Role.EXIT}.get(client_order_id)

    def exit_size(self, client_order_id):
        return Decimal(90) if client_order_id == "x1" else Decimal(0)


class Gate:
    def __init__(self, world, **terms):
        given = {"tenant": "canary", "symbol": "BTC/USD", "max_notional": TEN} | terms
        self.terms = PermitTerms(**given)
        self.boundary = PermitBoundary(world.execution, lambda: self.terms, Orders())

    def ask(self, intent, notional=TEN):
        return self.boundary.refusal(intent, notional)

    def mint(self):
        return self.boundary.mint()


def in_mode(world, mode):
    """Bring a desk into a mode by what really leads there."""
    if mode is Mode.BOOT:
        return
    world.put(record(7))
    facts = DeskFacts(open_orders=2, unmet=())
    world.reader.tick(facts)
    world.reader.booted()
    if mode is Mode.DRY:
        return
    world.reader.read()
    if mode is Mode.ARMING:
        return
    world.tick(5, facts)
    world.tick(5, facts)
    if mode is Mode.DRAIN:
        world.store.fault = StoreFault("gone")
        world.tick(5, facts)
    elif mode is Mode.ESTOP:
        world.execution.stop("api")


# BOOT, DRY, ARMING, LIVE, DRAIN, ESTOP; "" is allowed
TABLE = {
    "entry": (ENTRY, "mode_boot", "mode_dry", "mode_arming", "", "mode_drain", "mode_estop"),
    "exit": (EXIT, "mode_boot", "live_position_in_dry", "live_position_in_dry", "", "", "mode_estop"),
    "amend entry": (MOVED_ENTRY, "mode_boot", "mode_dry", "mode_arming", "", "mode_drain", "mode_estop"),
    "amend exit": (MOVED_EXIT, "mode_boot", "live_position_in_dry", "live_position_in_dry", "", "", "mode_estop"),
    "cancel entry": (CANCEL_ENTRY, "mode_boot", "mode_dry", "mode_arming", "", "", ""),
    "cancel exit": (CANCEL_EXIT, "mode_boot", "live_position_in_dry", "live_position_in_dry", "", "", "mode_estop"),
}  # fmt: skip


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("row", sorted(TABLE))
def test_each_mode_allows_what_the_table_says(world, mode, row):
    in_mode(world, mode)
    assert world.mode == mode
    gate = Gate(world)
    gate.mint()
    intent, *answers = TABLE[row]
    assert gate.ask(intent) == answers[list(Mode).index(mode)]


@pytest.mark.parametrize("mode", list(Mode))
def test_only_dry_and_arming_simulate(world, mode):
    in_mode(world, mode)
    answer = Gate(world).boundary.simulation_refusal()
    assert (answer == "") == (mode in {Mode.DRY, Mode.ARMING})


def test_halt_does_not_even_simulate(tmp_path):
    world = ModeWorld(tmp_path, msgspec.structs.replace(RULES, most="HALT"))
    in_mode(world, Mode.DRY)
    assert Gate(world).boundary.simulation_refusal() == "mode_halt"


def test_every_mode_and_act_has_an_answer():
    for mode in Mode:
        for act in Act:
            assert (refusal(mode, act) == "") == (act in ALLOWED[mode])


def test_permit_checked_at_http_boundary(world):
    in_mode(world, Mode.LIVE)
    gate = Gate(world)
    assert gate.ask(ENTRY) == "permit_missing"
    assert gate.ask(EXIT) == "permit_missing"
    gate.mint()
    assert (gate.ask(ENTRY), gate.ask(EXIT)) == ("", "")
    world.execution.stop("api")
    assert gate.ask(ENTRY) == "mode_estop", "a stop between commit and call is honoured"


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.LIVE])
def test_a_permit_is_minted_in_live_alone(world, mode):
    in_mode(world, mode)
    assert Gate(world).mint() is None


def test_a_permit_says_epoch_market_and_size(world):
    in_mode(world, Mode.LIVE)
    permit = Gate(world).mint()
    told = (permit.epoch, permit.tenant, permit.symbol, permit.max_notional, permit.expires_mono)
    assert told == (7, "canary", "BTC/USD", TEN, world.clock.now + 3)


@pytest.mark.parametrize(("later", "answer"), [(2.9, ""), (3.0, ""), (3.1, "permit_expired")])
def test_a_permit_ends_by_itself(world, later, answer):
    in_mode(world, Mode.LIVE)
    gate = Gate(world)
    gate.mint()
    world.clock.sleep(later)
    assert gate.ask(ENTRY) == answer


@pytest.mark.plan("004-003")
@pytest.mark.parametrize("gap", [13.0, 14.0])
def test_a_permit_never_outlives_the_last_good_read(world, gap):
    in_mode(world, Mode.LIVE)
    gate = Gate(world)
    world.clock.sleep(gap)
    assert gate.mint().expires_mono == pytest.approx(10.0 + 15.0)
    world.clock.now = 25.0
    assert gate.ask(ENTRY) == ""
    world.clock.now = 25.001
    assert gate.ask(ENTRY) == "mode_drain"
    assert gate.ask(EXIT) == "", "an exit needs no permit once the desk drains"


def test_a_permit_never_outlives_the_lease(tmp_path):
    world = ModeWorld(tmp_path, msgspec.structs.replace(RULES, live_lease_s=12.0, renew_after_s=99))
    in_mode(world, Mode.LIVE)
    assert Gate(world).mint().expires_mono == pytest.approx(12.0)


def test_a_permit_of_an_older_epoch_is_worth_nothing(world):
    in_mode(world, Mode.LIVE)
    gate = Gate(world)
    gate.mint()
    world.put(record(8))
    world.reader.read()
    assert gate.ask(ENTRY) == "permit_epoch"
    gate.mint()
    assert gate.ask(ENTRY) == ""


@pytest.mark.plan("004-022", "004-071")
@pytest.mark.parametrize(
    ("notional", "answer"),
    [("9.99", ""), ("10", ""), ("10.00", ""), ("10.01", "notional_above_cap")],
)
def test_the_cap_of_notional_is_inclusive_and_for_entries_alone(world, notional, answer):
    in_mode(world, Mode.LIVE)
    gate = Gate(world)
    gate.mint()
    assert gate.ask(ENTRY, Decimal(notional)) == answer
    assert gate.ask(MOVED_ENTRY, Decimal(notional)) == answer
    assert gate.ask(EXIT, Decimal(notional)) == "", "an exit is bounded by what is held"


def test_a_canary_names_its_cap(tmp_path):
    world = ModeWorld(tmp_path, msgspec.structs.replace(RULES, most="CANARY_LIVE"))
    in_mode(world, Mode.LIVE)
    gate = Gate(world)
    gate.mint()
    assert gate.ask(ENTRY, Decimal("10.01")) == "canary_notional"


def test_no_cap_lets_nothing_through_and_a_lowered_one_counts_at_once(world):
    in_mode(world, Mode.LIVE)
    gate = Gate(world)
    gate.mint()
    gate.terms = msgspec.structs.replace(gate.terms, max_notional=Decimal(0))
    assert gate.ask(ENTRY, Decimal("0.01")) == "notional_above_cap"


@pytest.mark.parametrize(("size", "answer"), [("89", ""), ("90", ""), ("90.1", "exit_above_held")])
def test_an_exit_is_no_larger_than_what_is_held(world, size, answer):
    in_mode(world, Mode.DRAIN)
    exit_ = PlaceOrder("x1", Side.SELL, Role.EXIT, Decimal("0.11"), Decimal(size))
    assert Gate(world).ask(exit_) == answer


def test_a_symbol_that_is_not_listed_gets_no_entry_and_keeps_its_exits(world):
    in_mode(world, Mode.LIVE)
    gate = Gate(world, symbols=frozenset({"ETH/USD"}))
    gate.mint()
    assert (gate.ask(ENTRY), gate.ask(EXIT)) == ("symbol_not_allowed", "")
    gate.terms = msgspec.structs.replace(gate.terms, symbol="ETH/USD")
    assert gate.ask(ENTRY) == "permit_symbol"


def test_an_amend_of_an_order_nobody_knows_is_judged_as_an_entry(world):
    in_mode(world, Mode.DRAIN)
    stranger = RepriceOrder(client_order_id="?", revision=1, price=TEN, size=TEN)
    assert Gate(world).ask(stranger) == "mode_drain"


@pytest.mark.plan("004-069")
def test_the_kill_file_is_looked_at_on_each_judgement(world):
    in_mode(world, Mode.LIVE)
    gate = Gate(world)
    gate.mint()
    assert gate.ask(ENTRY) == ""
    world.files.kill_path.touch()
    assert [gate.ask(each) for each in (ENTRY, EXIT, CANCEL_EXIT)] == ["mode_estop"] * 3
    assert gate.ask(CANCEL_ENTRY) == ""
    world.files.kill_path.unlink()
    assert gate.ask(ENTRY) == "mode_estop", "removing the file takes no stop back"


def test_the_policy_may_keep_entries_through_a_stop(world):
    in_mode(world, Mode.ESTOP)
    assert Gate(world, cancel_entries_when_stopped=False).ask(CANCEL_ENTRY) == "mode_estop"


def test_a_broken_glass_lets_exits_through_a_stop_for_its_time_and_nothing_else(world):
    in_mode(world, Mode.ESTOP)
    gate = Gate(world)
    world.execution.break_glass(60, "ada", "gap in the market")
    assert [gate.ask(each) == "" for each in ALL] == [False, True, False, True, True, True]
    world.clock.sleep(60)
    assert gate.ask(EXIT) == "mode_estop"
    assert "break_glass:ada" in world.execution.take_notes()[-1].cause
