"""What a desk reports is what docs/schema/status.json promises, in every state of the desk."""

import json
import sys
from pathlib import Path

import jsonschema
import pytest
from desk_on_emulator import DeskOnEmulator, troubled

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "desk"))

from small_desk import House

from holdfast.desk import holds
from holdfast.desk.status.document import SCHEMA_VERSION
from holdfast.domain.bookkeeping import SessionStopped
from holdfast.safety.kill import StopFiles

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "status.json").read_text(encoding="utf-8"))
TOP_SCALARS = [
    "mode",
    "pause_reason",
    "pair",
    "entry_pct",
    "profit_pct",
    "price",
    "price_age_sec",
    "top_phase",
    "slot_count",
    "total_profit",
    "total_settled_usd",
    "total_profit_doge",
    "total_unrealized_profit",
    "total_unrealized_profit_doge",
    "today_realized_loss",
    "daily_loss_limit",
    "daily_realized_loss_utc",
    "daily_loss_lock_active",
    "daily_loss_lock_utc_day",
    "total_round_trips",
    "total_orphans",
    "recovery_orders_enabled",
    "pnl_reference_price",
    "s2_orphan_after_sec",
    "stale_price_max_age_sec",
    "reentry_base_cooldown_sec",
]
SLOT_KEYS = [
    "slot_id",
    "slot_alias",
    "slot_label",
    "sticky",
    "slot_mode",
    "phase",
    "long_only",
    "short_only",
    "mode_source",
    "s2_entered_at",
    "market_price",
    "cycle_a",
    "cycle_b",
    "total_profit",
    "total_profit_doge",
    "unrealized_profit",
    "today_realized_loss",
    "total_round_trips",
    "order_size_usd",
    "profit_pct_runtime",
    "open_orders",
    "recovery_orders",
    "recent_cycles",
]
ORDER_KEYS = ["local_id", "side", "role", "trade_id", "cycle", "volume", "price", "txid"]
SCHEDULER_KEYS = [
    "cap_per_loop",
    "used_this_loop",
    "pending_entries",
    "deferred_total",
    "drained_total",
    "last_deferred_at",
    "last_drained_at",
]


def body(house):
    """Read the bytes the API serves."""
    return json.loads(house.report.now(house.desk).body)


def empty():
    return House(slots=1)


def midway():
    return House(slots=4).ticks(200)


def recovering():
    house = House(slots=2, s1_orphan_after_sec=60, s2_orphan_after_sec=60)
    return house.until(lambda desk: any(slot.recoveries for slot in desk.books.slots.values()))


def paused():
    house = House(slots=2).ticks(20)
    house.do("pause", reason="lunch")
    return house


def halted():
    house = House(slots=2).ticks(20)
    holds.put_up(house.desk, "invariant", "slot 0: broken")
    return house


def stopped():
    house = House(slots=2).ticks(20)
    house.desk.running = False
    house.desk.note(SessionStopped(epoch=1, reason="signal 15"))
    return house


def overridden():
    house = House(slots=2, order_size_mode="DOGE", open_order_cap="none").ticks(20)
    house.do("set_entry_pct", value="0.4")
    return house


def drained():
    house = House(slots=2, bootstrap_slots_per_tick=1).ticks(1)
    house.do("remove_slots", count=2)
    return house.until(lambda desk: len(desk.books.slots) < 2)


def locked():
    house = House(slots=1).ticks(5)
    holds.put_up(house.desk, "daily_loss", "limit reached")
    return house


STATES = [empty, midway, recovering, paused, halted, stopped, overridden, drained, locked]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_status_follows_its_schema(state):
    jsonschema.Draft202012Validator(SCHEMA).validate(body(state()))


def test_the_schema_itself_is_sound_and_of_the_version_served():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION


def test_the_schema_refuses_a_key_nobody_promised():
    told = body(empty()) | {"surprise": 1}
    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.Draft202012Validator(SCHEMA).validate(told)


def test_the_names_the_plans_read_are_all_there():
    told = body(midway())
    assert set(TOP_SCALARS) <= told.keys()
    assert set(SCHEDULER_KEYS) == told["entry_scheduler"].keys()
    assert told["capacity_fill_health"]["entry_scheduler"] == told["entry_scheduler"]
    assert told["mode"] == "RUNNING"
    assert told["pause_reason"] == ""
    for row in told["slots"]:
        assert set(SLOT_KEYS) <= row.keys()
        assert all(set(ORDER_KEYS) <= order.keys() for order in row["open_orders"])


