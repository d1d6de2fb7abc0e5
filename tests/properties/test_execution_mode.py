"""The law of the execution mode: LIVE is earned, short, and lost at once, whatever the store does.

A desk and its store live through any mix of good and bad reads, silence, restarts, clock jumps, stops
and orders. Beside it an account is kept of what was really read; the desk must never know better.
"""

import os
import shutil
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from mode_world import RULES, SHA, ModeWorld, record

from holdfast.domain.intents import PlaceOrder
from holdfast.domain.slots import Role, Side
from holdfast.safety.kill import Resume
from holdfast.safety.mode_record import RecordRejected, encode, microseconds, parse
from holdfast.safety.mode_store import StoreFault
from holdfast.safety.permit import PermitBoundary, PermitTerms
from holdfast.safety.reader import DeskFacts

ENTRY = PlaceOrder("e", Side.BUY, Role.ENTRY, Decimal(1), Decimal(1))
TERMS = PermitTerms(tenant="t", symbol="BTC/USD", max_notional=Decimal(10))
WAITS = st.sampled_from([0.0, 0.4, 0.999, 1.0, 4.0, 5.0, 5.0, 5.0, 9.9, 15.0, 15.1, 60.0, 300.0])
READS = st.lists(st.sampled_from([0.3, 1.0, 4.0, 5.0, 5.0, 10.0]), min_size=2, max_size=8)
DAMAGE = st.sampled_from([None, b"{", b"{}", b'{"mode": "LIVE"}', encode(record(1, env="live"))])


class NoOrders:
    def role(self, _):
        return Role.ENTRY

    def exit_size(self, _):
        return Decimal(0)


