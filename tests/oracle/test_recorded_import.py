"""Every recorded state is brought in as it was; those with recoveries are refused where these are gone."""

import gzip
import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from recorded import slot_of
from saved_state import DOGE, RULES, frame_of

from holdfast.clock import FixedClock
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.domain.events import BalanceOpened
from holdfast.domain.money import ZERO
from holdfast.domain.slots import phase
from holdfast.engine.invariants import breaches
from holdfast.ledger.amounts import SMALLEST
from holdfast.ledger.bulk import BulkLedger
from holdfast.ledger.earlier.carry import carry, positions_of
from holdfast.ledger.earlier.fits import demand_fit
from holdfast.ledger.earlier.read import read_saved
from holdfast.ledger.earlier.refusal import ImportRefused
from holdfast.ledger.earlier.sound import demand_sound
from holdfast.ledger.verify import verify

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("HOLDFAST_SHARED", HERE.parents[2] / "shared"))
RECORDED = SHARED / "vectors" / "reducer_traces.jsonl.gz"
FOUNDED = LedgerFounded(
    genesis="paper", env="paper", venue="paper", account="paper", symbol="DOGE/USD"
)
FINE = msgspec.structs.replace(
    DOGE,
    price_tick=Decimal("1E-10"),
    size_step=Decimal("1E-10"),
    min_base=Decimal("1E-9"),
    min_quote=ZERO,
)
MANY = 10**9
FRAME = frame_of(
    rules=msgspec.structs.replace(RULES, instrument=FINE),
    at=1_800_000_000_000_000,
    slots=MANY,
    order_cap=MANY,
    balances={"DOGE": Decimal(MANY), "USD": Decimal(MANY)},
)


@pytest.fixture(scope="module")
def states():
    if not RECORDED.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the recordings are missing: set HOLDFAST_SHARED (looked in {SHARED})")
        pytest.skip("the recordings are not here: set HOLDFAST_SHARED")
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["state"] for row in rows if "state" in row]


def file_of(states, folder, *, sticky):
    """Write one file with a slot for each state; txids of different steps are the same orders'."""
    slots = []
    for number, state in enumerate(states):
        for order in (*state["orders"], *state["recovery_orders"]):
            order["txid"] = order["txid"] and f"{number}-{order['txid']}"
        slots.append({"slot_id": number, "sticky": sticky, "state": state})
    path = folder / "state.json"
    path.write_text(json.dumps({"slots": slots}))
    return path


def brought_in(states, folder, *, sticky):
    saved = read_saved(file_of(states, folder, sticky=sticky))
    demand_sound(saved)
    demand_fit(saved, FRAME)
    carried = carry(saved, FRAME)
    ledger = BulkLedger("DOGE", "USD")
    opened = [
        BalanceOpened(asset=name, amount=amount, reason="opening")
        for name, amount in FRAME.balances.items()
    ]
    ledger.commit(FRAME.at, [*opened, *carried.entries])
    return ledger


@pytest.mark.parametrize("sticky", [True, False], ids=["sticky", "with-recoveries"])
def test_every_recorded_state_is_brought_in_as_it_was_and_verifies(states, tmp_path, sticky):
    chosen = [state for state in states if sticky is not bool(state["recovery_orders"])]
    assert len(chosen) == (6_552 if sticky else 1_510)
    ledger = brought_in(chosen, tmp_path, sticky=sticky)
    books = ledger.restore()
    for number, state in enumerate(chosen):
        ours, theirs = books.slots[number], slot_of(state, sticky=sticky)
        assert phase(ours).value == state["phase"]
        assert legs(ours) == legs(theirs)
        assert recoveries(ours) == recoveries(theirs)
        assert totals(ours) == totals(theirs)
        assert breaches(ours) == []
    assert not any(books.accounts.sums().values())
    path = ledger.write_to(tmp_path / "ledger.duckdb", clock=FixedClock(1), found=FOUNDED)
    report = verify(path)
    assert report.findings == ()
    assert set(report.accounts_sum.values()) == {"0"}


def legs(slot):
    """Say what a leg is but for names and blocks, which are ours."""
    return [
        (
            leg.cycle,
            order_of(leg.order),
            lot_of(leg.lot),
            leg.losses,
            leg.cooldown_until,
            leg.refreshes,
            leg.refresh_direction,
            leg.refresh_cooldown_until,
        )
        for leg in (slot.a, slot.b)
    ]


def order_of(order):
    if order is None:
        return None
    return (order.role, order.side, order.cycle, order.price, order.size)


def lot_of(lot):
    if lot is None:
        return None
    return (
        lot.cycle,
        lot.price,
        lot.size,
        lot.cost,
        lot.fee.quantize(SMALLEST),
        lot.opened_at,
        lot.regime,
    )


def recoveries(slot):
    return [
        (one.recovery_id, one.leg, order_of(one.order), lot_of(one.lot), one.orphaned_at)
        for one in slot.recoveries
    ]


def totals(slot):
    """Read totals without what doubles left below a ledger's last digit."""
    names = ("net_profit", "settled", "fees", "realized_loss")
    amounts = [getattr(slot, name).quantize(SMALLEST) for name in names]
    return (*amounts, slot.round_trips, slot.next_recovery_id)


def test_every_recorded_state_with_recoveries_is_refused_where_these_are_removed(states, tmp_path):
    frame = msgspec.structs.replace(FRAME, recoveries=False)
    found = [state for state in states if state["recovery_orders"]]
    saved = read_saved(file_of(found, tmp_path, sticky=True))
    assert len(found) == 1_510
    for slot in saved.file.slots:
        one = msgspec.structs.replace(
            saved, file=msgspec.structs.replace(saved.file, slots=(slot,))
        )
        with pytest.raises(ImportRefused, match=rf"slot {slot.slot_id}: holds .* do: .*soft_close"):
            demand_fit(one, frame)


def rows_of(name):
    """Read the recorded rows of one helper."""
    path = SHARED / "vectors" / "formulas.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines if f'"{name}"' in line]
    return [row for row in found if row["fn"] == name]


FACTS = {
    "entry_price": "entry_price",
    "entry_cost": "entry_cost",
    "entry_fee": "entry_fee",
    "entry_volume": "entry_size",
    "original_exit_price": "exit_price",
    "target_profit_pct": "target_profit_pct",
}


@pytest.mark.plan("002-147")
@pytest.mark.usefixtures("states")
def test_the_recorded_exits_become_the_recorded_positions(tmp_path):
    compared = 0
    for row in rows_of("migrate_open_exits"):
        given, out = row["in"], row["out"]
        path = tmp_path / "state.json"
        path.write_text(json.dumps({"profit_pct": given["profit_pct"], "slots": given["slots"]}))
        ours = positions_of(read_saved(path), FRAME)
        theirs = {
            f"s{one['slot_id']}-{one['trade_id']}-c{one['cycle']}": one for one in out["positions"]
        }
        assert ours.keys() == theirs.keys()
        for name, one in theirs.items():
            told = {key: float(getattr(ours[name], field)) for key, field in FACTS.items()}
            assert told == pytest.approx({key: one[key] for key in FACTS}, rel=1e-12)
            assert ours[name].slot_mode == one["slot_mode"]
            assert ours[name].entry_time == pytest.approx(one["entry_time"] * 1e6, abs=1)
            compared += 1
    assert compared == 51