@pytest.mark.plan("001-161")
def test_the_vintage_block_is_there_from_the_first_status_on():
    vintage = body(empty())["slot_vintage"]
    assert vintage["waiting_exits"] == 0
    assert vintage["oldest_exit_age_sec"] == 0
    assert not vintage["vintage_warn"]
    assert not vintage["vintage_critical"]


def test_what_is_not_known_says_so_and_gives_no_figure():
    told = body(empty())
    blocks = ("hmm_regime", "regime_directional", "throughput_sizer", "trend")
    assert all(told[name]["ready"] is False for name in blocks)
    assert told["hmm_regime"]["regime"] is None


@pytest.mark.plan("001-093", "001-163")
def test_no_exit_is_eligible_for_release_while_none_waits():
    told = body(empty())
    assert told["slot_vintage"]["vintage_release_eligible"] is False
    assert told["slot_vintage"]["vintage_release_eligible_count"] == 0
    assert told["release_health"]["sticky_release_total"] == 0


def test_every_state_of_the_desk_reads_as_itself():
    told = {state.__name__: body(state()) for state in (paused, halted, stopped, locked)}
    assert {name: (one["mode"], one["pause_reason"]) for name, one in told.items()} == {
        "paused": ("PAUSED", "lunch"),
        "halted": ("HALTED", "slot 0: broken"),
        "stopped": ("HALTED", "signal 15"),
        "locked": ("PAUSED", "limit reached"),
    }
    assert told["locked"]["daily_loss_lock_active"]
    assert told["locked"]["daily_loss_lock_utc_day"] == "2026-01-01"


@pytest.fixture(scope="module")
def on_exchange(tmp_path_factory):
    """Tell how a desk on the emulated exchange stands: opened, in trouble, killed."""
    with pytest.MonkeyPatch.context() as patch:
        world = troubled(tmp_path_factory.mktemp("desk"), patch)
        told = {"troubled": world.status}
        StopFiles(world.held.runtime.folder).kill("a test")
        world.ticks(2)
        told["killed"] = world.status
        world.close()
        fresh = DeskOnEmulator(tmp_path_factory.mktemp("fresh"), patch).open()
        fresh.report.now(fresh.held.desk)
        told["opened"] = fresh.status
        fresh.close()
    return told


@pytest.mark.parametrize("state", ["opened", "troubled", "killed"])
def test_the_status_of_a_desk_on_an_exchange_follows_its_schema(state, on_exchange):
    jsonschema.Draft202012Validator(SCHEMA).validate(on_exchange[state])


def test_a_desk_on_an_exchange_tells_what_it_waits_for_and_what_it_compared(on_exchange):
    told = on_exchange["troubled"]["exchange"]
    assert told["unknown"] == len(told["unknowns"]) > 0
    assert {row["action"] for row in told["unknowns"]} == {"place"}
    assert told["compared"]["verdicts"]["agreed"] > 0
    assert [row["verdict"] for row in told["compared"]["notable"]] == ["foreign"]
    assert {row["asset"] for row in told["compared"]["assets"]} == {"DOGE", "USD"}
    assert all(row["difference"] == 0 for row in told["compared"]["assets"])


def test_every_cap_is_told_with_what_is_used_of_it(on_exchange):
    opened, later = (on_exchange[name]["execution"]["risk"] for name in ("opened", "troubled"))
    assert all(row["used"] is None for row in opened["caps"])
    used = {row["name"]: row["used"] for row in later["caps"]}
    way = on_exchange["troubled"]["exchange"]
    assert used["max_open_orders"] == way["entries"] + way["exits"]
    assert 0 < used["max_order_notional_usd"] <= 10
    assert {row["name"]: row["limit"] for row in later["caps"]}["max_total_loss_usd"] is None


def test_a_kill_file_is_told(on_exchange):
    assert not on_exchange["troubled"]["execution"]["kill_file"]
    assert on_exchange["killed"]["execution"]["kill_file"]
    assert on_exchange["killed"]["execution"]["state"] == "ESTOP"


def test_a_desk_on_paper_has_no_such_blocks():
    told = body(empty())
    assert told["execution"] == told["exchange"] == {"ready": False}