class FlappingStore(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.fsync, os.fsync = os.fsync, lambda _: None  # durability is proven elsewhere
        self.folder = Path(tempfile.mkdtemp())
        self.world = ModeWorld(self.folder, msgspec.structs.replace(RULES, renew_after_s=60.0))
        self.epoch = 0
        self.orders = 0
        self.begin()

    def begin(self):
        """Start a process: nothing read before it counts."""
        self.world.start()
        self.good_reads = []
        self.grants = {}
        self.first_seen = {}
        self.expiry_of = {}
        self.booted = False
        self.acknowledged = 0
        self.boundary = PermitBoundary(self.world.execution, lambda: TERMS, NoOrders())

    def teardown(self):
        os.fsync = self.fsync
        shutil.rmtree(self.folder)

    @property
    def now(self):
        return self.world.clock.now

    def facts(self):
        return DeskFacts(open_orders=self.orders, unmet=())

    @rule(wait=WAITS)
    def the_desk_ticks(self, wait):
        self.world.clock.sleep(wait)
        self.account_of_the_read_that_is_due()
        self.world.reader.tick(self.facts())

    @rule(reads=st.integers(1, 4))
    def a_while_goes_by_in_good_order(self, reads):
        for _ in range(reads):
            self.the_desk_ticks(5.0)

    @rule(waits=READS)
    def somebody_reads_out_of_turn(self, waits):
        for wait in waits:
            self.world.clock.sleep(wait)
            self.read_now()

    @precondition(lambda self: self.world.execution.state.mode.value in {"LIVE", "DRAIN"})
    @rule(wait=st.sampled_from([14.0, 15.0, 15.1, 600.0]))
    def time_goes_by_and_nobody_reads(self, wait):
        self.world.clock.sleep(wait)

    @rule(seconds=st.sampled_from([30, 900, 3600]), cured=st.booleans(), waits=READS)
    def a_desk_is_armed(self, seconds, cured, waits):
        if cured:
            self.world.store.fault = None
        self.start_up_ends()
        self.an_operator_asks_for_live(seconds)
        self.the_desk_ticks(0.0)
        self.somebody_reads_out_of_turn(waits)

    @precondition(lambda self: not self.booted)
    @rule()
    def start_up_ends(self):
        self.world.reader.booted()
        self.booted = True

    @rule(seconds=st.sampled_from([10, 30, 900, 3600]))
    def an_operator_asks_for_live(self, seconds):
        self.acknowledged += self.world.execution.state.flap_blocked
        self.put(record(self.next(), wall=self.world.clock.wall(), seconds=seconds))

    @rule()
    def an_operator_asks_for_dry(self):
        self.put(record(self.next(), wall=self.world.clock.wall(), requested="DRY"))
        if self.world.store.fault is None:
            self.read_now()
            assert self.world.mode not in {"LIVE", "ARMING"}

    @rule(by=st.sampled_from(["api", "kill file", "record"]), back=st.integers(0, 3))
    def somebody_stops_the_desk(self, by, back):
        if by == "api":
            self.world.execution.stop("api")
        elif by == "kill file":
            self.world.files.kill("x")
        else:
            self.world.store.fault = None
            wall = self.world.clock.wall()
            self.put(record(self.next(), wall=wall, requested="DRY", estop=True))
            self.read_now()
        self.boundary.mint()
        assert self.boundary.refusal(ENTRY, Decimal(1)) == "mode_estop"
        if back:
            self.an_operator_takes_the_stop_back()

    def an_operator_takes_the_stop_back(self):
        self.world.store.fault = None
        for _ in range(2):  # a stop before the first record is fixed to the first that is read
            self.put(record(self.next(), wall=self.world.clock.wall(), requested="DRY"))
            self.read_now()
        assert self.world.mode == "ESTOP"
        self.world.files.kill_path.unlink(missing_ok=True)
        self.world.files.resume(Resume(epoch=self.epoch, actor="ada", reason="over", at=0))
        self.read_now()
        assert self.world.mode == "DRY"
        self.booted = True

    @rule(raw=DAMAGE)
    def the_record_is_damaged(self, raw):
        self.world.store.raw = raw

    @rule(down=st.booleans())
    def the_store_dies_or_is_back(self, down):
        self.world.store.fault = StoreFault("down") if down else None

    @rule(seconds=st.sampled_from([-7200.0, -6.0, 6.0, 3600.0]))
    def the_wall_clock_jumps(self, seconds):
        self.world.clock.jump(seconds)

    @rule(orders=st.integers(0, 2))
    def orders_come_and_go(self, orders):
        self.orders = orders

    @rule(ready=st.booleans())
    def the_process_dies_and_starts_again(self, ready):
        self.begin()
        if ready:
            self.start_up_ends()

    @invariant()
    def live_only_after_spaced_good_reads_a_fresh_value_and_a_valid_lease(self):
        state = self.world.execution.look()
        event(f"mode {state.mode.value}, changes {len(state.edges)}")
        if state.mode.value != "LIVE":
            return
        assert self.booted
        rules = self.world.rules
        counted = []
        for at, _ in self.good_reads:
            if not counted or at - counted[-1] >= rules.arm_spacing_s:
                counted.append(at)
        assert len(counted) >= rules.arm_reads
        assert counted[-1] - counted[0] >= rules.arm_min_span_s - 1e-9
        last, epoch = self.good_reads[-1]
        assert self.now - last <= rules.max_read_age_s
        assert self.now - self.first_seen[epoch] <= rules.live_lease_s
        assert self.now <= self.grants[self.expiry_of[epoch]] + 1e-6
        assert not self.world.files.killed()

    @invariant()
    def no_permit_outlives_what_it_rests_on(self):
        permit = self.boundary.mint()
        if permit is None:
            return
        assert self.world.mode == "LIVE"
        last = self.good_reads[-1][0]
        assert permit.expires_mono <= last + 15.0
        assert permit.expires_mono <= self.now + 3.0

    @invariant()
    def no_more_than_two_changes_in_ten_minutes_go_up(self):
        edges = self.world.execution.state.edges
        if self.world.execution.state.mode.value == "LIVE":
            recent = [edge for edge in edges if edges[-1] - edge < 600]
            assert len(recent) <= 3 + 2 * self.acknowledged

    def next(self):
        self.epoch = max(self.epoch, self.stored_epoch(), self.world.files.seen()) + 1
        return self.epoch

    def stored_epoch(self):
        try:
            return 0 if self.world.store.raw is None else parse(self.world.store.raw).epoch
        except RecordRejected:
            return 0

    def put(self, kept):
        self.world.put(kept)

    def read_now(self):
        self.note_read()
        self.world.reader.read()

    def account_of_the_read_that_is_due(self):
        last = self.world.reader._last
        if last is None or self.now - last >= self.world.rules.read_interval_s:
            self.note_read()

    def note_read(self):
        """Keep account of what a read at this moment can be worth, without asking the machine."""
        store, wall = self.world.store, self.world.clock.wall()
        try:
            kept = None if store.fault or store.raw is None else parse(store.raw)
        except RecordRejected:
            kept = None
        good = (
            kept is not None
            and kept.env == "staging"
            and kept.requested == "LIVE"
            and kept.profile_sha == SHA
            and kept.expires_us > wall
        )
        if not good:
            self.good_reads = []
            return
        if self.good_reads and self.now - self.good_reads[-1][0] > 15:
            self.good_reads = []
        self.first_seen.setdefault(kept.epoch, self.now)
        left = timedelta(microseconds=microseconds(kept.expires_at) - wall).total_seconds()
        self.grants.setdefault(kept.expires_at, self.now + left)
        self.expiry_of[kept.epoch] = kept.expires_at
        self.good_reads.append((self.now, kept.epoch))


@pytest.mark.plan("004-003", "004-004", "004-077")
def test_a_flapping_store_never_arms_too_early_and_never_delays_a_stop():
    run_state_machine_as_test(
        FlappingStore, settings=settings(stateful_step_count=40, deadline=None)
    )


@pytest.mark.plan("004-003")
@pytest.mark.parametrize("offset", range(6))
def test_from_the_death_of_the_store_to_the_last_permit_fifteen_seconds_go_by_at_most(
    tmp_path, offset
):
    world = ModeWorld(tmp_path)
    boundary = PermitBoundary(world.execution, lambda: TERMS, NoOrders())
    world.arm()
    world.clock.sleep(offset)
    died = world.clock.now
    allowed = died
    for _ in range(400):
        world.clock.sleep(0.1)
        boundary.mint()
        if boundary.refusal(ENTRY, Decimal(1)) == "":
            allowed = world.clock.now
    assert 15.0 - offset - 0.2 <= allowed - died <= 15.0
    assert boundary.mint() is None
