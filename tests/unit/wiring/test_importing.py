"""The command that brings a saved state in: what it writes, refuses and prints, and the desk after it."""

import json
from contextlib import ExitStack, contextmanager
from copy import deepcopy

import pytest
import typer
from saved_state import POSITION, saved_file, with_recovery
from typer.testing import CliRunner

from holdfast.cli import ledger as commands
from holdfast.desk.control.verb_rules import audit_differences
from holdfast.desk.status.tally_restore import cycle_sums
from holdfast.desk.tick import tick
from holdfast.ledger.connect import connect
from holdfast.ledger.paths import runtime
from holdfast.ledger.verify import verify
from holdfast.wiring.live import DeskOptions, open_desk

PROFILE = """
env: paper
venue: paper
symbol: DOGE/USD
settings:
  slots: 2
  market_seed: 7
  market_start_price: 0.09
  order_size_usd: 2.0
"""


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Make a home with one paper profile that was never started."""
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    (profiles / "paper.yaml").write_text(PROFILE)
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(profiles))
    return House(tmp_path)


class House:
    def __init__(self, home):
        self.home = home
        self.place = runtime("paper", home)

    def file(self, content, name="state.json"):
        path = self.home / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def set(self, key, value):
        path = self.home / "profiles" / "paper.yaml"
        path.write_text(f"{path.read_text()}  {key}: {value}\n")

    def run(self, *arguments):
        app = typer.Typer()
        commands.register(app)
        return CliRunner().invoke(app, ["ledger", *arguments])

    def brought_in(self, content, *arguments):
        done = self.run("import", self.file(content), "--json", *arguments)
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, content, *arguments):
        done = self.run("import", self.file(content), *arguments)
        assert done.exit_code == 2, done.stdout
        (line,) = done.stderr.strip().splitlines()
        assert line.startswith("holdfast: ")
        return line

    def written(self):
        """Say of every file under `var` what is in it."""
        found = (self.home / "var").rglob("*")
        return {path: path.read_bytes() for path in found if path.is_file()}

    def rows(self, sql):
        connection = connect(self.place.ledger, read_only=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    @contextmanager
    def opened(self):
        with ExitStack() as stack:
            yield open_desk(DeskOptions(profile="paper"), stack)

    @contextmanager
    def desk(self):
        with self.opened() as held:
            yield held.desk

    def sound(self):
        report = verify(self.place.ledger)
        assert report.findings == ()
        assert set(report.accounts_sum.values()) == {"0"}
        return report


@pytest.mark.plan("002-141", "002-143", "002-148", "002-152")
def test_a_state_is_brought_in_whole_and_verifies(house):
    said = house.brought_in(saved_file() | {"mode": "RUNNING"})
    assert (len(said["slots"]), said["orders"], said["positions"], said["sent"]) == (1, 2, 1, 2)
    assert (said["estimated"], said["left_behind"], said["backup"]) == (1, ["mode"], "")
    house.sound()
    assert house.rows("select slot_id, phase, sticky, round_trips from slots") == [
        (0, "S1b", True, 3)
    ]
    assert house.rows("select role, status from orders order by role") == [
        ("entry", "open"),
        ("exit", "open"),
    ]
    ((number, status, order),) = house.rows(
        "select position_id, status, exit_order_id from positions"
    )
    assert (number, status) == ("s0-B-c3", "open")
    assert (order,) in house.rows("select client_order_id from orders where role = 'exit'")
    ((accepted, message),) = house.rows("select accepted, message from commands")
    assert (accepted, message) == (True, "1 slots, 2 orders, 1 positions")


@pytest.mark.plan("002-146")
def test_the_created_row_of_an_imported_position_says_so(house):
    house.brought_in(saved_file())
    ((kind, at, details),) = house.rows(
        "select event_type, market_time, details from position_journal"
    )
    assert (kind, at) == ("created", 1_759_999_900_000_000)
    told = json.loads(details)
    assert told["migration"] is True
    assert (told["slot_mode"], told["entry_price"]) == ("legacy", "0.0905")


@pytest.mark.plan("002-149", "002-151", "002-199")
def test_the_same_file_again_adds_nothing(house):
    house.brought_in(saved_file())
    before = house.rows("select count(*), max(chain_hash) from event")
    for arguments in ((), ("--plan",)):
        assert house.brought_in(saved_file(), *arguments)["already"] is True
    assert house.rows("select count(*), max(chain_hash) from event") == before
    done = house.run("import", house.file(saved_file()))
    assert "is in the ledger of paper already: nothing to add" in done.stdout


def test_the_same_file_after_a_life_of_the_desk_adds_nothing(house):
    house.brought_in(saved_file())
    with house.desk() as desk:
        for _ in range(50):
            tick(desk)
    before = house.rows("select count(*) from event")
    assert house.brought_in(saved_file())["positions"] == 0
    assert house.rows("select count(*) from event") == before


@pytest.mark.plan("002-144")
def test_an_exit_without_a_position_gets_one_when_the_file_is_brought_in_again(house):
    house.set("position_ledger_enabled", "false")
    assert house.brought_in(saved_file())["positions"] == 0
    assert house.rows("select count(*) from positions") == [(0,)]
    text = (house.home / "profiles" / "paper.yaml").read_text()
    (house.home / "profiles" / "paper.yaml").write_text(
        text.replace("position_ledger_enabled: false", "position_ledger_enabled: true")
    )
    assert house.brought_in(saved_file(), "--plan")["positions"] == 1
    again = house.brought_in(saved_file())
    assert (again["positions"], again["already"]) == (1, True)
    assert list(house.place.backups.glob(again["backup"]))
    assert house.rows("select position_id, status from positions") == [("s0-B-c3", "open")]
    assert house.brought_in(saved_file())["positions"] == 0
    house.sound()


def test_another_file_onto_an_imported_ledger_is_refused(house):
    house.brought_in(saved_file())
    before = house.written()
    said = house.refused(saved_file(total_fees=0.04))
    assert "the ledger took in another file already" in said
    assert "do: name another runtime in the profile" in said
    assert house.written() == before


@pytest.mark.plan("002-143")
def test_a_ledger_with_slots_of_its_own_is_refused(house):
    with house.desk() as desk:
        tick(desk)
    before = house.written()
    said = house.refused(saved_file())
    assert "the ledger has had 2 slots of its own" in said
    assert house.written() == before


def test_a_plan_writes_nothing_and_says_what_would_be_written(house):
    said = house.brought_in(saved_file(), "--plan")
    assert (said["planned"], said["orders"], said["sent"]) == (True, 2, 0)
    assert not (house.home / "var").exists()
    done = house.run("import", house.file(saved_file()), "--plan")
    assert "would bring in 1 slots, 2 orders, 1 positions at a cost of 1.81" in done.stdout
    assert "slot 0: sticky, S1b, cycles A 2 B 3" in done.stdout
    assert not (house.home / "var").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nothing", "state.json: is not JSON"),
        (saved_file(total_profit="NaN"), "state.json: slot 0 total_profit: NaN is no amount"),
        (saved_file() | {"pair": "XBTUSD"}, "state.json: pair: the state is of 'XBTUSD'"),
        (saved_file() | {"position_ledger": [POSITION | {"cycle": 9}]}, "state.json: position 7"),
    ],
)
def test_what_is_refused_is_said_in_one_line_and_leaves_nothing(house, content, said):
    assert said in house.refused(content)
    assert not (house.home / "var").exists()


def test_a_file_that_is_not_there_is_refused(house):
    done = house.run("import", str(house.home / "none.json"))
    assert (done.exit_code, done.stderr) == (
        2,
        "holdfast: none.json: cannot be read: No such file or directory; do: name the file\n",
    )


def test_a_running_desk_keeps_an_import_out(house):
    with house.desk():
        for arguments in ((), ("--plan",)):
            assert "another desk holds desk.lock" in house.refused(saved_file(), *arguments)


def test_a_profile_of_a_real_exchange_is_refused(house):
    (house.home / "profiles" / "paper.yaml").write_text(
        PROFILE.replace("venue: paper", "venue: kraken").replace("env: paper", "env: staging")
    )
    assert "allowed: paper" in house.refused(saved_file())


def test_recoveries_are_brought_in_where_they_are_kept_and_refused_where_removed(house):
    house.set("sticky_mode_enabled", "true")
    house.set("legacy_orphans", "removed")
    said = house.refused(with_recovery())
    assert "slot 0: holds 1 recovery orders and legacy_orphans is removed" in said
    assert "set legacy_orphans to kept in the profile first" in said
    assert not (house.home / "var").exists()
    (house.home / "profiles" / "paper.yaml").write_text(PROFILE)
    assert house.brought_in(with_recovery())["slots"][0]["recoveries"] == 1
    house.sound()


@pytest.mark.plan("002-142", "002-150")
def test_the_desk_goes_on_with_the_orders_that_were_brought_in(house):
    house.brought_in(saved_file())
    orders = house.rows("select client_order_id, price, size from orders order by 1")
    with house.opened() as held:
        desk = held.desk
        resting = {one.client_order_id: one for one in desk.venue.open_orders()}
        assert [(name, resting[name].price, resting[name].size) for name, *_ in orders] == orders
        assert not desk.books.holds
        assert not desk.books.unanswered
        assert len(desk.books.slots) == 2
        for _ in range(400):
            tick(desk)
        assert not desk.books.holds
        held.ledger.project()
        sums = cycle_sums(held.ledger.cursor())
        assert audit_differences(desk, sums) == []
        assert sums[0].count == desk.books.slots[0].round_trips > 3
        assert held.tally.slots == sums
        for asset, balance in desk.venue.balances().items():
            accounts = desk.books.accounts
            assert (accounts.free(asset), accounts.held(asset)) == (balance.free, balance.held)
    house.sound()
    assert house.run("rebuild").exit_code == 0
    house.sound()


def test_orders_that_never_reached_the_venue_are_placed_anew_at_the_start(house):
    file = deepcopy(saved_file())
    file["slots"][0]["state"]["orders"][1]["price"] = 0.0899  # a sell below the market
    said = house.brought_in(file)
    assert (len(said["crossing"]), said["sent"]) == (1, 1)
    with house.desk() as desk:
        assert not desk.books.holds
        tick(desk)
        entry = desk.books.slots[0].a.order
        assert (entry.role.value, entry.cycle, entry.attempt) == ("entry", 2, 2)
        assert entry.price > desk.mark
    assert house.rows("select ended, result from reconciliations") == [(1, "agreed")]
    house.sound()


def test_an_exit_that_never_left_is_placed_by_the_desk(house):
    file = saved_file()
    file["slots"][0]["state"]["orders"][0]["txid"] = ""
    assert house.brought_in(file)["unsent"] == 1
    with house.desk() as desk:
        tick(desk)
        exit_order = desk.books.slots[0].b.order
        assert (exit_order.attempt, exit_order.size) == (2, 20)
        for _ in range(200):
            tick(desk)
    house.sound()


def test_a_ledger_that_was_founded_and_never_had_a_slot_is_copied_first(house):
    from holdfast.clock import SystemClock
    from holdfast.config.loader import load_profile
    from holdfast.wiring.live import open_ledger

    profile = load_profile("paper", profiles=house.home / "profiles", environ={}, overrides={})
    open_ledger(profile, house.place.make(), SystemClock()).close()
    said = house.brought_in(saved_file())
    assert (house.place.backups / said["backup"]).is_file()
    house.sound()


def test_a_paper_venue_that_has_traded_is_refused(house):
    with house.desk() as desk:
        tick(desk)
    house.place.ledger.unlink()
    for snapshot in house.place.snapshots.iterdir():
        snapshot.unlink()
    assert "the paper venue of this runtime has traded already" in house.refused(saved_file())
    assert not house.place.ledger.exists()
